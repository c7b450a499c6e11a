"""What an app's start loads: the modules whose bytecode is worth shipping.

The app's own Python tells, in a child that imports what the app imports (see verify/start.py).
Where it cannot, imports are followed as they are carried out when a module is imported, so outside
of functions. Bytecode that is left out by mistake is made again from its source; it only costs
time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from slugfit.base.patterns import parse_patterns
from slugfit.catalog.rules import rule_named
from slugfit.catalog.servers import SERVERS
from slugfit.scan.bytecode import read_module
from slugfit.scan.module_facts import (
    facts_of_module,
    imports_at_start,
    imports_when_called,
)
from slugfit.scan.module_names import Module, import_targets, name_and_parents, named_module

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from slugfit.scan.app import App
    from slugfit.scan.layout import Layout
    from slugfit.scan.owners import Owners


_WORD = re.compile(r"[\w.-]+")
_RUN_AS_MODULE = re.compile(r"\s-m\s+([\w.]+)")


@dataclass(frozen=True, slots=True)
class Start:
    """What each start of an app loads."""

    sources: frozenset[str]
    """The sources of the modules, as paths in the tree."""
    tag: str = ""
    """How the app's Python names its bytecode (``cpython-312``); "" if it did not say."""
    magic: bytes = b""
    """What the bytecode of the app's Python begins with; b"" if it did not say."""
    seconds: float | None = None
    """How long it took with the bytecode that was there; None if it was not tried."""
    compiling: float = 0.0
    """About how many seconds more it takes without any bytecode."""


@dataclass(frozen=True, slots=True)
class StartWanted:
    """What a start is made of."""

    settings: str
    """The app's Django settings module, "" without Django."""
    names: tuple[str, ...]
    """Modules (``pkg.mod``), and what is taken from modules (``pkg.mod:name``), in order."""


class AppPython(Protocol):
    """The app's own interpreter, asked in a child."""

    def start(self, root: Path, layout: Layout, wanted: StartWanted) -> Start | None:
        """What the start loads, with absolute paths; None if that cannot be found out."""

    def compile(self, root: Path, layout: Layout, paths: Sequence[str]) -> Mapping[str, bytes]:
        """The ``.pyc`` of each of these sources that can be compiled, unchecked, by source."""


def own_modules(present: Iterable[Module], layout: Layout) -> Iterator[Module]:
    """The modules of the app itself, but for its tests: all count as loaded."""
    tests = parse_patterns(rule_named("tests").patterns, source="tests")
    for module in present:
        if (
            layout.scope(module.path)[0] == "app"
            and module.path.endswith(".py")
            and all(map(str.isidentifier, module.path.removesuffix(".py").split("/")))
            and not tests.excludes(module.path)
        ):
            yield module


def wanted_at_start(app: App, more: Iterable[str], tops: Iterable[str]) -> StartWanted:
    """What the app's Python is to import: what the app does, or ``tops`` where there is no app."""
    own = (*app.imports, *app.elsewhere, *app.names, *app.strings)
    names = (*own, *more) if own else (*tops, *more)
    return StartWanted(app.settings, tuple(dict.fromkeys(names)))


def library_modules(
    root: Path, present: Iterable[Module], layout: Layout, own: Iterable[Module]
) -> Iterator[str]:
    """The modules of the standard library that the app's ``own`` import when they are imported.

    What else the app imports may load them as well; an app of nothing else loads them alone.
    """
    library = {item.name for item in present if layout.scope(item.path)[0] == "stdlib"}
    for module in own:
        for statement in sorted(imports_at_start(*read_module(root / module.path)), key=repr):
            targets = import_targets(statement, module.parent)
            yield from (target for target in targets if target in library)


def called_modules(root: Path, present: Iterable[Module], app: App) -> Iterator[str]:
    """The installed modules that what the app calls imports only then: an image's format, say."""
    named = {module.name: module for module in present if not module.compiled}
    used: dict[str, list[str]] = {}
    for name, _, attribute in (name.partition(":") for name in app.names):
        used.setdefault(name, []).append(attribute)
    for module in (named[name] for name in used if name in named):
        code, source = read_module(root / module.path)
        statements = imports_when_called(code, source, used[module.name], app.methods)
        for statement in sorted(statements, key=repr):
            targets = import_targets(statement, module.parent)
            yield from (target for target in targets if target in named)


def program_modules(
    root: Path, present: Iterable[Module], owners: Owners, commands: Mapping[str, str]
) -> Iterator[str]:
    """The installed modules that ``commands`` start: programs, and what ``python -m`` runs.

    With what these name in their own package, as servers do with their workers.
    """
    named = {module.name: module for module in present if not module.compiled}
    words = {word for command in commands.values() for word in _WORD.findall(command)}
    for point in (point for dist in owners.distributions for point in dist.entry_points):
        if point.group == "console_scripts" and point.name in (words or SERVERS):
            yield from _with_parts(root, named, point.module)
    for name in (name for text in commands.values() for name in _RUN_AS_MODULE.findall(text)):
        yield "runpy"
        yield from _with_parts(root, named, name)
        main = named.get(f"{name}.__main__")
        if main is not None:
            # Imported itself, it would run.
            yield from (target for target in _targets(root, main) if target in named)


def _with_parts(root: Path, named: Mapping[str, Module], program: str) -> Iterator[str]:
    package = program.partition(".")[0]
    waiting = [name for name in name_and_parents(program) if name in named]
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in seen or name.partition(".")[0] != package or name not in named:
            continue
        seen.add(name)
        if name == program:
            yield name
        module = named[name]
        waiting += _targets(root, module)
        for literal in sorted(facts_of_module(*read_module(root / module.path)).literals):
            text = named_module(literal, module.parent) or ""
            found = next((part for part in name_and_parents(text) if part in named), "")
            if found.startswith(f"{package}."):
                yield found


def loaded_at_start(
    root: Path, layout: Layout, present: Iterable[Module], roots: Iterable[str]
) -> frozenset[str]:
    """The sources that importing the app's modules and ``roots`` reads, found without running it.

    ``present`` are all modules of the tree, and the app's if it lies elsewhere.
    """
    named: dict[str, list[Module]] = {}
    waiting = list(roots)
    for module in present:
        if not module.compiled:
            named.setdefault(module.name, []).append(module)
            if layout.scope(module.path)[0] == "app":
                waiting.append(module.name)
    loaded: set[str] = set()
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        waiting += name_and_parents(name)
        for module in named.get(name, ()):
            loaded.add(module.path)
            waiting += _targets(root, module)
    return frozenset(loaded)


def _targets(root: Path, module: Module) -> Iterator[str]:
    for statement in sorted(imports_at_start(*read_module(root / module.path)), key=repr):
        for target in import_targets(statement, module.parent):
            yield from name_and_parents(target)
