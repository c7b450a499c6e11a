"""Imports for Pythons older than the one that is there."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from slugfit.scan.bytecode import read_if_readable
from slugfit.scan.syntax import nodes_of_source
from slugfit.unused.relations import INSTALLERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from slugfit.scan.module_facts import ModuleFacts
    from slugfit.scan.module_names import Module
    from slugfit.unused.search import Search

_UNAVAILABLE = frozenset(("ImportError", "ModuleNotFoundError"))


def without_fallbacks(search: Search, module: Module, facts: ModuleFacts) -> ModuleFacts:
    """What a module says, without imports of installers for Pythons older than this one.

    Programs cannot count on an installer: from Python 3.12 on an environment has pip alone, or
    nothing (https://docs.python.org/3/whatsnew/3.12.html#ensurepip).
    """
    near = {
        item
        for item in facts.imports
        if not INSTALLERS.isdisjoint(search.owners_of(item.module.partition(".")[0]))
    }
    if not near or search.owners.get(module.path, "") in INSTALLERS:
        return facts
    source = read_if_readable(search.modules.root / module.path)
    fallbacks = fallback_imports(source, search.is_python)
    gone = {item for item in near if not item.level and item.module in fallbacks}
    return replace(facts, imports=facts.imports - gone)


def fallback_imports(source: bytes, is_own: Callable[[str], bool]) -> frozenset[str]:
    """What a module imports only where one of Python's own is missing that is there.

    As in ``try: from importlib import metadata ... except ImportError: import pkg_resources``.
    ``is_own`` tells whether a dotted name is that of one of Python's own modules.
    """
    nodes = nodes_of_source(source) or []
    fallen = {
        id(inner)
        for node in nodes
        if isinstance(node, ast.Try) and _needs_own_alone(node.body[0], is_own)
        for handler in filter(_is_for_missing, node.handlers)
        for inner in ast.walk(handler)
    }
    names: dict[bool, set[str]] = {True: set(), False: set()}
    for node in nodes:
        names[id(node) in fallen].update(_modules(node))
    return frozenset(names[True] - names[False])


def _needs_own_alone(node: ast.stmt, is_own: Callable[[str], bool]) -> bool:
    """Whether a statement imports modules of Python's own, and nothing else that could be missing.

    What else it takes from a module (``from typing import Self``) may be missing in this Python.
    """
    if isinstance(node, ast.Import):
        return all(is_own(alias.name) for alias in node.names)
    if not isinstance(node, ast.ImportFrom) or node.level:
        return False
    return all(is_own(f"{node.module}.{alias.name}") for alias in node.names)


def _modules(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        yield node.module


def _is_for_missing(handler: ast.ExceptHandler) -> bool:
    return isinstance(handler.type, ast.Name) and handler.type.id in _UNAVAILABLE
