"""The report as people and programs read it: whole texts, and the keys of the JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import get_args

import pytest

from made_reports import FITTED, HEROKU_2025, LATE, PACKED, REPORT, over_limit
from slugfit.catalog.limits import parse_limit
from slugfit.catalog.rules import RULES, SEARCHED, SLUGFITIGNORE, SLUGIGNORE
from slugfit.fit.fitting import Fitting
from slugfit.measure.sizes import Bytes
from slugfit.packing.outcome import Packing, Refusal, RefusalKind
from slugfit.plan.decision import Group
from slugfit.plan.reasons import Reason
from slugfit.proof import Returned
from slugfit.report.advice import (
    UnusedAdvice,
    VariableAdvice,
    advise_models,
)
from slugfit.report.evidence_words import EVIDENCE
from slugfit.report.json_report import flat_facts, render_json, report_document
from slugfit.report.make import KeptTotal, Report, Share
from slugfit.report.model_files import ModelFile
from slugfit.report.text import render_build_log, render_terminal
from slugfit.scan.faults import Fault
from slugfit.scan.owners import APP, INSTALLER
from slugfit.verify.step import Failure, Step

BUILD_LOG = """\
-----> Slimmed
       before   392.0 MB compressed   1500.0 MB uncompressed
       after    321.5 MB compressed   1100.0 MB uncompressed   -18.0%
       limit   1000.0 MB compressed (heroku, 1 GB): fits, 32.1% of it used

       Where the bytes are (MB)           compressed  unpacked   saved  of limit
       tensorflow 2.20.0                       290.0    1020.0    60.0     29.0%
       Python itself                            30.0      70.0    10.0      3.0%
       your app                                  1.0       9.0     0.0      0.1%
       and 2 smaller                             0.0       0.0     0.0      0.0%

       What went (MB)        compressed  unpacked   files  evidence
       symbols                     29.0     231.0      96  no loader reads it
       bytecode                    25.5      91.0    5320  its source beside it

       Bytecode of what each start loads: 500 files, 4.2 MB compressed; its
       imports take 0.9 s, about 5.0 s without.

       What looks like dead weight and stays (MB)     files  unpacked
       what stays refers to them                          3       1.1
       their folder is read-only                          1       0.1
       Why: slugfit why DIR pkg/tests/__init__.py

       Verified: 3 imports, 11 modules beside what went, 9 shortened libraries,
       Django's setup, the smoke command work as before; nothing else was tried.
       - broken cannot be imported, with or without Slugfit: KeyError:
         'DATABASE_URL'
       ! Put back 14 files (1.3 MB) of skimage that the rule tests had taken:
         skimage.data could no longer be imported without them
         (FileNotFoundError: skimage/tests/x).

       Found on the way:
       - odd 1.0: RECORD is missing; its files are guessed from their places

       What would save more:
       - tensorflow -> tensorflow-cpu: the same TensorFlow without GPU code; a
         dyno has no GPU. (about 159.5 MB)
           tensorflow-cpu==2.20.0
"""

UNDONE = """\
-----> Not slimmed
       before   392.0 MB compressed   1500.0 MB uncompressed
       after    392.0 MB compressed   1500.0 MB uncompressed   -0.0%
       limit    100.0 MB compressed (100M): TOO LARGE, 392.0% of it used; 392.0M
              is 292.0M over

       ! NOT SLIMMED: everything was put back, and the app ships as it was
         built.
       ! needy could no longer be imported: FileNotFoundError: [Errno 2] No such
         file or directory

       Where the bytes are (MB)           compressed  unpacked   saved  of limit
       your app                                392.0    1500.0     0.0    392.0%
