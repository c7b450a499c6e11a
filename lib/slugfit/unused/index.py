"""The modules of a tree by their names, and what a name in a text can mean."""

from __future__ import annotations

import bisect
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slugfit.scan.module_names import Module, modules_by_all_names, name_and_parents

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from slugfit.scan.layout import Layout


@dataclass(frozen=True, slots=True)
class ModuleIndex:
    """Every module that can be imported."""

    by_name: Mapping[str, tuple[Module, ...]]
    """By dotted name; several folders of the path can have one of the same name."""
    by_path: Mapping[str, Module]
    """By path in the tree, with one of its names."""
    names: tuple[str, ...]
    """The names, sorted."""
    tops: frozenset[str]
    """The first parts of the names, namespace packages included."""
    parts: frozenset[str]
    """The last parts of the names."""

    def meant(self, name: str) -> Iterator[Module]:
        """The module that the longest known part of a name is, and the packages above it."""
        for part in name_and_parents(name):
            yield from self.by_name.get(part, ())

    def below(self, name: str) -> Iterator[Module]:
        """The modules inside of a package."""
        lead = f"{name}."
        at = bisect.bisect_left(self.names, lead)
        while at < len(self.names) and self.names[at].startswith(lead):
            yield from self.by_name[self.names[at]]
            at += 1


def index_modules(paths: Iterable[str], layout: Layout) -> ModuleIndex:
    """The index of the modules among the paths of a tree."""
    by_name: dict[str, list[Module]] = {}
    by_path: dict[str, Module] = {}
    for module in modules_by_all_names(paths, layout):
        by_name.setdefault(module.name, []).append(module)
        by_path.setdefault(module.path, module)
    return ModuleIndex(
        {name: tuple(modules) for name, modules in by_name.items()},
        by_path,
        tuple(sorted(by_name)),
        frozenset(name.partition(".")[0] for name in by_name),
        frozenset(name.rpartition(".")[2] for name in by_name),
    )
