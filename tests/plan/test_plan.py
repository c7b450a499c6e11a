from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from slugfit.base.patterns import parse_patterns
from slugfit.models.wanted import WantedModel
from slugfit.pipeline import slim_tree
from slugfit.plan.claims import claims_of, guarded_candidates
from slugfit.plan.decide import decide_files
from slugfit.plan.facts import PlanFacts
from slugfit.plan.make import make_plan
from slugfit.plan.reasons import BY_RULE, SOURCE_STAYS, Reason
from slugfit.refer.reference import Reference
from slugfit.scan.conditions import Unmet
from slugfit.scan.ignore_files import Ignores
from slugfit.scan.layout import recognise_layout
from slugfit.scan.tree import scan_tree
from slugfit.settings.config import Config, read_config
from trees import SITE, STDLIB, Content, Folder, Link, distribution, plant, slug, snapshot

if TYPE_CHECKING:
    from pathlib import Path

NO_VERIFY = {"SLUGFIT_VERIFY": "off"}


def chosen(**more: str) -> Config:
    return read_config({**NO_VERIFY, **more})


def facts(root: Path, **changed: object) -> PlanFacts:
    scanned = scan_tree(root)
    none = parse_patterns([], source="nothing")
    found = PlanFacts(
        tree=scanned,
        layout=recognise_layout(scanned),
        owners={entry.path: "owner" for entry in scanned.entries},
        config=chosen(),
        ignores=Ignores(none, none, none),
        unmet={},
        cuts={},
    )
    return dataclasses.replace(found, **changed)  # type: ignore[arg-type]


SITE_FILES: dict[str, Content] = {
    "pkg/__init__.py": "",
    "pkg/tests/__init__.py": "",
    "pkg/tests/mod.py": "",
    "pkg/tests/x.h": "",
    "pkg/tests/__pycache__/mod.cpython-311.pyc": "",
    "pkg/docs/tests/x.rst": "",
    "pkg/a.pyi": "",
}
MOD, PYC = f"{SITE}/pkg/tests/mod.py", f"{SITE}/pkg/tests/__pycache__/mod.cpython-311.pyc"


def test_claims_name_every_rule_in_order_and_what_it_took_hold_of(tmp_path: Path) -> None:
    found = claims_of(facts(plant(tmp_path, slug(SITE_FILES))))
    told = {
        path.removeprefix(f"{SITE}/pkg/"): [
            (item.rule.name, item.claimed.removeprefix(f"{SITE}/pkg/")) for item in claimed
        ]
        for path, claimed in found.items()
    }
    assert told == {
        "a.pyi": [("stubs", "a.pyi")],
        "docs/tests/x.rst": [("tests", "docs/tests"), ("docs", "docs")],
        "tests/__init__.py": [("tests", "tests")],
        "tests/__pycache__/mod.cpython-311.pyc": [
            ("tests", "tests"),
            ("bytecode", "tests/__pycache__/mod.cpython-311.pyc"),
        ],
        "tests/mod.py": [("tests", "tests")],
        "tests/x.h": [("tests", "tests"), ("sources", "tests/x.h")],
    }


def test_a_model_stays_whatever_names_it(tmp_path: Path) -> None:
    root = plant(tmp_path, {"app.py": "", "models/a.onnx": "", "models/b.onnx": ""})
    plant(tmp_path, {".slugignore": "models\n", ".slugfitignore": "*.onnx\n"})
    wanted = (WantedModel("models/a.onnx", "https://models.example/a", "0" * 64),)
    made = make_plan(root, dataclasses.replace(chosen(), models=wanted))
    found = {item.path: item for item in made.decisions if item.path.endswith(".onnx")}
    assert found["models/a.onnx"].action == "keep"
    assert found["models/a.onnx"].reason == Reason("model")
    assert found["models/b.onnx"].action == "remove"


def test_a_file_has_one_decision_and_a_folder_none(tmp_path: Path) -> None:
    given_facts = facts(plant(tmp_path, slug({**SITE_FILES, "l": Link("x"), "f": Folder()})))
    decisions = decide_files(given_facts, claims_of(given_facts), {})
    paths = [item.path for item in decisions]
    assert paths == sorted(set(paths))
    assert paths == [
        entry.path for entry in given_facts.tree.entries if entry.kind in ("file", "link")
    ]


