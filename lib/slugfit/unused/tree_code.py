"""All that the search for what is unused is made from, as one value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from slugfit.base.patterns import PatternSet
    from slugfit.scan.layout import Layout
    from slugfit.scan.loose_code import LooseCode
    from slugfit.scan.module_names import Module
    from slugfit.scan.module_reader import ModuleReader
    from slugfit.scan.owners import Owners
    from slugfit.scan.tree import Tree


@dataclass(frozen=True, slots=True)
class TreeCode:
    """A tree, and what tells how it is used."""

    tree: Tree
    paths: tuple[str, ...]
    """Its files that are there in the end, as far as the other rules are concerned."""
    modules: ModuleReader
    """What reads its modules."""
    layout: Layout
    owners: Owners
    outside: tuple[Module, ...]
    """Modules of an app that is not part of the tree."""
    loose: tuple[LooseCode, ...]
    """Code that is in no module."""
    ignored: frozenset[str]
    """The app's files that do not get into the slug."""
    commands: Mapping[str, str]
    """The Procfile's commands, by process."""
    settings: Mapping[str, frozenset[str]]
    """The words of the app's config vars, by their names."""
    keep: PatternSet
    """What SLUGFIT_KEEP names."""
    started: Iterable[str]
    """The files that the app's start loaded when it was tried."""
    locales: tuple[str, ...]
    """What SLUGFIT_LOCALES names."""
    least: int
    """Bytes that a removal has to save; packages with fewer stay in any case."""
    installers_stay: bool
    """Whether something installs into this tree later."""
    compiles: bool
    """Whether something compiles at run time, as far as the app and the settings tell."""
    elsewhere: Tree | None
    """All files of an app that is not part of the tree."""
