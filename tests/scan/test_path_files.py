from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from slugfit.scan.layout import PathEntry
from slugfit.scan.module_names import modules_by_all_names
from slugfit.scan.path_files import read_path_files
from slugfit.scan.tree import scan_tree
from trees import SITE, Content, layout_of, plant, slug

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SRC = ".heroku/python/src/plug"
SOURCES: dict[str, Content] = {
    f"{SRC}/setup.py": "",
    f"{SRC}/plug/__init__.py": "",
    f"{SRC}/plug/a.py": "",
    "src/own/b.py": "",
    f"{SITE}/pkg/tests/boot.py": "",
}


def entries(folder: Path, site: Mapping[str, Content]) -> list[tuple[str, str]]:
    """The folders, with the packages that they are, that these files of site-packages lead to."""
    plant(folder, {**slug(site), **SOURCES})
    found = read_path_files(scan_tree(folder), layout_of(folder))
    return [(entry.folder, entry.package) for entry in found.entries]


FOLDERS = {
    "of the running app": (f"/app/{SRC}\n", [SRC]),
    "of a build": (f"/builds/build_1a2b/{SRC}", [SRC]),
    "of the app's own sources": ("/app/src\n", ["src"]),
    "relative to site-packages": ("pkg/tests\n", [f"{SITE}/pkg/tests"]),
    "relative, climbing": ("../../../src/plug\n", [SRC]),
    "several, with comments, blanks and a mark": (
        f"\ufeff# {SRC}\n\n/app/src  \r\npkg/tests\n",
        ["src", f"{SITE}/pkg/tests"],
    ),
    "twice": ("/app/src\n/app/src/\n", ["src"]),
    "none that is there": ("/app/other\npkg/gone\n", []),
    "a file": ("pkg/tests/boot.py\n", []),
    "site-packages itself, and the root": (f".\n/app/{SITE}\n/app\n../../../../..\n", []),
    "out of the tree": ("../../../../../../../../etc\n/\n", []),
    "code": ("import sys; sys.path.append('src')\nimport\tpkg.tests\n", []),
    "no text": ("\0\udcff\n/app/src\n", ["src"]),
}


@pytest.mark.parametrize(("text", "folders"), FOLDERS.values(), ids=FOLDERS)
def test_a_line_that_is_a_folder_puts_it_on_the_path(
    tmp_path: Path, text: str, folders: list[str]
) -> None:
    assert entries(tmp_path, {"x.pth": text}) == [(folder, "") for folder in folders]


OTHER_FILES = {
    "hidden": ".x.pth",
    "of another ending": "x.path",
    "of a package": "pkg/x.pth",
}


@pytest.mark.parametrize("name", OTHER_FILES.values(), ids=OTHER_FILES)
def test_other_files_put_nothing_on_the_path(tmp_path: Path, name: str) -> None:
    assert entries(tmp_path, {name: "/app/src\n"}) == []


FINDERS = {
    "setuptools": (
        "__editable___plug_1_0_finder.py",
        f"MAPPING: dict[str, str] = {{'plug': '/app/{SRC}/plug'}}\nNAMESPACES: dict = {{}}\n",
        [(f"{SRC}/plug", "plug")],
    ),
    "setuptools, older": (
        "__editable___plug_1_0_finder.py",
        f"MAPPING = {{'plug': '/builds/build_1/{SRC}/plug', 'b': '/app/src/own/b'}}\n",
        [(f"{SRC}/plug", "plug"), ("src/own/b", "b")],
    ),
    "under another name": (
        "__editable___x_1_0_finder.py",
        f"MAPPING = {{'x.other': '/app/{SRC}/plug'}}",
        [(f"{SRC}/plug", "x.other")],
    ),
    "namespaces": (
        "__editable___x_1_0_finder.py",
        f"NAMESPACES = {{'ns': ['/app/{SRC}']}}",
        [(SRC, "ns")],
    ),
    "editables": (
        "_editable_impl_plug.py",
        f"F.install()\nF.map_module('plug', '/app/{SRC}/plug/__init__.py')",
        [(f"{SRC}/plug", "plug")],
    ),
    "scikit-build-core": (
        "_plug_editable.py",
        "install({'own.b': '/app/src/own/b.py'}, {}, None, False)",
        [("src/own/b", "own.b")],
    ),
    "nothing that is there": (
        "__editable___plug_1_0_finder.py",
        "MAPPING = {'plug': '/app/other/plug', 'x': 'y', 1: '/app/src', **{}}",
        [],
    ),
    "a name that is none": ("__editable___x_finder.py", "MAPPING = {'a b': '/app/src'}", []),
    "not Python": ("__editable___x_finder.py", "MAPPING = {'x': '/app/src'", []),
    "another module": ("finder.py", "MAPPING = {'own': '/app/src/own'}", []),
}


@pytest.mark.parametrize(("name", "text", "found"), FINDERS.values(), ids=FINDERS)
def test_finders_of_editable_installs_map_names_to_folders(
    tmp_path: Path, name: str, text: str, found: list[tuple[str, str]]
) -> None:
    assert entries(tmp_path, {name: text}) == found


def test_code_and_entry_points_are_told_by_file(tmp_path: Path) -> None:
    site: dict[str, Content] = {
        "a.pth": "# import no\nimport os; import pkg.tests.boot\n/app/src\nimport\tsys\nimporter\n",
        "b.start": "\ufeff# pkg.no:f\npkg.tests.boot:main\n\n  other.mod:f  \nnot one\n",
        ".c.start": "pkg.hidden:f\n",
    }
    plant(tmp_path, slug(site))
    found = read_path_files(scan_tree(tmp_path), layout_of(tmp_path))
    assert found.code == {f"{SITE}/a.pth": "import os; import pkg.tests.boot\nimport\tsys"}
    assert found.starts == {f"{SITE}/b.start": ("pkg.tests.boot:main", "other.mod:f")}


NAMES = {
    "a folder": (PathEntry(SRC), {"plug", "plug.a", "setup"}),
    "a package": (PathEntry(f"{SRC}/plug", "plug"), {"plug", "plug.a"}),
    "a package under another name": (PathEntry(f"{SRC}/plug", "x.y"), {"x.y", "x.y.a"}),
    "a module": (PathEntry(f"{SRC}/plug/a", "one"), {"one"}),
    "no folder of Python's own": (None, set()),
}


@pytest.mark.parametrize(("entry", "names"), NAMES.values(), ids=NAMES)
def test_modules_have_the_names_that_they_are_imported_by(
    tmp_path: Path, entry: PathEntry | None, names: set[str]
) -> None:
    plant(tmp_path, {**slug({}), **SOURCES})
    layout = layout_of(tmp_path).with_entries((entry,) if entry else ())
    paths = [path for path in SOURCES if path.startswith(SRC)]
    assert {module.name for module in modules_by_all_names(paths, layout)} == names


def test_a_module_keeps_its_other_name(tmp_path: Path) -> None:
    plant(tmp_path, {**slug({}), **SOURCES})
    layout = layout_of(tmp_path).with_entries((PathEntry(f"{SITE}/pkg/tests"),))
    found = modules_by_all_names([f"{SITE}/pkg/tests/boot.py"], layout)
    assert [(module.base, module.name) for module in found] == [
        (f"{SITE}/", "pkg.tests.boot"),
        (f"{SITE}/pkg/tests/", "boot"),
    ]