"""


def _undone() -> Report:
    return replace(
        REPORT,
        after=REPORT.before,
        limit=parse_limit("100M"),
        verdict="over",
        distributions=(Share(APP, "", REPORT.before, REPORT.before),),
        rules=(),
        kept=(),
        bytecode=None,
        known_failures=(),
        undone="needy could no longer be imported: FileNotFoundError: [Errno 2] No such file or "
        "directory",
        faults=(),
        advice=(),
    )


def test_the_build_log_line_by_line() -> None:
    assert render_build_log(REPORT) == BUILD_LOG


def test_pipenv_has_a_row_of_its_own() -> None:
    share = Share(INSTALLER, "", Bytes(43_000_000, 12_000_000), Bytes(24_000_000, 7_000_000))
    shown = render_terminal(replace(REPORT, distributions=(share,)))
    assert "\nPipenv, the installer                     7.0      24.0     5.0 " in shown


def test_the_build_log_of_a_run_that_was_undone() -> None:
    assert render_build_log(_undone()) == UNDONE


def test_the_terminal_shows_the_same_without_the_margin() -> None:
    lines = BUILD_LOG.splitlines()
    expected = ["Slimmed", "", *(line[7:] for line in lines[1:])]
    assert render_terminal(REPORT).splitlines() == expected


def test_a_plan_says_that_nothing_was_changed() -> None:
    shown = render_terminal(replace(REPORT, action="plan"))
    assert shown.startswith("What slim would do (nothing was changed)\n")
    assert "What would go (MB)" in shown
    assert "Verified" not in shown


MODEL = """\
       What would save more:
       - The slug is too large, and models/detector.onnx (40.0 MB) is a model
         file in it; with these lines in pyproject.toml each process fetches it
         when it starts. (about 36.0 MB)
           [[tool.slugfit.models]]
           url = "https://YOUR-STORAGE/detector.onnx"
           sha256 = "0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f"
           path = "models/detector.onnx"
           when = "boot"
"""


def test_lines_to_copy_are_shown_whole() -> None:
    file = ModelFile("models/detector.onnx", 40_000_000, "0f" * 32)
    found = advise_models([file], [], Bytes(100_000_000, 90_000_000), over=True)
    shown = render_build_log(replace(REPORT, advice=tuple(found)))
    assert shown.partition("       What would")[1:] == ("       What would", MODEL[17:])


LONG = "/".join(["a rather long folder"] * 12)
ODD = "new\nline \x1b[31mred \udcff \u202e \x00 end"


@pytest.mark.parametrize(
    "report",
    [
        REPORT,
        _undone(),
        replace(REPORT, limit=parse_limit("digitalocean"), verdict="over"),
        replace(REPORT, limit=parse_limit("225Mi, 500Mi uncompressed"), verdict="over"),
        replace(REPORT, limit=parse_limit("1M"), verdict="over"),
        replace(REPORT, limit=parse_limit("render")),
        replace(
            REPORT,
            kept=(
                KeptTotal(Reason("kept by list", LONG), 123_456, 10**12, LONG.replace(" ", "-")),
            ),
        ),
        replace(
            REPORT,
            faults=(Fault("unreadable", ODD), Fault("unreadable", LONG)),
            advice=(VariableAdvice(LONG, LONG, 10**12),),
        ),
        replace(REPORT, distributions=(Share("n" * 99, "1" * 99, REPORT.before, REPORT.after),)),
        replace(REPORT, known_failures=(Failure(Step("import", "m" * 200), "e" * 500),)),
    ],
    ids=[
        "usual",
        "undone",
        "over",
        "over-both",
        "far-over",
        "no-limit",
        "long-names",
        "odd",
        "long-distribution",
        "failure",
    ],
)
def test_no_line_is_longer_than_80_columns(report: Report) -> None:
    for shown in (render_build_log(report), render_terminal(report)):
        assert max(map(len, shown.splitlines())) <= 80
        assert all(line == line.rstrip() for line in shown.splitlines())


def test_odd_names_are_printable_everywhere() -> None:
    report = replace(
        REPORT,
        distributions=(Share("\x1b[31mred", "1\n0", REPORT.before, REPORT.after),),
        kept=(KeptTotal(Reason("kept by list", ODD), 1, 1, ODD),),
        known_failures=(Failure(Step("import", ODD), ODD),),
        faults=(Fault("unreadable", ODD),),
        advice=(VariableAdvice(ODD, ODD, 1),),
        undone="",
    )
    for shown in (render_build_log(report), render_build_log(replace(report, undone=ODD))):
        assert all(line.isprintable() for line in shown.split("\n"))
        shown.encode("ascii")
        assert "\\udcff" in shown
    assert "\\x1b[31mred" in render_build_log(report)


def test_without_a_limit_nothing_is_compared_with_it() -> None:
    shown = render_terminal(replace(REPORT, limit=parse_limit("dokku")))
    assert "limit     none is known (dokku); what counts is the uncompressed size\n" in shown
    assert "Where the bytes are (MB)           compressed  unpacked   saved\n" in shown
    assert "%" not in shown.partition("Where the bytes are")[2].partition("What went")[0]
    document = report_document(replace(REPORT, limit=parse_limit("dokku")))
    assert document["limit"] == {
        "name": "dokku",
        "bytes": None,
        "measure": "uncompressed",
        "bounds": [],
    }


def test_a_tree_without_bytes_has_a_report() -> None:
    nothing = replace(REPORT, before=Bytes(0, 0), after=Bytes(0, 0), distributions=(), rules=())
    assert "-0.0%" in render_terminal(nothing)


def test_what_was_not_tried_in_time_is_never_called_broken() -> None:
    made = replace(REPORT, untried=LATE)
    told = " ".join(render_terminal(made).split())
    assert "Verified: 3 of 4 imports, 11 of 15 modules beside what went" in told
    assert "- librosa was not tried in time, and is not verified: it took too long" in told
    assert "4 modules and libraries beside what went (slow.a, slow.b, slow.c, ...;" in told
    assert "librosa cannot" not in told
    listed = report_document(made)["verification"]["untried"]
    assert [(item["module"], item["needed"]) for item in listed][:2] == [
        ("librosa", True),
        ("slow.a", False),
    ]


def test_what_came_back_for_want_of_time_is_told_as_that() -> None:
    item = Returned(Group("slow", "tests"), 3, 1000, LATE[1], (45, 60))
    made = replace(REPORT, returned=(item,))
    told = " ".join(render_terminal(made).split())
    assert (
        "Put back 3 files (0.0 MB) of slow that the rule tests had taken: there was time to try "
        "45 of 60 modules and libraries beside them." in told
    )
    assert report_document(made)["verification"]["put_back"][0]["beside"] == {
        "tried": 45,
        "of": 60,
    }


def test_sizes_of_a_sample_are_told_as_such() -> None:
    words = "Compressed sizes come from a sample; they are within half a percent."
    assert words in render_build_log(replace(REPORT, estimated=True))
    assert words not in render_build_log(REPORT)


PACKED_WORDS = """
       Packed with zstd: 120.0 MB take 28.5 MB of the slug in place of 39.0,
       10.5 MB less (scipy 7.5, numpy 3.0).
       Each start of a process unpacks them first, which took 1.5 s here; what
       came out is the same, byte for byte.

