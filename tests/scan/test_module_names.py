from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slugfit.scan.imports import Import
from slugfit.scan.module_names import (
    Module,
    absolute_name,
    import_targets,
    importable_modules,
    name_and_parents,
    named_module,
)
from trees import SITE, STDLIB, layout_of, plant, slug

if TYPE_CHECKING:
    from pathlib import Path

    from slugfit.scan.layout import Layout


@pytest.fixture(scope="module")
def where(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    return layout_of(plant(tmp_path_factory.mktemp("slug"), slug({"a.py": ""})))


# The file, its name, the package that its relative imports start from.
MODULES = {
    f"{SITE}/a.py": ("a", ""),
    f"{SITE}/p/__init__.py": ("p", "p"),
    f"{SITE}/p/m.py": ("p.m", "p"),
    f"{SITE}/p/s/__init__.py": ("p.s", "p.s"),
    f"{SITE}/p/fast.cpython-311-x86_64-linux-gnu.so": ("p.fast", "p"),
    f"{SITE}/p/fast.abi3.so": ("p.fast", "p"),
    f"{SITE}/p/free.cpython-314t-x86_64-linux-gnu.so": ("p.free", "p"),
    f"{SITE}/p/free.abi3t.so": ("p.free", "p"),
    f"{SITE}/p/free.abi3t-x86_64-linux-gnu.so": ("p.free", "p"),
    f"{SITE}/p/c/__init__.cpython-311-x86_64-linux-gnu.so": ("p.c", "p.c"),
    f"{SITE}/p/bare.pyc": ("p.bare", "p"),
    f"{STDLIB}/os.py": ("os", ""),
    f"{STDLIB}/json/__init__.py": ("json", "json"),
    f"{STDLIB}/lib-dynload/_json.cpython-311-x86_64-linux-gnu.so": ("_json", ""),
    "app.py": ("app", ""),
    "src/app/views.py": ("src.app.views", "src.app"),
}
NO_MODULES = (
    *(f"{SITE}/__init__.py", f"{SITE}/p/a.b.py", f"{SITE}/p/x.pyi", f"{SITE}/p/libx.so.1"),
    *(f"{SITE}/p/__pycache__/m.cpython-311.pyc", f"{SITE}/p/m.cpython-311.pyc", f"{SITE}/p/py"),
    *(f"{SITE}/p/__pycache__/m.cpython-314t.pyc", f"{SITE}/p/m.cpython-314t.pyc"),
    *(".heroku/python/bin/tool.py", "README.md", "__pycache__/x.pyc"),
)


@pytest.mark.parametrize("path", MODULES)
def test_a_file_is_imported_by_its_name(where: Layout, path: str) -> None:
    (found,) = importable_modules([path], where)
    assert (found.name, found.parent) == MODULES[path]
    assert found.path == path
    assert path.startswith(found.base)
    assert found.compiled == path.endswith(".so")


@pytest.mark.parametrize("path", NO_MODULES)
def test_other_files_are_not_imported(where: Layout, path: str) -> None:
    assert list(importable_modules([path], where)) == []


def test_the_order_of_files_is_kept(where: Layout) -> None:
    assert [found.path for found in importable_modules(MODULES, where)] == list(MODULES)


TARGETS = {
    "import a.b": (Import("a.b", 0, ()), "p", ["a.b"]),
    "from a import b, c": (Import("a", 0, ("b", "c")), "p", ["a", "a.b", "a.c"]),
    "from a import *": (Import("a", 0, ("*",)), "p", ["a"]),
    "from . import b": (Import("", 1, ("b",)), "p.s", ["p.s", "p.s.b"]),
    "from .a import b": (Import("a", 1, ("b",)), "p.s", ["p.s.a", "p.s.a.b"]),
    "from ..a import b": (Import("a", 2, ("b",)), "p.s", ["p.a", "p.a.b"]),
    "from .. import b, at the top": (Import("", 2, ("b",)), "p", ["b"]),
    "from ... import b, above the top": (Import("", 3, ("b",)), "p", []),
    "from . import b, outside a package": (Import("", 1, ("b",)), "", ["b"]),
}


@pytest.mark.parametrize(("statement", "parent", "names"), TARGETS.values(), ids=TARGETS)
def test_an_import_can_load_these_modules(statement: Import, parent: str, names: list[str]) -> None:
    assert list(import_targets(statement, parent)) == names


NAMED = {
    "pkg": "pkg",
    "pkg.mod": "pkg.mod",
    "pkg.mod:Class": "pkg.mod",
    "pkg.mod:Class.method": "pkg.mod",
    ".mod": "p.s.mod",
    "..mod.x": "p.mod.x",
    "...mod": "mod",
    "pkg.été": "pkg.été",
    "_pkg._mod9": "_pkg._mod9",
    "": None,
    ".": None,
    "....mod": None,
    "pkg.": None,
    "pkg..mod": None,
    "pkg.9mod": None,
    "9pkg.mod": None,
    "pkg-mod.x": None,
    "pkg.mod:": None,
    "pkg/mod.py": None,
    "pkg mod": None,
    "pkg.mod\n": None,
}


@pytest.mark.parametrize(("literal", "name"), NAMED.items(), ids=repr)
def test_a_literal_can_name_a_module(literal: str, name: str | None) -> None:
    assert named_module(literal, "p.s") == name


def test_a_relative_literal_above_the_top_names_nothing() -> None:
    assert named_module("..mod", "") is None
    assert named_module(".mod", "") == "mod"


_name = st.lists(st.sampled_from("abc"), min_size=1, max_size=4).map(".".join)


@given(module=_name, level=st.integers(1, 4), parent=_name)
def test_relative_names_mean_what_python_says(module: str, level: int, parent: str) -> None:
    try:
        expected = importlib.util.resolve_name("." * level + module, parent)
    except ImportError:
        # Python refuses the folder above the top package; a stray module could stand there.
        assert absolute_name(module, level, parent) in (None, module)
    else:
        assert absolute_name(module, level, parent) == expected


def test_ancestors_are_the_packages_above_innermost_first() -> None:
    assert list(name_and_parents("a.b.c")) == ["a.b.c", "a.b", "a"]
    assert list(name_and_parents("")) == []


def test_a_target_folder_is_site_packages_itself(tmp_path: Path) -> None:
    plant(tmp_path, {"x-1.dist-info/METADATA": "", "p/m.py": ""})
    found = list(importable_modules(["p/m.py"], layout_of(tmp_path)))
    assert found == [Module("", "p/m.py", "p.m", package=False, compiled=False)]
