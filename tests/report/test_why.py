"""Why a file stays or goes, in words and as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from pythons import settings
from slugfit.base.errors import UsageError
from slugfit.elf.tail import Tail
from slugfit.pipeline import dry_run
from slugfit.plan import make, reading
from slugfit.plan.make import make_plan
from slugfit.report.make import make_report
from slugfit.report.why import explain_path, explanation_document, explanation_text
from trees import SITE, STDLIB, Content, Link, distribution, plant, slug

if TYPE_CHECKING:
    from pathlib import Path


TREE = slug(
    distribution(
        "pkg",
        "1.0",
        {
            "pkg/__init__.py": "from pkg.tests import used",
            "pkg/tests/__init__.py": "",
            "pkg/tests/used.py": "import pkg.tests.deeper",
            "pkg/tests/deeper.py": "",
            "pkg/tests/unused.py": "",
            "pkg/two\nlines \udcff.pyi": "",
            "pkg/two\nlines \udcff.py": "",
        },
    ),
    app_py="import pkg\n",
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return plant(tmp_path / "slug", TREE)


def _why(root: Path, name: str, **values: str) -> str:
    return explanation_text(explain_path(root, name, settings(**values)))


def test_a_path_may_be_as_the_log_shows_it_from_the_folder_of_packages(root: Path) -> None:
    assert _why(root, "pkg/tests/used.py") == _why(root, f"{SITE}/pkg/tests/used.py")
    with pytest.raises(UsageError, match=r"nothing/here\.py is not a file"):
        _why(root, "nothing/here.py")


def test_a_removed_file_names_its_rule_class_and_what_was_looked_for(root: Path) -> None:
    assert _why(root, f"{SITE}/pkg/tests/unused.py").splitlines() == [
        f"{SITE}/pkg/tests/unused.py (pkg, 26 bytes) goes.",
        (
            "  rule: tests (class: inert, guarded by the reference closure). "
            "Tests of installed packages; no app runs them."
        ),
        "  evidence: test code inside.",
        "  references looked for: imports, literals, entry points, stubs: none.",
    ]


def test_a_kept_file_names_what_keeps_it_and_what_keeps_that(root: Path) -> None:
    shown = _why(root, f"{SITE}/pkg/tests/deeper.py")
    assert f"because: {SITE}/pkg/tests/used.py imports pkg.tests.deeper." in shown
    assert f"{SITE}/pkg/tests/used.py stays because: {SITE}/pkg/__init__.py imports" in shown
    assert f"{SITE}/pkg/__init__.py stays because: no rule names it." in shown


# What keeps pkg/tests/b.py beside other files of the tree, and the chain to the first reason.
TWISTED = (
    "An override for twisted keeps it: documented for years as what apps test their protocols "
    "with, and used by other packages."
)
CHAINS: dict[str, tuple[dict[str, Content], list[str]]] = {
    "a link": (
        {"pkg/data": Link("tests/b.py"), "pkg/__init__.py": ""},
        [
            "because: SITE/pkg/data links to it.",
            "and SITE/pkg/data stays because: no rule names it.",
        ],
    ),
    "a folder that is named": (
        {"pkg/__init__.py": "import os\nx = os.path.join(__file__, '..', 'tests')\n"},
        [
            "because: SITE/pkg/__init__.py names 'tests'.",
            "and SITE/pkg/__init__.py stays because: no rule names it.",
        ],
    ),
    "a package that is stood in": (
        {"pkg/__init__.py": "from pkg.tests.b import x\n"},
        [
            "because: SITE/pkg/__init__.py imports pkg.tests.b.",
            "and SITE/pkg/__init__.py stays because: no rule names it.",
        ],
    ),
    "an entry point": (
        {
            "pkg/__init__.py": "",
            "pkg-1.0.dist-info/entry_points.txt": "[group]\nplug = pkg.tests.a\n",
            "pkg/tests/a.py": "from pkg.tests import b\n",
        },
        [
            "because: SITE/pkg/tests/a.py imports pkg.tests.b.",
            "and SITE/pkg/tests/a.py stays because: entry point plug of pkg leads to it.",
        ],
    ),
    "an override": (
        {
            "pkg/__init__.py": "",
            "twisted-24.3.0.dist-info/METADATA": "Name: twisted\nVersion: 24.3.0\n",
            "twisted/test/__init__.py": "",
            "twisted/test/proto_helpers.py": "import pkg.tests.b\n",
        },
        [
            "because: SITE/twisted/test/proto_helpers.py imports pkg.tests.b.",
            f"and SITE/twisted/test/proto_helpers.py stays because: {TWISTED}",
        ],
    ),
}


@pytest.mark.parametrize("case", CHAINS)
def test_the_chain_of_references_is_shown_to_its_end(tmp_path: Path, case: str) -> None:
    site, lines = CHAINS[case]
    files = {"pkg/tests/__init__.py": "", "pkg/tests/b.py": "", **site}
    root = plant(tmp_path, slug(distribution("pkg", "1.0", files), app_py="import pkg\n"))
    shown = _why(root, f"{SITE}/pkg/tests/b.py").replace(SITE, "SITE").splitlines()
    assert [line.strip() for line in shown[2:]] == lines


def test_a_file_that_no_rule_names_says_so(root: Path) -> None:
    assert _why(root, "app.py") == (
        "app.py ((app), 11 bytes) stays.\n  because: no rule names it.\n"
    )


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"KEEP": "**/pkg/tests/"}, "SLUGFIT_KEEP names it."),
        ({"RULES_OFF": "tests"}, "no rule names it."),
        ({"LEVEL": "measure"}, "no rule names it."),
    ],
    ids=["keep", "rule off", "measure"],
)
def test_settings_are_reasons_too(root: Path, values: dict[str, str], reason: str) -> None:
    shown = _why(root, f"{SITE}/pkg/tests/unused.py", **values)
    assert " stays.\n" in shown
    assert f"because: {reason}" in shown


def test_an_asked_removal_is_not_guarded(root: Path) -> None:
    shown = _why(root, f"{SITE}/pkg/tests/used.py", REMOVE="pkg/")
    assert "goes" in shown
    assert "not guarded" in shown


@pytest.mark.parametrize("way", ["relative", "with dots", "absolute", "absolute through a link"])
def test_a_file_can_be_named_in_several_ways(root: Path, way: str) -> None:
    link = root.parent / "link"
    link.symlink_to(root)
    where, name = {
        "relative": (root, "app.py"),
        "with dots": (root, "./x/../app.py"),
        "absolute": (root, str(root / "app.py")),
        "absolute through a link": (link, str(link / "app.py")),
    }[way]
    assert explain_path(where, name, settings()).decision.path == "app.py"


@pytest.mark.parametrize("name", ["nothing.py", SITE, "../outside", "/etc/passwd", "", ".", "a\0b"])
def test_what_is_no_file_of_the_tree_is_a_usage_error(root: Path, name: str) -> None:
    plant(root.parent, {"outside": ""})
    with pytest.raises(UsageError, match="is not a file in"):
        explain_path(root, name, settings())


def test_an_odd_name_is_printable_in_words_and_whole_in_json(root: Path) -> None:
    name = f"{SITE}/pkg/two\nlines \udcff.pyi"
    answer = explain_path(root, name, settings())
    shown = explanation_text(answer)
    assert shown.startswith(f"{SITE}/pkg/two\\nlines \\udcff.pyi (pkg, 0 bytes) goes.\n")
    assert json.loads(json.dumps(explanation_document(answer)))["path"] == name


def test_a_link_is_explained_as_what_it_is(tmp_path: Path) -> None:
    tree: dict[str, Content] = {
        **TREE,
        f"{SITE}/pkg/stub.py": "",
        f"{SITE}/pkg/stub.pyi": Link("/outside"),
    }
    shown = _why(plant(tmp_path, tree), f"{SITE}/pkg/stub.pyi")
    assert "goes" in shown


def test_the_json_has_its_keys(root: Path) -> None:
    found = explanation_document(explain_path(root, f"{SITE}/pkg/tests/used.py", settings()))
    keys = {"path", "owner", "action", "rule", "size", "saves", "reason"}
    assert set(found) >= keys | {"version", "chain"}
    assert (found["version"], found["action"], found["rule"]) == (1, "keep", "tests")
    assert set(found["chain"][0]) >= keys


SHORTENED = {
    **TREE,
    f"{SITE}/pkg/tests/__init__.py": "",
    f"{SITE}/pkg/__init__.py": "from pkg.tests import _fast, used\n",
    f"{SITE}/pkg-1.0.dist-info/RECORD": "".join(
        f"{name},,\n" for name in ("pkg/__init__.py", "pkg/keeper.so", "pkg/tests/used.py")
    ),
}


@pytest.fixture
def shortened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A slug with two libraries that can be shortened: one that a rule names, one that keeps it."""
    tail = Tail(9000, 4000, b"", b"")
    monkeypatch.setattr(
        reading, "removable_tail", lambda file: tail if ".so" in file.name else None
    )
    libraries = {FAST: bytes(9000), KEEPER: b"pkg.tests._fast".ljust(9000)}
    return plant(tmp_path / "slug", {**SHORTENED, **libraries})


