"""Why a file stays or goes, in words and as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from pythons import settings
from slugfit.base.errors import UsageError
from slugfit.report.why import explain_path, explanation_document, explanation_text
from trees import SITE, Content, Link, distribution, plant, slug

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
        },
    ),
    app_py="import pkg\n",
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return plant(tmp_path / "slug", TREE)


def _why(root: Path, name: str, **values: str) -> str:
    return explanation_text(explain_path(root, name, settings(**values)))


def test_a_removed_file_names_its_rule_class_and_what_was_looked_for(root: Path) -> None:
    assert _why(root, f"{SITE}/pkg/tests/unused.py").splitlines() == [
        f"{SITE}/pkg/tests/unused.py (pkg, 0 bytes) goes.",
        (
            "  rule: tests (class: inert, guarded by the reference closure). "
            "Tests of installed packages; no app runs them."
        ),
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
    tree: dict[str, Content] = {**TREE, f"{SITE}/pkg/stub.pyi": Link("/outside")}
    shown = _why(plant(tmp_path, tree), f"{SITE}/pkg/stub.pyi")
    assert "goes" in shown


def test_the_json_has_its_keys(root: Path) -> None:
    found = explanation_document(explain_path(root, f"{SITE}/pkg/tests/used.py", settings()))
    keys = {"path", "owner", "action", "rule", "size", "saves", "reason"}
    assert set(found) >= keys | {"version", "chain"}
    assert (found["version"], found["action"], found["rule"]) == (1, "keep", "tests")
    assert set(found["chain"][0]) >= keys