"""


def test_what_is_packed_is_told_with_what_it_costs() -> None:
    made = replace(REPORT, packing=Packing(PACKED, 1.52))
    assert PACKED_WORDS in render_build_log(made)
    document = report_document(made)["packing"]
    assert {key: document[key] for key in ("saved", "boot_seconds", "refused")} == {
        "saved": 10_500_000,
        "boot_seconds": 1.52,
        "refused": None,
    }
    assert document["archives"][0] == {
        "distribution": "scipy",
        "archive": "scipy-012345678901.tar.zst",
        "sha256": "0123",
        "folders": ["site/scipy"],
        "files": 900,
        "uncompressed": 90_000_000,
        "compressed_before": 30_000_000,
        "compressed": 22_500_000,
    }


@pytest.mark.parametrize("kind", get_args(RefusalKind))
def test_why_nothing_is_packed(kind: RefusalKind) -> None:
    made = replace(REPORT, packing=Packing(refusal=Refusal(kind, "odd detail")))
    told = " ".join(render_build_log(made).split())
    marked = "! Not packed: " if kind in ("failed", "no program") else " Not packed: "
    assert marked in told
    assert report_document(made)["packing"]["refused"] in told
    assert ("odd detail" in told) == (kind in ("failed", "no program", "platform"))


FITTED_WORDS = """
       limit    524.3 MB compressed (heroku-2025, 500M): fits, 61.3% of it used

       To come under the limit it took: the start's bytecode that spares least
       (-3.1 MB), what the app never reaches (-24.2 MB).
       Not needed: packing, which each start unpacks (about 61.0 MB:
       SLUGFIT_PACK=on); bytecode of the start, which each start compiles then
       (about 4.2 MB: SLUGFIT_BYTECODE=strip).

       Where the bytes are (MB)           compressed  unpacked   saved  of limit