KEEPER = f"{SITE}/pkg/keeper.so"
FAST = f"{SITE}/pkg/tests/_fast.cpython-311-x86_64-linux-gnu.so"


def test_of_a_shortened_file_both_rules_and_the_reference_are_told(shortened: Path) -> None:
    shown = _why(shortened, FAST).splitlines()
    assert shown[0].endswith("is shortened.")
    assert "rule: symbols" in shown[1]
    assert shown[4:] == [
        (
            "  the rest stays, though the rule tests names it: Tests of installed packages; no app "
            "runs them."
        ),
        f"  because: {SITE}/pkg/__init__.py imports pkg.tests._fast.",
        f"  and {SITE}/pkg/__init__.py stays because: no rule names it.",
    ]
    document = explanation_document(explain_path(shortened, FAST, settings()))
    assert (document["rule"], document["held"]["rule"]) == ("symbols", "tests")
    assert document["held"]["reason"].endswith("imports pkg.tests._fast.")


def test_a_library_that_keeps_it_is_only_shortened(shortened: Path) -> None:
    (shortened / SITE / "pkg/__init__.py").write_text("from pkg.tests import used\n")
    shown = _why(shortened, FAST).splitlines()
    assert shown[5:] == [
        f"  because: {KEEPER} names 'pkg.tests._fast'.",
        f"  and {KEEPER} stays because: no rule removes it; it is only shortened.",
    ]


