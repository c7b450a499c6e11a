"""The sample apps: what each is, what lies in its slug, and the program that uses it."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from corpus.sets import HERE, Set

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

APPS = HERE / "apps"
SUPPORT = APPS / "support"
"""The folder of the module that all programs use; it is no part of any slug."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One app: ``app/`` is its slug, ``program.py`` uses it from outside.

    ``site/``, where there is one, has a folder for each wheel of its own, unpacked: plugins and
    models that it installs beside its requirements. ``vars`` are its config vars: lines of
    ``NAME=VALUE``.
    """

    folder: Path

    @property
    def name(self) -> str:
        """How it is called."""
        return self.folder.name

    @property
    def environment(self) -> str:
        """The environment that it is installed in."""
        return self.folder.parent.name

    @property
    def program(self) -> Path:
        """What uses it; it prints the same lines each time, and ``ok`` last."""
        return self.folder / "program.py"

    @property
    def requirements(self) -> str:
        """Its requirements: what it uses, and what is left over in it, as in many real apps."""
        return (self.folder / "app/requirements.txt").read_text("utf-8")

    @property
    def title(self) -> str:
        """What it is: the first line of its program's docstring."""
        return self._told[0].strip().rstrip(".")

    @property
    def dynamic(self) -> str:
        """What it reaches without an import: the rest of the docstring."""
        return " ".join(" ".join(self._told[1:]).split()).removeprefix("Dynamic: ").rstrip(".")

    @property
    def _told(self) -> list[str]:
        told = ast.get_docstring(ast.parse(self.program.read_text("utf-8"))) or ""
        return told.splitlines() or [""]

    @property
    def variables(self) -> Mapping[str, str]:
        """Its config vars."""
        file = self.folder / "vars"
        lines = file.read_text("utf-8").splitlines() if file.is_file() else ()
        return {
            name: value for name, is_set, value in (line.partition("=") for line in lines) if is_set
        }


def every(apps: Path = APPS) -> tuple[Sample, ...]:
    """All samples, by environment and name."""
    return tuple(Sample(file.parent) for file in sorted(apps.glob("*/*/program.py")))


def chosen(names: list[str]) -> tuple[Sample, ...]:
    """Those of these names or environments, or all; raise KeyError for a name that is neither."""
    found = every()
    known = {name for each in found for name in (each.name, each.environment)}
    for name in names:
        if name not in known:
            raise KeyError(name)
    return tuple(each for each in found if not names or {each.name, each.environment} & set(names))


def pins(environment: str) -> Set:
    """What is installed for the apps of an environment."""
    return Set(f"apps-{environment}", APPS / f"{environment}.txt", APPS)