"""


def test_what_came_under_the_limit_is_told_with_what_it_took() -> None:
    made = replace(REPORT, limit=HEROKU_2025, fit=FITTED)
    assert FITTED_WORDS in render_build_log(made)
    assert "would take: the" in render_build_log(replace(made, action="plan"))
    document = report_document(made)["fit"]
    assert document["fits"]
    assert document["took"][1] == {
        "action": "unused",
        "expected": False,
        "saved": {"compressed": 24_200_000, "uncompressed": 80_000_000},
    }
    assert [item["line"] for item in document["could_take"]] == [
        "SLUGFIT_PACK=on",
        "SLUGFIT_BYTECODE=strip",
    ]
    assert report_document(REPORT)["fit"] is None


def test_a_limit_that_asks_for_nothing() -> None:
    told = render_build_log(replace(REPORT, fit=Fitting((), (), (), chosen=True)))
    assert "The limit asks for nothing beyond the level standard.\n" in told
    assert "Not needed" not in told


OVER_WORDS = """
       limit    524.3 MB compressed (heroku-2025, 500M): TOO LARGE, 108.4% of it
              used; 542.2M is 42.2M over

       It would fit with some of this; SLUGFIT_LEVEL=auto takes as little of it
       as it needs:
       - what the app never reaches, about 24.2 MB
           SLUGFIT_LEVEL=unused
       - packing, which each start unpacks, about 101.0 MB
           SLUGFIT_PACK=auto
       - bytecode of the start, which each start compiles then, about 4.2 MB
           SLUGFIT_BYTECODE=auto

       Where the bytes are (MB)           compressed  unpacked   saved  of limit
"""
FAR_OVER_WORDS = """
           SLUGFIT_BYTECODE=auto
       Even then it is 90.0 MB over. What would do:
       - tensorflow -> tensorflow-cpu: the same TensorFlow without GPU code; a
         dyno has no GPU. (about 159.5 MB)
           tensorflow-cpu==2.20.0

       Where the bytes are (MB)           compressed  unpacked   saved  of limit