def test_what_stays_of_it_is_among_what_stays(shortened: Path) -> None:
    report = make_report(dry_run(shortened, settings()), settings(), action="plan")
    (total,) = [kept for kept in report.kept if kept.example == FAST]
    (item,) = [item for item in make_plan(shortened, settings()).decisions if item.path == FAST]
    assert (total.files, total.uncompressed) == (1, item.size - item.saves)


EVERYTHING: dict[str, Content] = {
    **SHORTENED,
    f"{SITE}/pkg/__pycache__/__init__.cpython-311.pyc": b"",
    f"{SITE}/pkg/tests/__pycache__/used.cpython-311.pyc": b"",
    f"{SITE}/pkg/tests/__pycache__/unused.cpython-311.pyc": b"",
    f"{STDLIB}/os.py": "import stat\n",
    f"{STDLIB}/stat.py": "",
    f"{STDLIB}/rare.py": "",
    f"{STDLIB}/__pycache__/stat.cpython-311.pyc": b"",
    f"{STDLIB}/__pycache__/rare.cpython-311.pyc": b"",
    ".heroku/python/include/python3.11/Python.h": "",
    "Procfile": "web: x\n",
    ".slugfitignore": "*.map\n!kept.map\n",
    "a.map": "",
    "kept.map": "",
}


@pytest.mark.parametrize(
    "values", [{}, {"RULES_OFF": "symbols"}, {"BYTECODE": "keep"}, {"KEEP": "pkg"}], ids=str
)
def test_why_says_what_the_whole_plan_says(shortened: Path, values: dict[str, str]) -> None:
    plant(shortened, {name: content for name, content in EVERYTHING.items() if name not in TREE})
    whole = {item.path: item for item in make_plan(shortened, settings(**values)).decisions}
    assert {item.action for item in whole.values()} >= {"keep", "remove"}
    for path, decision in whole.items():
        answer = explain_path(shortened, path, settings(**values))
        assert answer.decision == decision
        assert list(answer.chain) == [whole[keeper.path] for keeper in answer.chain]


@pytest.mark.parametrize(
    ("name", "calls"),
    [
        ("app.py", set()),
        (f"{SITE}/pkg/__init__.py", set()),
        (
            f"{SITE}/pkg/__pycache__/__init__.cpython-311.pyc",
            {"find_references", "bytecode_to_ship"},
        ),
        (".heroku/python/include/python3.11/Python.h", set()),
        (f"{SITE}/pkg/tests/unused.py", {"find_references"}),
        (f"{STDLIB}/__pycache__/rare.cpython-311.pyc", {"find_references", "bytecode_to_ship"}),
    ],
)
def test_why_does_only_what_its_path_needs(
    shortened: Path, monkeypatch: pytest.MonkeyPatch, name: str, calls: set[str]
) -> None:
    plant(shortened, {name: content for name, content in EVERYTHING.items() if name not in TREE})
    called = set()
    for function in ("find_references", "bytecode_to_ship"):
        usual = getattr(make, function)

        def noted(*arguments: object, usual: Any = usual, function: str = function) -> object:  # noqa: ANN401
            called.add(function)
            return usual(*arguments)

        monkeypatch.setattr(make, function, noted)
    explain_path(shortened, name, settings())
    assert called == calls
