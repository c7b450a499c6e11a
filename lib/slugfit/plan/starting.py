"""Which bytecode stays, or is made, because each start of the app reads it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from slugfit.refer.shipped import NewBytecode, bytecode_of_start, new_bytecode
from slugfit.refer.start import (
    Start,
    StartWanted,
    called_modules,
    library_modules,
    loaded_at_start,
    own_modules,
    program_modules,
    wanted_at_start,
)
from slugfit.scan.app import top_level_modules
from slugfit.scan.module_names import Module, importable_modules
from slugfit.scan.procfile import read_procfile

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from slugfit.plan.facts import PlanFacts
    from slugfit.plan.reading import ReadTree
    from slugfit.refer.start import AppPython
    from slugfit.scan.layout import Layout
    from slugfit.settings.config import Config


@dataclass(frozen=True, slots=True)
class Starting:
    """The bytecode of an app's start."""

    start: Start | None = None
    """What each start loads, None if that has no say in what stays."""
    files: frozenset[str] = frozenset()
    """The ``.pyc`` files of the tree that belong to it."""
    written: NewBytecode = field(default_factory=NewBytecode)
    """What is written of it."""


def start_counts(read: ReadTree, config: Config) -> bool:
    """Whether it depends on the app's start which bytecode stays."""
    if config.bytecode == "strip":
        return read.layout.shape == "slug"
    return config.bytecode in ("boot", "auto")


def told_start(read: ReadTree, python: AppPython | None) -> Start | None:
    """What the app's Python says that the start loads, and the app's own modules."""
    if python is None:
        return None
    files = frozenset(entry.path for entry in read.tree.files())
    present = tuple(importable_modules(sorted(files - read.ignored), read.layout))
    start = python.start(read.tree.root, read.layout, _wanted(read, present))
    if start is None:
        return None
    own = frozenset(module.path for module in own_modules(present, read.layout))
    return replace(start, sources=(start.sources & files) | own)


def bytecode_to_ship(
    read: ReadTree,
    facts: PlanFacts,
    told: Start | None,
    staying: Iterable[str],
    python: AppPython | None,
) -> Starting:
    """The bytecode of the start as it was ``told``, or else as it follows from what is ``staying``.

    That of ``python -O`` belongs to it if the app may be started so.
    """
    start = told or Start(_followed(read, staying))
    library_only = facts.config.bytecode == "strip"
    if library_only:
        start = _of_library(start, read.layout)
    files = bytecode_of_start(read.tree, start, optimised="no interpreter flag" in facts.unmet)
    if library_only:
        return Starting(start, files)

    def compiled(paths: Sequence[str]) -> Mapping[str, bytes]:
        return {} if python is None else python.compile(read.tree.root, read.layout, paths)

    return Starting(start, files, new_bytecode(read.tree, read.layout, start, files, compiled))


def _wanted(read: ReadTree, present: tuple[Module, ...]) -> StartWanted:
    root, commands = read.tree.root, read_procfile(read.source)
    programs = program_modules(root, present, read.owners, commands)
    called = called_modules(root, present, read.app)
    own = (*own_modules(present, read.layout), *read.outside)
    tops = () if own else top_level_modules(read.tree, read.layout)
    library = library_modules(root, present, read.layout, own)
    return wanted_at_start(read.app, (*called, *programs, *library), tops)


def _followed(read: ReadTree, staying: Iterable[str]) -> frozenset[str]:
    """What the start of what stays loads, as far as that can be followed without running it."""
    present = (*importable_modules(staying, read.layout), *read.outside)
    names = [name.partition(":")[0] for name in _wanted(read, present).names]
    return loaded_at_start(read.tree.root, read.layout, present, names)


def _of_library(start: Start, layout: Layout) -> Start:
    sources = (path for path in start.sources if layout.scope(path)[0] == "stdlib")
    return replace(start, sources=frozenset(sources))