"""


def test_a_slug_over_its_limit_is_told_what_it_could_take() -> None:
    assert OVER_WORDS in render_build_log(over_limit(568_550_000, 0, chosen=False))
    made = over_limit(568_550_000, 0, chosen=False)
    unused = UnusedAdvice((("packages", "botocore"),), 24_200_000)
    twice = replace(made, advice=(*made.advice, unused))
    assert render_build_log(twice) == render_build_log(made)
    assert "SLUGFIT_LEVEL=unused" in render_build_log(replace(twice, fit=None))
    assert "LEVEL=auto" not in render_build_log(over_limit(568_550_000, 0, chosen=True))


def test_where_nothing_is_enough_the_swap_that_would_do_is_told() -> None:
    made = over_limit(743_700_000, 90_000_000, chosen=False)
    told = render_build_log(made)
    assert "It could still take; SLUGFIT_LEVEL=auto" in told
    assert FAR_OVER_WORDS in told
    assert "What would save more" not in told
    (would,) = report_document(made)["fit"]["would_do"]
    assert would["line"] == "tensorflow-cpu==2.20.0"
    assert report_document(made)["fit"]["over"] == [
        {"measure": "compressed", "bytes": 219_412_000, "bytes_left": 90_000_000}
    ]
    short = render_build_log(over_limit(943_700_000, 290_000_000, chosen=True))
    assert "Even then it is 290.0 MB over. 159.5 MB of it would be saved by:\n" in short
    none = replace(made, would_do=())
    words = "Even then it is 90.0 MB over. No swap is known that would help"
    assert words in render_build_log(none)
    assert made.fit is not None
    all_taken = replace(none, fit=replace(made.fit, taken=FITTED.taken, possible=()))
    told_of_all = " ".join(render_build_log(all_taken).split())
    assert "Towards the limit it took: the start's bytecode that spares least" in told_of_all
    assert "It is still 90.0 MB over. No swap is known that would help" in told_of_all
    assert all(len(line) <= 80 for line in told.splitlines())


def test_with_two_limits_both_sizes_are_told() -> None:
    limit = parse_limit("500M, 1200M unpacked")
    told = " ".join(render_build_log(replace(REPORT, limit=limit, fit=FITTED)).split())
    assert "500.0 MB compressed (500M): fits, 64.3% of it used limit 1200.0 MB uncompressed" in told
    assert "(-80.0 MB uncompressed, -24.2 MB compressed)" in told
    assert "(about 61.0 MB" not in told


def test_what_is_expected_of_packing_is_told_as_that() -> None:
    expected = Packing(tuple(replace(item, archive="") for item in PACKED), expected=True)
    told = " ".join(render_build_log(replace(REPORT, packing=expected)).split())
    words = (
        "To be packed with zstd: 120.0 MB, about 10.5 MB less in the slug (scipy 7.5, numpy 3.0)."
    )
    assert words in told
    assert "unpacks them first, which took" not in told
    assert report_document(replace(REPORT, packing=expected))["packing"]["expected"]


KEYS = {
    "": "action advice after before distributions estimated fault_details faults fit kept limit "
    "rules seconds slugfit undone verdict verification version",
    "before": "compressed uncompressed",
    "after": "compressed uncompressed",
    "limit": "bounds bytes measure name",
    "distributions": "after before name version",
    "rules": "cuts files name reason saved",
    "kept": "example files reason uncompressed",
    "verification": "beside imported known_beside known_failures put_back untried",
    "advice": "line saves what",
}


def test_the_json_has_its_keys_and_its_version() -> None:
    document = json.loads(render_json(report_document(REPORT)))
    assert document["version"] == 1
    assert document["slugfit"] == "0.1.0"
    assert document["undone"] is None
    for name, keys in KEYS.items():
        part = document[name] if name else document
        part = part[0] if isinstance(part, list) else part
        # Keys are added, never taken away.
        assert set(part) >= set(keys.split()), name
    assert document["before"] == {"compressed": 392_000_000, "uncompressed": 1_500_000_000}
    assert document["limit"] == {
        "name": "heroku",
        "bytes": 1_000_000_000,
        "measure": "compressed",
        "bounds": [
            {
                "bytes": 1_000_000_000,
                "measure": "compressed",
                "told": "1 GB",
                "size": "321.5 MB",
                "over": 0,
            }
        ],
    }
    assert document["verification"]["known_failures"] == [
        {"kind": "import", "module": "broken", "error": "KeyError: 'DATABASE_URL'"}
    ]
    assert document["verification"]["known_beside"] == 1
    (back,) = document["verification"]["put_back"]
    assert (back["distribution"], back["rule"], back["files"]) == ("skimage", "tests", 14)


def test_the_json_is_plain_text_and_the_same_twice() -> None:
    odd = replace(REPORT, faults=(Fault("unreadable", ODD),))
    shown = render_json(report_document(odd))
    shown.encode("ascii")
    assert json.loads(shown)["faults"] == [f"{ODD}/ cannot be read; left alone"]
    assert shown == render_json(report_document(odd))


def test_the_flat_report_holds_numbers_and_words() -> None:
    found = flat_facts(json.loads(render_json(report_document(REPORT))))
    assert found == {
        "slugfit_version": "0.1.0",
        "slugfit_before_bytes": 392_000_000,
        "slugfit_after_bytes": 321_500_000,
        "slugfit_after_uncompressed_bytes": 1_100_000_000,
        "slugfit_removed_files": 5320,
        "slugfit_shortened_files": 96,
        "slugfit_verdict": "fits",
        "slugfit_undone": False,
        "slugfit_seconds": 15.75,
    }


@pytest.mark.parametrize(
    "found",
    [
        {},
        {"slugfit": "1"},
        {"before": 3},
        {**report_document(REPORT), "seconds": []},
        {**report_document(REPORT), "rules": None},
        {**report_document(REPORT), "rules": [{"files": "many"}]},
        {**report_document(REPORT), "after": {"compressed": float("inf"), "uncompressed": 1}},
    ],
    ids=["empty", "parts", "a number", "a list", "nothing", "a word", "infinity"],
)
def test_a_damaged_report_is_an_empty_one(found: dict[str, object]) -> None:
    assert flat_facts(found) == {}


def test_each_rule_says_in_few_words_what_it_rests_on() -> None:
    rules = {rule.name for rule in (*RULES, SLUGIGNORE, SLUGFITIGNORE, *SEARCHED)}
    assert EVIDENCE.keys() == rules
    assert max(map(len, EVIDENCE.values())) <= 20
    assert max(map(len, rules)) <= 20
