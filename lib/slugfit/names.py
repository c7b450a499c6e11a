"""Module names: which file is imported as what, and what an import statement can mean."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from slugfit.layout import Layout
    from slugfit.modules import Import

_DOTTED = re.compile(r"\.{0,3}[^\W\d]\w*(\.[^\W\d]\w*)*(:[\w.]+)?")


@dataclass(frozen=True, slots=True)
class Module:
    """A file that can be imported: its path, its dotted name, and whether it is a package.

    ``base`` is the folder that the name starts from, "" for the root or with ``/`` at its end.
    """

    base: str
    path: str
    name: str
    package: bool
    compiled: bool

    @property
    def parent(self) -> str:
        """The package that relative imports start from."""
        return self.name if self.package else self.name.rpartition(".")[0]


def modules(paths: Iterable[str], layout: Layout) -> Iterator[Module]:
    """The importable files among ``paths``, named as from their scope's folder."""
    for path in paths:
        # A .pyc where a source could stand is a module too: packages come without sources.
        if path.endswith((".py", ".so", ".pyc")) and "__pycache__/" not in path:
            scope, inner = layout.scope(path)
            if scope != "prefix":
                found = _module(path[: len(path) - len(inner)], inner)
                if found is not None:
                    yield found


def _module(base: str, inner: str) -> Module | None:
    folder, name = posixpath.split(inner)
    if inner.startswith("lib-dynload/"):
        folder = ""
    stem = name.split(".", 1)[0]
    compiled = name.endswith(".so")
    if not compiled and name.count(".") > 1:
        return None
    parts = folder.split("/") if folder else []
    package = stem == "__init__"
    if package and not parts:
        return None
    dotted = ".".join(parts if package else [*parts, stem])
    return Module(base, base + inner, dotted, package, compiled)


def targets(statement: Import, parent: str) -> Iterator[str]:
    """Every module name that an import statement can load, given the package it stands in."""
    base = absolute(statement.module, statement.level, parent)
    if base is None:
        return
    if base:
        yield base
    for name in statement.names:
        if name != "*":
            yield f"{base}.{name}" if base else name


def absolute(module: str, level: int, parent: str) -> str | None:
    """The absolute name of a relative import, or None if it leaves the top package."""
    if level == 0:
        return module
    parts = parent.split(".") if parent else []
    if level - 1 > len(parts):
        return None
    kept = parts[: len(parts) - (level - 1)]
    return ".".join([*kept, module] if module else kept)


def named(literal: str, parent: str) -> str | None:
    """The module name that a string literal can mean (``"pkg.mod"``, ``".mod"``, ``"pkg.mod:f"``).

    None for text that is no dotted name. A single word is only a name beside its package.
    """
    if not _DOTTED.fullmatch(literal):
        return None
    text = literal.partition(":")[0]
    dots = len(text) - len(text.lstrip("."))
    return absolute(text[dots:], dots, parent)


def ancestors(name: str) -> Iterator[str]:
    """``name`` and the packages above it, innermost first."""
    while name:
        yield name
        name = name.rpartition(".")[0]
