"""Rules of the house that no linter knows."""

from __future__ import annotations

import ast
import os
import re
import sys
from pathlib import Path

import pytest

from slugfit.models import starter

ROOT = Path(__file__).resolve().parent.parent
ENGINE = sorted((ROOT / "lib/slugfit").rglob("*.py"))
STAND_IN = sorted((ROOT / "lib/standin").rglob("*.py"))


def imported(file: Path) -> set[str]:
    """Top-level names that a module imports anywhere."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("file", ENGINE + STAND_IN, ids=lambda file: file.stem)
def test_run_time_code_needs_only_the_standard_library(file: Path) -> None:
    own = {"slugfit", "slugfit_layout"}
    assert imported(file) - own <= sys.stdlib_module_names


@pytest.mark.parametrize("file", ENGINE + STAND_IN, ids=lambda file: file.stem)
def test_run_time_code_is_valid_for_the_oldest_python(file: Path) -> None:
    shipped = {"probe.py", *starter.MODULES}
    oldest = (3, 8) if os.path.relpath(file, ROOT / "lib/slugfit") in shipped else (3, 10)
    ast.parse(file.read_text("utf-8"), feature_version=oldest)


@pytest.mark.parametrize(
    "file",
    [
        file
        for file in ENGINE
        if file.name not in {"cli.py", "build.py"} and file.parent.name != "commands"
    ],
    ids=lambda file: file.stem,
)
def test_only_the_command_line_prints(file: Path) -> None:
    calls = [node for node in ast.walk(ast.parse(file.read_text("utf-8"))) if is_print(node)]
    assert calls == []


def is_print(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    )


def test_the_middle_of_the_line_does_not_touch_the_tree() -> None:
    writing = re.compile(r"\.(rename|unlink|rmdir|write_text|write_bytes|chmod|replace)\(|rmtree")
    for name in ("plan", "rules", "names", "limits", "record", "dists", "advise", "references"):
        text = (ROOT / f"lib/slugfit/{name}.py").read_text("utf-8")
        calls = {match[0] for match in writing.finditer(text)} - {".replace("}
        assert calls == set(), name


def test_the_testrunner_finds_its_suites_through_the_link() -> None:
    assert (ROOT / "test").is_symlink()
    assert sorted((ROOT / "test").glob("*_test.sh"))