def test_only_what_a_guarded_rule_takes_is_a_candidate(tmp_path: Path) -> None:
    given_facts = facts(plant(tmp_path, slug({**SITE_FILES, "pkg/x.pyc": "", "pkg/x.py": ""})))
    found = claims_of(given_facts)
    proposed = guarded_candidates(found, decide_files(given_facts, found, {}))
    assert {item.path.removeprefix(f"{SITE}/pkg/"): item.rule for item in proposed} == {
        "a.pyi": "stubs",
        "docs/tests/x.rst": "tests",
        "tests/__init__.py": "tests",
        "tests/__pycache__/mod.cpython-311.pyc": "tests",
        "tests/mod.py": "tests",
        "tests/x.h": "tests",
    }


def test_a_reference_keeps_a_candidate_and_is_told(tmp_path: Path) -> None:
    given_facts = facts(plant(tmp_path, slug(SITE_FILES)), config=chosen(SLUGFIT_BYTECODE="keep"))
    held = {MOD: Reference("imports", "app.py", "pkg.tests.mod")}
    found = {item.path: item for item in decide_files(given_facts, claims_of(given_facts), held)}
    assert (found[MOD].action, found[MOD].rule) == ("keep", "tests")
    assert found[MOD].reason == Reason("reference", reference=held[MOD])
    assert (found[PYC].action, found[PYC].reason) == ("keep", SOURCE_STAYS)


def test_a_reference_does_not_hold_what_an_unguarded_rule_takes(tmp_path: Path) -> None:
    given_facts = facts(plant(tmp_path, slug(SITE_FILES)))
    held = dict.fromkeys((MOD, PYC), Reference("imports", "app.py", "it"))
    found = {item.path: item for item in decide_files(given_facts, claims_of(given_facts), held)}
    assert found[MOD].action == "keep"
    assert (found[PYC].action, found[PYC].rule) == ("remove", "bytecode")


UNMET = Unmet("no jupyter", by="notebook")


def test_a_condition_that_does_not_hold_is_the_reason(tmp_path: Path) -> None:
    given_facts = facts(
        plant(tmp_path, slug({"pkg/a.h": "12345"})), unmet={"no compiler use": UNMET}
    )
    found = {item.path: item for item in decide_files(given_facts, claims_of(given_facts), {})}
    kept = found[f"{SITE}/pkg/a.h"]
    assert (kept.action, kept.rule, kept.reason) == (
        "keep",
        "sources",
        Reason("condition", unmet=UNMET),
    )
    assert (kept.size, kept.saves, kept.owner) == (5, 0, "owner")


def test_a_removed_file_saves_its_size(tmp_path: Path) -> None:
    found = make_plan(
        plant(tmp_path, slug({"pkg/a.h": "12345", "pkg/fast.so": ""})), chosen()
    ).decisions
    (gone,) = [item for item in found if item.action == "remove"]
    assert (gone.path, gone.size, gone.saves) == (f"{SITE}/pkg/a.h", 5, 5)
    assert gone.reason == BY_RULE


def test_every_file_that_a_rule_looked_at_has_a_reason(tmp_path: Path) -> None:
    plant(tmp_path, slug({**SITE_FILES, "pkg/b.py": "import pkg.tests.mod"}))
    for decision in make_plan(tmp_path, chosen(SLUGFIT_KEEP="*.pyi")).decisions:
        assert bool(decision.rule) == bool(decision.reason)
        assert decision.action == "keep" or decision.rule


def test_a_shield_is_told_by_its_name(tmp_path: Path) -> None:
    plant(tmp_path, {**slug(SITE_FILES), ".slugfitignore": "!**/docs/\n"})
    found = {item.path: item for item in make_plan(tmp_path, chosen(SLUGFIT_KEEP="*.h")).decisions}
    assert found[f"{SITE}/pkg/tests/x.h"].reason == Reason("kept by setting")
    assert found[f"{SITE}/pkg/docs/tests/x.rst"].reason == Reason("kept by list", "!**/docs/")


HOSTILE: dict[str, Content] = {
    **slug(
        {
            **distribution(
                "x", "1.0", {"x/__init__.py": "from . import tests", "x/tests/a.py": ""}
            ),
            "x/tests/\udcff.py": "",
            "x/tests/a b\n.py": "",
            "x/docs/..py": "",
            "x/__pycache__/__init__.cpython-311.pyc": "",
            "y-1.0.dist-info/RECORD": "../../../../../../etc/passwd,,\n/etc/passwd,,\n",
            "x/loop": Link("."),
            "x/tests/up": Link("../../../../../../../.."),
        }
    ),
    "app.py": "import x",
    "a/b/.py": "",
    f"{STDLIB}/test/x.py": "",
}


