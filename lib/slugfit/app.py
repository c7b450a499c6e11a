"""What the app's own source says: its imports, and whether it compiles code at run time."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from slugfit import modules, overrides
from slugfit import tree as trees
from slugfit.layout import Layout
from slugfit.names import Module, ancestors, targets
from slugfit.names import modules as importable
from slugfit.rules import NOTEBOOK_SERVERS
from slugfit.source import LEFT_OUT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from slugfit.dists import Owners
    from slugfit.rules import Condition
    from slugfit.tree import Tree

COMPILER_IMPORTS = {
    "torch.utils.cpp_extension": "builds C++ extensions with torch's headers",
    "pyximport": "compiles Cython modules when they are imported",
    "numba.pycc": "compiles extension modules",
    "cffi": "can compile its bindings",
    "numpy.f2py": "compiles Fortran",
    "triton": "compiles kernels with a C launcher",
    "cupy": "compiles kernels",
}
"""Imports in an app's source that need headers, sources or link files at run time, and why."""

COMPILER_NAMES = {
    ("torch", "compile"): "torch.compile generates and links C++",
    ("numpy", "get_include"): "numpy.get_include() hands headers to a compiler",
}
"""Attribute names that mean the same when the app also imports the package."""

DJANGO_SETTINGS = "DJANGO_SETTINGS_MODULE"


@dataclass(frozen=True, slots=True)
class App:
    """What the app's source says, as dotted names, sorted.

    ``imports`` are third-party modules that it imports, ``strings`` others that its literals name
    (INSTALLED_APPS and the like); ``settings`` is its Django settings module, "" without Django;
    ``compiler_use`` is what of it needs headers at run time.
    """

    imports: tuple[str, ...]
    compiler_use: str | None
    strings: tuple[str, ...] = ()
    settings: str = ""


def elsewhere(folder: Path, root: Path) -> tuple[Module, ...]:
    """The modules of an app that lies in ``folder``, outside of the tree; paths are absolute.

    The tree at ``root`` may lie inside of it, and so may other environments. Raises TreeError if
    the folder cannot be read.
    """
    source = trees.scan(folder)
    lead = os.path.relpath(os.path.realpath(root), os.path.realpath(folder)) + "/"
    shape = Layout("app", None, (), None, None)
    paths = (
        entry.path
        for entry in source.files()
        if not entry.path.startswith(lead) and LEFT_OUT.isdisjoint(entry.path.split("/"))
    )
    return tuple(
        replace(module, path=str(folder / module.path), base=f"{folder}/")
        for module in importable(paths, shape)
        if not module.compiled
    )


def read(
    tree: Tree,
    layout: Layout,
    owners: Owners,
    ignored: frozenset[str],
    outside: Iterable[Module] = (),
) -> App:
    """Read every module of the app that ``ignored`` does not name, and those ``outside``."""
    own = [
        module
        for module in importable((entry.path for entry in tree.files()), layout)
        if layout.scope(module.path)[0] == "app"
        and not module.compiled
        and module.path not in ignored
    ]
    own += outside
    installed = _installed(tree, layout)
    wanted: set[str] = set()
    said: set[str] = set()
    settings: dict[str, str] = {}
    use = next(overrides.compiling(owners.distributions), None)
    for module in own:
        facts = modules.read(*modules.raw(tree.root / module.path))
        names = {name for item in facts.imports for name in targets(item, module.parent)}
        wanted |= set(_resolved(names, installed))
        said |= set(_resolved(filter(str.isascii, facts.literals), installed))
        if DJANGO_SETTINGS in facts.literals and "django" in installed:
            settings[module.name] = _own_name(facts.literals, own)
        use = use or _compiler_use(module, names, facts.names)
    return App(tuple(sorted(wanted)), use, tuple(sorted(said - wanted)), _served_settings(settings))


def _own_name(literals: Iterable[str], own: Iterable[Module]) -> str:
    """The module of the app that one of these literals names, "" if none does."""
    names = {module.name for module in own}
    return next((literal for literal in sorted(literals) if literal in names), "")


def _served_settings(found: Mapping[str, str]) -> str:
    """The settings that the server's entry point names, before those for manage.py's commands."""
    ordered = sorted(found, key=lambda name: (not name.endswith(("wsgi", "asgi")), name))
    return next((found[name] for name in ordered if found[name]), "")


def _installed(tree: Tree, layout: Layout) -> frozenset[str]:
    paths = (entry.path for entry in tree.files())
    return frozenset(
        module.name
        for module in importable(paths, layout)
        if layout.scope(module.path)[0] == "site"
    )


def _resolved(names: Iterable[str], installed: frozenset[str]) -> Iterator[str]:
    """The longest part of each name that is an installed module."""
    for name in names:
        found = next((part for part in ancestors(name) if part in installed), None)
        if found is not None:
            yield found


def _compiler_use(module: Module, names: set[str], used: frozenset[str]) -> str | None:
    for name in sorted(names):
        for marker, reason in COMPILER_IMPORTS.items():
            if name == marker or name.startswith(marker + "."):
                return f"{module.path} imports {marker}, which {reason}"
    for (package, attribute), reason in COMPILER_NAMES.items():
        if package in names and attribute in used:
            return f"{module.path} uses {package}.{attribute}: {reason}"
    return None


def top_level(tree: Tree, layout: Layout) -> tuple[str, ...]:
    """The top-level modules of site-packages: what is verified where there is no app."""
    return tuple(sorted(name for name in _installed(tree, layout) if "." not in name))


def unmet_conditions(
    app: App, owners: Owners, environment: Iterable[str]
) -> Mapping[Condition, str]:
    """Why conditions of rules do not hold here; those that hold are absent."""
    unmet: dict[Condition, str] = {}
    if app.compiler_use:
        unmet["no compiler use"] = f"It is needed to compile at run time: {app.compiler_use}."
    servers = sorted(NOTEBOOK_SERVERS & owners.names())
    if servers:
        unmet["no jupyter"] = f"{servers[0]} is installed and reads it."
    if "PYTHONOPTIMIZE" in environment:
        unmet["no interpreter flag"] = "PYTHONOPTIMIZE is set, so Python reads it."
    return unmet
