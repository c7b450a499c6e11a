"""What an app's start loads of the standard library: the bytecode that is worth shipping.

Followed from import to import as they are carried out when a module is imported, so outside of
functions. Bytecode that is left out by mistake is made again from its source; it only costs time.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slugfit.catalog.startup import (
    ALSO_LOADED,
    ALWAYS_LOADED,
    FROZEN_MODULES,
    FROZEN_SINCE,
    NEVER_LOADED,
)
from slugfit.scan.bytecode import read_module
from slugfit.scan.module_facts import imports_at_start
from slugfit.scan.module_names import Module, import_targets, name_and_parents

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from slugfit.scan.app import App
    from slugfit.scan.layout import Layout
    from slugfit.scan.owners import Owners


_MACHINE = re.compile(r"(?<=^_sysconfigdata)_.*")
_VERSION = re.compile(r"python(\d+)\.(\d+)")
_WORD = re.compile(r"[\w.-]+")


def loaded_at_start(
    root: Path, layout: Layout, present: Iterable[Module], roots: Iterable[str]
) -> frozenset[str]:
    """The sources of the standard library that importing the app's modules and ``roots`` reads.

    ``present`` are all modules of the tree, and the app's if it lies elsewhere.
    """
    named: dict[str, list[Module]] = {}
    waiting = [*ALWAYS_LOADED, *roots]
    for module in present:
        if not module.compiled:
            # One of these is there, with the machine's name in its own.
            name = _MACHINE.sub("", module.name)
            named.setdefault(name, []).append(module)
            if layout.scope(module.path)[0] == "app":
                waiting.append(module.name)
    loaded: set[str] = set()
    seen: set[str] = set()
    unread = _unread(layout.stdlib or "")
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        waiting += ALSO_LOADED.get(name, ())
        for module in named.get(name, ()):
            if layout.scope(module.path)[0] == "stdlib" and name not in unread:
                loaded.add(module.path)
            waiting += _imported(root, module)
    return frozenset(loaded)


def _unread(stdlib: str) -> frozenset[str]:
    version = _VERSION.search(stdlib)
    frozen = version is not None and (int(version[1]), int(version[2])) >= FROZEN_SINCE
    return frozenset((*NEVER_LOADED, *(FROZEN_MODULES if frozen else ())))


def _imported(root: Path, module: Module) -> Iterator[str]:
    for statement in imports_at_start(*read_module(root / module.path)):
        for target in import_targets(statement, module.parent):
            yield from name_and_parents(target)


def start_roots(app: App, owners: Owners, commands: Mapping[str, str]) -> Iterator[str]:
    """What is imported first: by the app, and by the programs that ``commands`` start.

    Every program that is installed counts if there are no commands.
    """
    for name in (*app.imports, *app.strings):
        yield from name_and_parents(name)
    words = {word for command in commands.values() for word in _WORD.findall(command)}
    for word in words:
        # python -m word
        yield from (word, f"{word}.__main__")
    for dist in owners.distributions:
        for point in dist.entry_points:
            if point.name in words or (not words and point.group == "console_scripts"):
                yield from name_and_parents(point.module)
