"""What the report says of what the app never reaches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pythons import settings
from slugfit.pipeline import dry_run
from slugfit.report.json_report import report_document
from slugfit.report.make import make_report
from slugfit.report.text import render_terminal, report_lines
from slugfit.report.why import explain_path, explanation_document, explanation_text
from trees import SITE, Content, plant, slug

if TYPE_CHECKING:
    from pathlib import Path

    from slugfit.report.make import Report

NOISE = "".join(f"{n * 7919 % 100003:05}" for n in range(60_000))


def distribution(name: str, metadata: str, files: dict[str, Content]) -> dict[str, Content]:
    info = f"{name}-1.0.dist-info"
    head = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n{metadata}"
    record = "".join(f"{path},,\n" for path in (*files, f"{info}/METADATA", f"{info}/RECORD"))
    return {**files, f"{info}/METADATA": head, f"{info}/RECORD": record}


def report(root: Path, level: str) -> Report:
    site = {
        **distribution("lib", "Requires-Dist: extra>=1\n", {"lib.py": ""}),
        **distribution("Extra", "", {"extra/__init__.py": "", "extra/data.txt": NOISE}),
        "Extra-1.0.dist-info/REQUESTED": "",
    }
    plant(root, {**slug(site), "app.py": "import lib\n", "Procfile": "web: python app.py\n"})
    config = settings(LEVEL=level, WORTH="1K")
    return make_report(dry_run(root, config), config, action="plan")


def test_a_build_asks_for_its_installers(tmp_path: Path) -> None:
    site = distribution("pip", "", {"pip/__init__.py": "", "pip/data.txt": NOISE})
    site["pip-1.0.dist-info/REQUESTED"] = ""
    root = plant(tmp_path, {**slug(site), "app.py": "", "Procfile": "web: python app.py\n"})
    config = settings(LEVEL="unused", WORTH="1K")
    made = make_report(dry_run(root, config), config, action="plan")
    lines = [" ".join(line.text.split()) for line in report_lines(made)]
    assert "pip 0.1 0.3 the build" in lines


def test_what_goes_is_listed_with_who_asks_for_it(tmp_path: Path) -> None:
    made = report(tmp_path, "unused")
    lines = [line.text for line in report_lines(made)]
    at = lines.index("Never reached by the app (MB)    compressed  unpacked  asked for by")
    assert lines[at + 1].split() == ["extra", "0.1", "0.3", "the", "app", "and", "1", "more"]
    (total,) = report_document(made)["unused"]
    assert total.pop("compressed") > 1000
    assert total == {
        "name": "extra",
        "version": "1.0",
        "what": "packages",
        "files": 2,
        "uncompressed": len(NOISE),
        "requested": True,
        "required_by": ["lib"],
        "would_be_used_by": [],
        "goes": True,
    }
    assert made.advice == ()


def test_who_would_use_it_is_told(tmp_path: Path) -> None:
    files: dict[str, Content] = {
        "lib/__init__.py": "",
        "lib/tools.py": "from extra import x\n",
        "lib/more.py": "import extra.a\n",
        "lib/none.py": "x = 'extra'\n",
        "lib/tests/test_it.py": "import extra\n",
    }
    site = {
        **distribution("lib", "Requires-Dist: extra\n", files),
        **distribution("extra", "", {"extra/__init__.py": ""}),
        # One that does not require it, and does not count on it.
        **distribution("other", "", {"other/__init__.py": "", "other/a.py": "import extra\n"}),
    }
    app = {"app.py": "import lib, other\n", "Procfile": "web: python app.py\n"}
    plant(tmp_path, {**slug(site), **app})
    config = settings(LEVEL="unused", WORTH="0", VERIFY="off")
    made = make_report(dry_run(tmp_path, config), config, action="plan")
    (total,) = report_document(made)["unused"]
    assert total["would_be_used_by"] == ["lib.more", "lib.tools"]
    told = " ".join(render_terminal(made).split())
    assert "extra would be used by lib.more and 1 more, which the app never reaches." in told
    answer = explain_path(tmp_path, f"{SITE}/extra/__init__.py", config)
    assert "  would be used by: lib.more, lib.tools\n" in explanation_text(answer)
    assert explanation_document(answer)["would_be_used_by"] == ["lib.more", "lib.tools"]
    kept = explain_path(tmp_path, f"{SITE}/lib/__init__.py", config)
    assert explanation_document(kept)["would_be_used_by"] == []


def test_at_standard_it_is_advice(tmp_path: Path) -> None:
    made = report(tmp_path, "standard")
    assert "Never reached" not in render_terminal(made)
    (total,) = made.unused
    assert (total.goes, total.size.uncompressed) == (False, len(NOISE))
    gone = report(tmp_path / "again", "unused").unused[0].size.compressed
    (advice,) = made.advice
    assert abs(advice.saves - gone) < 0.1 * gone
    assert (tmp_path / SITE / "extra/data.txt").exists()


def test_why_says_how_the_app_reaches_a_package(tmp_path: Path) -> None:
    site = {
        **distribution(
            "lib", "", {"lib/__init__.py": "from lib import a\n", "lib/a.py": "import b\n"}
        ),
        **distribution("b", "", {"b.py": "", "b.txt": ""}),
        **distribution("extra", "", {"extra.py": ""}),
    }
    plant(tmp_path, {**slug(site), "app.py": "import lib\n", "Procfile": "web: python app.py\n"})
    config = settings(LEVEL="unused", WORTH="0", VERIFY="off")
    for name in ("b.py", "b.txt"):
        answer = explain_path(tmp_path, f"{SITE}/{name}", config)
        assert [(way.kind, way.by) for way in answer.reached] == [
            ("imports", f"{SITE}/lib/a.py"),
            ("imports", f"{SITE}/lib/__init__.py"),
            ("imports", "app.py"),
        ]
        text = explanation_text(answer)
        assert f"  reached: {SITE}/lib/a.py imports b.\n" in text
        assert "  reached: app.py imports lib.\n" in text
        assert explanation_document(answer)["reached"][-1] == "app.py imports lib."
    gone = explain_path(tmp_path, f"{SITE}/extra.py", config)
    assert (gone.decision.action, gone.decision.rule, gone.reached) == ("remove", "unused", ())
    config = settings(WORTH="0", VERIFY="off")
    assert explain_path(tmp_path, f"{SITE}/b.py", config).reached == ()