def test_a_hostile_tree_is_planned_inside_itself_and_left_as_it_was(tmp_path: Path) -> None:
    root = plant(tmp_path / "root", HOSTILE)
    before = snapshot(tmp_path)
    for decision in make_plan(root, chosen()).decisions:
        assert (root / decision.path).parent.resolve().is_relative_to(root)
    assert snapshot(tmp_path) == before


_names = st.sampled_from(("tests", "docs", "a", "b", "__pycache__", "include", "test_x"))
_files = st.sampled_from(
    (
        "a.py",
        "a.pyi",
        "x.h",
        "x.cpython-311.pyc",
        "a.pyc",
        "x.so",
        "__init__.py",
        "test_a.py",
        "d.txt",
    )
)
_paths = st.tuples(
    st.sampled_from((SITE, STDLIB, ".heroku/python/share", ".")),
    st.lists(_names, max_size=3),
    _files,
).map(lambda parts: "/".join([parts[0], *parts[1], parts[2]]).removeprefix("./"))
_texts = st.sampled_from(
    ("", "import tests.a", "from .tests import a", "from . import test_a", "x = 'include/x.h'")
)
_trees = st.dictionaries(_paths, _texts, max_size=12)
_settings = st.fixed_dictionaries(
    {},
    optional={
        "SLUGFIT_KEEP": st.sampled_from(("a.py", "tests/", "*.pyc")),
        "SLUGFIT_REMOVE": st.sampled_from(("*.txt", "docs/", "b")),
        "SLUGFIT_BYTECODE": st.just("keep"),
        "SLUGFIT_RULES_OFF": st.sampled_from(("tests", "bytecode docs")),
    },
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(files=_trees, values=_settings)
def test_a_plan_is_the_same_each_time_and_a_slim_tree_has_nothing_to_lose(
    tmp_path_factory: pytest.TempPathFactory, files: dict[str, str], values: dict[str, str]
) -> None:
    root = plant(tmp_path_factory.mktemp("tree"), {**slug({"pkg/__init__.py": ""}), **files})
    settled = chosen(**values)
    first = make_plan(root, settled)
    assert make_plan(root, settled).decisions == first.decisions
    going = {item.path for item in first.decisions if item.action == "remove"}
    outcome = slim_tree(root, settled)
    assert not outcome.undone
    assert outcome.planned.decisions == first.decisions
    left = make_plan(root, settled).decisions
    assert [item.path for item in left if item.action != "keep"] == []
    assert {item.path for item in left} == {item.path for item in first.decisions} - going


@pytest.mark.parametrize(
    "values",
    [{}, {"SLUGFIT_BYTECODE": "keep"}, {"SLUGFIT_KEEP": "mod.py"}, {"SLUGFIT_REMOVE": "*.rst"}],
    ids=["as it is", "with bytecode", "with KEEP", "with REMOVE"],
)
def test_a_second_run_removes_nothing(tmp_path: Path, values: dict[str, str]) -> None:
    used: dict[str, Content] = {"pkg/b.py": "from .tests import mod", "pkg/tests/b.py": ""}
    plant(tmp_path, slug(distribution("pkg", "1.0", {**SITE_FILES, **used}), app_py="import pkg.b"))
    outcome = slim_tree(tmp_path, chosen(**values))
    assert any(item.action == "remove" for item in outcome.planned.decisions)
    after = snapshot(tmp_path)
    again = slim_tree(tmp_path, chosen(**values))
    assert {item.action for item in again.planned.decisions} == {"keep"}
    assert snapshot(tmp_path) == after


def test_files_of_a_package_inside_another_one_stay_as_its_record_says(tmp_path: Path) -> None:
    inner = distribution(
        "inner", "1", dict.fromkeys(("inner/__init__.py", "inner/a.py", "inner/a.pyi"), "")
    )
    vendored = {f"outer/_vendor/{name}": content for name, content in inner.items()}
    stubs_of = ("outer/a.py", "outer/a.pyi", "outer/_vendor/b.py", "outer/_vendor/b.pyi")
    outer = distribution("outer", "1", {**dict.fromkeys(stubs_of, ""), **vendored})
    plant(tmp_path, slug(outer))
    made = make_plan(tmp_path, chosen())
    stubs = {item.path.removeprefix(f"{SITE}/outer/"): item for item in made.decisions}
    assert [name for name, item in stubs.items() if item.action == "remove"] == [
        "_vendor/b.pyi",
        "a.pyi",
    ]
    assert stubs["_vendor/inner/a.pyi"].reason == Reason("vendored")
    assert made.owners.by_path[f"{SITE}/outer/_vendor/inner/a.pyi"] == "outer"
