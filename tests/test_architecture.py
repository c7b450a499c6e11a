"""The rooms of the engine hold: who imports whom, who prints, and who changes a tree."""

from __future__ import annotations

import ast
import os
import sys
from pathlib import Path

import pytest

import rooms
from slugfit.models.boot_script import CARRIED_MODULES

MODULES = rooms.modules()
IMPORTS = list(rooms.imports(MODULES))


def test_every_module_stands_in_a_room() -> None:
    known = {rooms.EVERYWHERE, *rooms.ROOMS}
    assert {rooms.room_of(name) for name in MODULES} == known


def test_a_room_imports_only_rooms_below_it() -> None:
    wrong = [
        f"{MODULES[item.importer]}:{item.line}: {rooms.room_of(item.importer)} may not import "
        f"{rooms.room_of(item.imported)} ({item.imported}); move what both need to a lower room"
        for item in IMPORTS
        if rooms.upward(item)
    ]
    assert not wrong, "\n".join(wrong)


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert rooms.circle(IMPORTS) == []


ROOT = Path(__file__).resolve().parent.parent
STAND_IN = sorted((ROOT / "lib/standin").rglob("*.py"))
FILES = [*MODULES.values(), *STAND_IN]
PROGRAMS = {
    *("slugfit.verify.probe", "slugfit.verify.start_probe", "slugfit.models.at_boot"),
    "slugfit.packing.python_zstd",
}
"""Modules that are programs of their own: they run in a child, or in the app's slug."""
SPEAKING = {
    *("slugfit.cli", "slugfit.__main__", "slugfit.local.build", *PROGRAMS),
    # It exits the processes that it forks.
    "slugfit.base.beside",
    *(name for name in MODULES if rooms.room_of(name) == "commands"),
}
"""What may print and exit."""

WRITING_OS = frozenset(
    (
        *("chmod", "chown", "fchmod", "fchown", "lchown", "link", "makedirs", "mkdir", "mkfifo"),
        *("remove", "removedirs", "removexattr", "rename", "renames", "replace", "rmdir"),
        *("setxattr", "symlink", "truncate", "ftruncate", "unlink", "utime", "write"),
    )
)
WRITING_PATH = frozenset(
    (
        *("chmod", "hardlink_to", "lchmod", "mkdir", "rename", "rmdir", "symlink_to", "touch"),
        *("unlink", "write_bytes", "write_text"),
    )
)
READING_OS = frozenset(
    ("access", "listdir", "lstat", "open", "readlink", "scandir", "stat", "walk")
)
READING_PATH = frozenset(
    (
        *("exists", "glob", "is_dir", "is_file", "is_symlink", "iterdir", "lstat", "open"),
        *("read_bytes", "read_text", "resolve", "rglob", "samefile", "stat"),
    )
)
PURE = [
    name
    for name in MODULES
    if rooms.room_of(name) in {"catalog", "plan"}
    and name not in {"slugfit.plan.make", "slugfit.plan.reading"}
]
"""What decides from facts alone."""


