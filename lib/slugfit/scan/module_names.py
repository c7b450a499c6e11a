"""Module names: which file is imported as what, and what an import statement can mean."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from slugfit.scan.imports import Import
    from slugfit.scan.layout import Layout, PathEntry


_DOTTED = re.compile(r"\.{0,3}[^\W\d]\w*(\.[^\W\d]\w*)*(:[\w.]+)?")


@dataclass(frozen=True, slots=True)
class Module:
    """A file that can be imported."""

    base: str
    """The folder that the name starts from, with ``/`` at its end; "" for the root."""
    path: str
    """The file, from the tree's root."""
    name: str
    """Its dotted name."""
    package: bool
    """Whether it is the ``__init__`` of a package."""
    compiled: bool
    """Whether it is an extension module: https://peps.python.org/pep-3149/."""

    @property
    def parent(self) -> str:
        """The package that relative imports start from."""
        return self.name if self.package else self.name.rpartition(".")[0]


def importable_modules(paths: Iterable[str], layout: Layout) -> Iterator[Module]:
    """The importable files among ``paths``, named as from their scope's folder."""
    for path in paths:
        if _can_be_module(path):
            scope, inner = layout.scope(path)
            if scope not in ("prefix", "installer"):
                module = _module(path[: len(path) - len(inner)], inner)
                if module is not None:
                    yield module


def modules_by_all_names(paths: Iterable[str], layout: Layout) -> Iterator[Module]:
    """The same, and again by each name that they have from what else is on Python's path."""
    for path in paths:
        yield from importable_modules((path,), layout)
        if layout.entries:
            yield from modules_of_entries((path,), layout.entries)


def modules_of_entries(paths: Iterable[str], entries: Iterable[PathEntry]) -> Iterator[Module]:
    """The importable files among ``paths`` by the names that they have from these entries."""
    for path in filter(_can_be_module, paths):
        modules = (_module_of_entry(path, entry) for entry in entries)
        yield from (module for module in modules if module is not None)


def _can_be_module(path: str) -> bool:
    # A .pyc where a source could stand is a module too: packages come without sources.
    return path.endswith((".py", ".so", ".pyc")) and "__pycache__/" not in path


def _module_of_entry(path: str, entry: PathEntry) -> Module | None:
    """The module that a file is by an entry of the path, if it lies there."""
    lead = f"{entry.folder}/"
    if not entry.package:
        return _module(lead, path[len(lead) :]) if path.startswith(lead) else None
    inner = entry.package.replace(".", "/")
    base = lead.removesuffix(f"{inner}/")
    if path.startswith(lead):
        module = _module("", f"{inner}/{path[len(lead) :]}")
    elif path.startswith(f"{entry.folder}."):
        module = _module("", inner + path[len(entry.folder) :])
    else:
        return None
    return None if module is None else replace(module, base=base, path=path)


def _module(base: str, inner: str) -> Module | None:
    folder, _, name = inner.rpartition("/")
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


def import_targets(statement: Import, parent: str) -> Iterator[str]:
    """Every module name that an import statement can load, given the package it stands in."""
    base = absolute_name(statement.module, statement.level, parent)
    if base is None:
        return
    if base:
        yield base
    for name in statement.names:
        if name != "*":
            yield f"{base}.{name}" if base else name


def absolute_name(module: str, level: int, parent: str) -> str | None:
    """The absolute name of a relative import, or None if it leaves the top package.

    https://docs.python.org/3/reference/import.html#package-relative-imports
    """
    if level == 0:
        return module
    parts = parent.split(".") if parent else []
    if level - 1 > len(parts):
        return None
    kept = parts[: len(parts) - (level - 1)]
    return ".".join([*kept, module] if module else kept)


def named_module(literal: str, parent: str) -> str | None:
    """The module name that a string literal can mean (``"pkg.mod"``, ``".mod"``, ``"pkg.mod:f"``).

    None for text that is not a dotted name. A single word is only a name beside its package.
    """
    if not _DOTTED.fullmatch(literal):
        return None
    text = literal.partition(":")[0]
    dots = len(text) - len(text.lstrip("."))
    return absolute_name(text[dots:], dots, parent)


def name_and_parents(name: str) -> Iterator[str]:
    """``name`` and the packages above it, innermost first."""
    while name:
        yield name
        name = name.rpartition(".")[0]
