"""The requirement sets: exact pins of everything, and a program that uses it."""

from __future__ import annotations

import ast
import hashlib
import platform
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
WORK = ROOT / ".work" / "corpus"
"""Environments, copies and results; never part of the project."""
PYTHON = (3, 11)
"""The version that the pins are for; the small set's do for later ones too."""
SMALL = "small"
"""The set that CI runs: small, and telling."""
BELOW = "# What they need"
"""The line that parts a set's own packages from their dependencies."""


@dataclass(frozen=True, slots=True)
class Set:
    """One set: ``<name>.txt`` beside this file and ``smoke/<name>.py``."""

    name: str
    requirements: Path
    smoke: Path

    @property
    def title(self) -> str:
        """What the set is, in the words of its first line."""
        return self.requirements.read_text("utf-8").splitlines()[0].lstrip("# ").rstrip(".")

    @property
    def main(self) -> tuple[str, ...]:
        """The pins of the packages that the set is about."""
        own = self.requirements.read_text("utf-8").partition(BELOW)[0]
        return tuple(line for line in own.splitlines() if "==" in line)

    @property
    def sources(self) -> tuple[str, ...]:
        """What is installed editable, from git: see editables.py."""
        file = self.requirements.with_suffix(".sources")
        lines = file.read_text("utf-8").splitlines() if file.is_file() else ()
        return tuple(line for line in lines if not line.startswith("#"))

    @property
    def steps(self) -> Mapping[str, str]:
        """What each step of the program uses, by the name that its line starts with."""
        tree = ast.parse(self.smoke.read_text("utf-8"))
        return {
            node.name.removeprefix("with_"): ast.get_docstring(node) or ""
            for node in tree.body
            if isinstance(node, ast.FunctionDef) and node.name.startswith("with_")
        }

    @property
    def digest(self) -> str:
        """Of all that decides what is installed."""
        asked = f"{platform.python_version()} {platform.machine()}\n{self.requirements.read_text()}"
        for source in self.sources:
            files = sorted(file for file in (HERE / source).rglob("*") if file.is_file())
            asked += source + "".join(file.read_text("utf-8") for file in files)
        return hashlib.sha256(asked.encode()).hexdigest()[:12]


def find(name: str) -> Set:
    """The set called ``name``; raise KeyError if there is none."""
    return {found.name: found for found in every()}[name]


def every() -> tuple[Set, ...]:
    """All sets, by name."""
    return tuple(
        Set(file.stem, file, HERE / "smoke" / f"{file.stem}.py")
        for file in sorted(HERE.glob("*.txt"))
    )