def standard_names(tree: ast.Module) -> dict[str, str]:
    """Local names of what a module imports from elsewhere: ``{"stat": "os.stat"}``."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {item.asname or item.name.split(".")[0]: item.name for item in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {item.asname or item.name: f"{node.module}.{item.name}" for item in node.names}
    return found


def used_names(text: str) -> set[str]:
    """Dotted names that code uses, as from the top of their modules.

    ``os.replace`` is found however it was imported; a method, whose object is not known, is told
    as ``.write_text``.
    """
    tree = ast.parse(text)
    local = standard_names(tree)
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            found.add(local.get(node.id, node.id))
        elif isinstance(node, ast.Attribute):
            dotted = ast.unparse(node)
            first, _, rest = dotted.partition(".")
            found.add(f"{local[first]}.{rest}" if first in local and rest else f".{node.attr}")
    return found


def speaks(text: str) -> set[str]:
    """What of a module prints or exits."""
    streams = ("sys.stdout", "sys.stderr", "sys.__stdout__", "sys.__stderr__")
    plain = {"print", "input", "exit", "quit", "sys.exit", "os._exit", "os.abort", "SystemExit"}
    return {
        name
        for name in used_names(text)
        if name in plain or any(name == item or name.startswith(f"{item}.") for item in streams)
    }


def touches(text: str, functions: frozenset[str], methods: frozenset[str]) -> set[str]:
    """What of a module calls one of these functions of os or shutil, or methods of paths."""
    return {
        name
        for name in used_names(text)
        if (name.startswith("os.") and name[3:] in functions)
        or (name.startswith(".") and name[1:] in methods)
        or name.startswith(("shutil.", "tempfile."))
        or name == "open"
    }


@pytest.mark.parametrize(
    ("text", "said"),
    {
        "print(1)": {"print"},
        "import sys\nsys.stdout.write('x')": {"sys.stdout", "sys.stdout.write"},
        "from sys import stdout\nstdout.write('x')": {"sys.stdout", "sys.stdout.write"},
        "from sys import exit as leave\nleave(1)": {"sys.exit"},
        "raise SystemExit(1)": {"SystemExit"},
        "import sys as system\nsystem.stderr.flush()": {"sys.stderr", "sys.stderr.flush"},
        "printable('x')": set(),
        "console.write('x')": set(),
    }.items(),
)
def test_what_prints_is_found_however_it_is_written(text: str, said: set[str]) -> None:
    assert speaks(text) == said


@pytest.mark.parametrize(
    ("text", "found"),
    {
        "import os\nos.replace('a', 'b')": {"os.replace"},
        "from os import rename\nrename('a', 'b')": {"os.rename"},
        "from os import rename as move\nmove('a', 'b')": {"os.rename"},
        "place.write_text('x')": {".write_text"},
        "import shutil\nshutil.rmtree('a')": {"shutil.rmtree"},
        "open('a', 'w')": {"open"},
        "'a'.replace('a', 'b')": set(),
        "import os\nos.path.join('a', 'b')": set(),
        "from dataclasses import replace\nreplace(item, path='x')": set(),
    }.items(),
)
def test_what_writes_is_found_however_it_is_written(text: str, found: set[str]) -> None:
    assert touches(text, WRITING_OS, WRITING_PATH) == found


@pytest.mark.parametrize("name", sorted(set(MODULES) - SPEAKING))
def test_only_the_command_line_prints_and_exits(name: str) -> None:
    assert speaks(MODULES[name].read_text("utf-8")) == set()


@pytest.mark.parametrize("name", PURE)
def test_what_decides_does_not_look_at_the_disk(name: str) -> None:
    text = MODULES[name].read_text("utf-8")
    functions, methods = WRITING_OS | READING_OS, WRITING_PATH | READING_PATH
    assert touches(text, functions, methods) == set()


@pytest.mark.parametrize(
    "name",
    [
        name
        for name in MODULES
        if rooms.room_of(name) in {"scan", "settings", "refer", "evidence", "plan"}
    ],
)
def test_the_line_changes_nothing_before_apply(name: str) -> None:
    assert touches(MODULES[name].read_text("utf-8"), WRITING_OS, WRITING_PATH) - {"open"} == set()


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT / "lib")))
def test_run_time_code_needs_only_the_standard_library(file: Path) -> None:
    own = {"slugfit", "slugfit_layout"}
    names = standard_names(ast.parse(file.read_text("utf-8"))).values()
    assert {name.split(".")[0] for name in names} - own <= sys.stdlib_module_names


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT / "lib")))
def test_run_time_code_is_valid_for_the_oldest_python(file: Path) -> None:
    shipped = {"verify/probe.py", "verify/start_probe.py", *CARRIED_MODULES}
    oldest = (3, 8) if os.path.relpath(file, ROOT / "lib/slugfit") in shipped else (3, 10)
    ast.parse(file.read_text("utf-8"), feature_version=oldest)


def test_the_testrunner_finds_its_suites_through_the_link() -> None:
    assert (ROOT / "test").is_symlink()
    assert sorted((ROOT / "test").glob("*_test.sh"))
