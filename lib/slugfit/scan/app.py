"""What the app's own source says: its imports, and whether it compiles code at run time."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slugfit.scan.bytecode import read_if_readable, read_module
from slugfit.scan.conditions import CompilerUse, compiler_use_of, compiling_distributions
from slugfit.scan.module_facts import facts_of_module
from slugfit.scan.module_names import (
    Module,
    absolute_name,
    import_targets,
    importable_modules,
    name_and_parents,
)
from slugfit.scan.uses import attribute_uses

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from slugfit.scan.imports import Import
    from slugfit.scan.layout import Layout
    from slugfit.scan.loose_code import LooseCode
    from slugfit.scan.owners import Owners
    from slugfit.scan.tree import Tree


DJANGO_SETTINGS = "DJANGO_SETTINGS_MODULE"
"""https://docs.djangoproject.com/en/stable/topics/settings/#designating-the-settings"""


@dataclass(frozen=True, slots=True)
class App:
    """What the app's source says."""

    imports: tuple[str, ...]
    """The third-party modules that it imports: dotted names, sorted."""
    compiler_use: CompilerUse | None
    """What of it needs headers at run time; None if nothing does."""
    strings: tuple[str, ...] = ()
    """Other third-party modules that its literals name (INSTALLED_APPS and the like), sorted."""
    names: tuple[str, ...] = ()
    """What it takes from third-party modules and is no module itself: ``pkg.mod:name``, sorted."""
    methods: frozenset[str] = frozenset()
    """The attributes that it uses of anything but modules."""
    settings: str = ""
    """Its Django settings module, "" without Django."""
    elsewhere: tuple[str, ...] = ()
    """What it imports that no file of site-packages has the name of: what a ``.pth`` line or an
    editable install leads to, or what is not installed. ``module:name`` is a name out of a module
    (https://docs.python.org/3/reference/simple_stmts.html#from)."""


def app_modules(tree: Tree, layout: Layout, ignored: frozenset[str]) -> Iterator[Module]:
    """The modules of the app that ``ignored`` does not name, without compiled ones."""
    for module in importable_modules((entry.path for entry in tree.files()), layout):
        scope, _ = layout.scope(module.path)
        if scope == "app" and not module.compiled and module.path not in ignored:
            yield module


def read_app(
    tree: Tree,
    layout: Layout,
    owners: Owners,
    own: Sequence[Module],
    loose: Iterable[LooseCode] = (),
) -> App:
    """Read the app's ``own`` modules, and of ``loose`` code, which is in none, what is its own."""
    installed = _installed(tree, layout)
    tops = _known_tops(tree, layout, own)
    wanted: set[str] = set()
    elsewhere: set[str] = set()
    said: set[str] = set()
    taken: set[str] = set()
    settings: dict[str, str] = {}
    use = next(compiling_distributions(owners.distributions), None)
    read = ((module, facts_of_module(*read_module(tree.root / module.path))) for module in own)
    scripts = ((item.module, item.facts) for item in loose if item.is_own)
    for module, facts in (*read, *scripts):
        names = {name for item in facts.imports for name in import_targets(item, module.parent)}
        wanted |= set(_resolved(names, installed))
        elsewhere |= set(_elsewhere(facts.imports, installed, tops))
        taken |= set(_taken(facts.imports, module, installed))
        taken |= set(
            attribute_uses(read_if_readable(tree.root / module.path), module.parent, installed)
        )
        said |= set(_resolved(filter(str.isascii, facts.literals), installed))
        if DJANGO_SETTINGS in facts.literals and "django" in installed:
            settings[module.name] = _own_name(facts.literals, own)
        use = use or compiler_use_of(module, names, facts.names)
    return App(
        tuple(sorted(wanted)),
        use,
        tuple(sorted(said - wanted)),
        tuple(sorted(name for name in taken if name[0] != ":")),
        frozenset(name[1:] for name in taken if name[0] == ":"),
        _served_settings(settings),
        tuple(sorted(elsewhere)),
    )


def _known_tops(tree: Tree, layout: Layout, own: Iterable[Module]) -> frozenset[str]:
    """First parts of names that are the app's own, from whichever folder, or Python's."""
    parts = {part for module in own for part in module.name.split(".")}
    paths = (entry.path for entry in tree.files() if layout.scope(entry.path)[0] == "stdlib")
    library = {module.name.partition(".")[0] for module in importable_modules(paths, layout)}
    return frozenset(parts | library | sys.stdlib_module_names | {"__main__"})


def _elsewhere(
    imports: Iterable[Import], installed: frozenset[str], tops: frozenset[str]
) -> Iterator[str]:
    """What these statements load that neither a file of site-packages nor ``tops`` account for."""
    for statement in imports:
        top = statement.module.partition(".")[0]
        if statement.level or top in tops or top in installed:
            continue
        yield statement.module
        yield from (f"{statement.module}:{name}" for name in statement.names if name != "*")


def _own_name(literals: Iterable[str], own: Iterable[Module]) -> str:
    """The module of the app that one of these literals names, "" if none does."""
    names = {module.name for module in own}
    return next((literal for literal in sorted(literals) if literal in names), "")


def _served_settings(by_module: Mapping[str, str]) -> str:
    """The settings that the server's entry point names, before those for manage.py's commands."""
    ordered = sorted(by_module, key=lambda name: (not name.endswith(("wsgi", "asgi")), name))
    return next((by_module[name] for name in ordered if by_module[name]), "")


def _installed(tree: Tree, layout: Layout) -> frozenset[str]:
    paths = (entry.path for entry in tree.files())
    return frozenset(
        module.name
        for module in importable_modules(paths, layout)
        if layout.scope(module.path)[0] == "site"
    )


def _resolved(names: Iterable[str], installed: frozenset[str]) -> Iterator[str]:
    """The longest part of each name that is an installed module."""
    for name in names:
        longest = next((part for part in name_and_parents(name) if part in installed), None)
        if longest is not None:
            yield longest


def _taken(imports: Iterable[Import], module: Module, installed: frozenset[str]) -> Iterator[str]:
    """What a module takes from installed ones, apart from modules."""
    for statement in imports:
        base = absolute_name(statement.module, statement.level, module.parent)
        if base in installed:
            names = (name for name in statement.names if f"{base}.{name}" not in installed)
            yield from (f"{base}:{name}" for name in names if name != "*")


def top_level_modules(tree: Tree, layout: Layout) -> tuple[str, ...]:
    """The top-level modules of site-packages: what is verified where there is no app."""
    return tuple(sorted(name for name in _installed(tree, layout) if "." not in name))
