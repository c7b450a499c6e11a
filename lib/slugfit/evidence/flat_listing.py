"""Whether a module lists its own folder alone: what lies deeper is not found that way."""

from __future__ import annotations

import ast
import warnings
from typing import TYPE_CHECKING

from slugfit.catalog.test_code import LISTERS

if TYPE_CHECKING:
    from slugfit.scan.module_facts import ModuleFacts

_FLAT = frozenset(("listdir", "scandir", "iterdir"))
_GOING_IN = frozenset(("isdir", "is_dir", "copytree", "make_archive"))
"""What is done with folders that a listing finds."""
_LEADING = frozenset(("dirname", "abspath", "realpath", "fspath", "Path", "resolve", "absolute"))
"""Calls that a plain expression for a module's own folder is made of."""


def lists_flatly(facts: ModuleFacts, source: bytes) -> bool:
    """Whether a module lists one folder, its own or one above, and goes into none there."""
    if not _GOING_IN.isdisjoint(facts.names) or len(LISTERS & facts.names) != 1:
        return False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    nodes = list(ast.walk(tree))
    if sum(_name(node) in LISTERS for node in nodes) != 1:
        return False
    calls = (node for node in nodes if isinstance(node, ast.Call) and _name(node.func) in _FLAT)
    return any(_is_own(_listed(call), nodes) for call in calls)


def _listed(call: ast.Call) -> ast.AST | None:
    """The expression for the folder that is listed."""
    if call.args:
        return call.args[0]
    return call.func.value if isinstance(call.func, ast.Attribute) else None


def _is_own(place: ast.AST | None, nodes: list[ast.AST]) -> bool:
    """Whether nothing but the module's own place leads to this one, by a name or without."""
    if isinstance(place, ast.Name):
        bound = [node for node in nodes if _binds(node, place.id)]
        return bool(bound) and all(any(_leads(node, name) for node in nodes) for name in bound)
    return place is not None and _is_plain(place)


def _leads(node: ast.AST, name: ast.AST) -> bool:
    """Whether a statement gives a name the module's own place, or each folder of its package."""
    if isinstance(node, ast.Assign):
        # The folders of a package are a list, which cannot be listed as a folder.
        return node.targets == [name] and (_is_plain(node.value) or _name(node.value) == "__path__")
    if isinstance(node, (ast.For, ast.comprehension)):
        return node.target is name and _name(node.iter) == "__path__"
    return False


def _binds(node: ast.AST, name: str) -> bool:
    if isinstance(node, ast.arg):
        return node.arg == name
    return isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store)


def _is_plain(expression: ast.AST) -> bool:
    """Whether it is made of ``__file__`` and steps upwards alone."""
    nodes = list(ast.walk(expression))
    allowed = (ast.Call, ast.Attribute, ast.Name, ast.expr_context)
    return (
        any(_name(node) == "__file__" for node in nodes)
        and all(isinstance(node, allowed) for node in nodes)
        and all(_name(node.func) in _LEADING for node in nodes if isinstance(node, ast.Call))
    )


def _name(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
