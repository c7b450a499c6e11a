"""What an app's start loads of the standard library: the bytecode that is worth shipping.

Followed from import to import as they are carried out when a module is imported, so outside of
functions. Bytecode that is left out by mistake is made again from its source; it only costs time.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slugfit import modules
from slugfit.names import ancestors, targets

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from slugfit.app import App
    from slugfit.dists import Owners
    from slugfit.layout import Layout
    from slugfit.names import Module

ALWAYS = (
    *("site", "runpy", "traceback"),
    *("encodings.ascii", "encodings.idna", "encodings.latin_1", "encodings.utf_8"),
)
"""What Python loads before the app, or for the first name or error that the app meets."""

ALSO = {
    "concurrent.futures": ("concurrent.futures.process", "concurrent.futures.thread"),
    "datetime": ("_strptime",),
    "decimal": ("numbers",),
    "importlib.resources": ("importlib.readers",),
    "multiprocessing": (
        *("multiprocessing.pool", "multiprocessing.popen_fork", "multiprocessing.queues"),
        *("multiprocessing.shared_memory", "multiprocessing.synchronize"),
    ),
    "xml.etree.ElementTree": ("copy", "xml.etree.ElementPath"),
    "zoneinfo": ("_sysconfigdata",),
}
"""Modules that load others without an import statement: from C, by name, or at the first use."""

FROZEN = (
    *("_collections_abc", "_sitebuiltins", "abc", "codecs", "genericpath", "io", "ntpath", "os"),
    *("importlib._bootstrap", "importlib._bootstrap_external", "importlib.machinery"),
    *("importlib.util", "posixpath", "runpy", "site", "stat", "zipimport"),
)
"""Modules that Python has inside of itself from FROZEN_SINCE on, and does not read."""
FROZEN_SINCE = (3, 11)

NEVER = (
    *("asyncio.proactor_events", "asyncio.windows_events", "asyncio.windows_utils"),
    *("ctypes._aix", "ctypes.macholib.dyld", "multiprocessing.popen_spawn_win32", "nturl2path"),
    *("_py_abc", "_py_warnings", "_pydatetime", "_pydecimal", "_pyio", "zoneinfo._zoneinfo"),
)
"""Modules that import statements name, but for other systems or without their compiled twins."""

_MACHINE = re.compile(r"(?<=^_sysconfigdata)_.*")
_VERSION = re.compile(r"python(\d+)\.(\d+)")
_WORD = re.compile(r"[\w.-]+")


def loaded(
    root: Path, layout: Layout, present: Iterable[Module], roots: Iterable[str]
) -> frozenset[str]:
    """The sources of the standard library that importing the app's modules and ``roots`` reads.

    ``present`` are all modules of the tree, and the app's if it lies elsewhere.
    """
    named: dict[str, list[Module]] = {}
    waiting = [*ALWAYS, *roots]
    for module in present:
        if not module.compiled:
            # One of these is there, with the machine's name in its own.
            name = _MACHINE.sub("", module.name)
            named.setdefault(name, []).append(module)
            if layout.scope(module.path)[0] == "app":
                waiting.append(module.name)
    found: set[str] = set()
    seen: set[str] = set()
    unread = _unread(layout.stdlib or "")
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        waiting += ALSO.get(name, ())
        for module in named.get(name, ()):
            if layout.scope(module.path)[0] == "stdlib" and name not in unread:
                found.add(module.path)
            waiting += _imported(root, module)
    return frozenset(found)


def _unread(stdlib: str) -> frozenset[str]:
    version = _VERSION.search(stdlib)
    frozen = version is not None and (int(version[1]), int(version[2])) >= FROZEN_SINCE
    return frozenset((*NEVER, *(FROZEN if frozen else ())))


def _imported(root: Path, module: Module) -> Iterator[str]:
    for statement in modules.imported(*modules.raw(root / module.path)):
        for target in targets(statement, module.parent):
            yield from ancestors(target)


def roots(app: App, owners: Owners, commands: Mapping[str, str]) -> Iterator[str]:
    """What is imported first: by the app, and by the programs that ``commands`` start.

    Every program that is installed counts if there are no commands.
    """
    for name in (*app.imports, *app.strings):
        yield from ancestors(name)
    words = {word for command in commands.values() for word in _WORD.findall(command)}
    for word in words:
        # python -m word
        yield from (word, f"{word}.__main__")
    for dist in owners.distributions:
        for point in dist.entry_points:
            if point.name in words or (not words and point.group == "console_scripts"):
                yield from ancestors(point.module)
