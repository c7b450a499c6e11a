"""Which folders a module lists: what lies below them is found without being named."""

from __future__ import annotations

import ast
import posixpath
import warnings
from typing import TYPE_CHECKING

from slugfit.catalog.test_code import LISTERS, OWN_PLACES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from slugfit.scan.module_facts import ModuleFacts

_PLACES = frozenset(("__file__", "__path__", "submodule_search_locations"))
_NAMING = frozenset(("files", "PackageLoader", "resource_listdir", "resource_filename"))
"""Functions whose first argument can be the name of a package."""


def may_list(facts: ModuleFacts) -> bool:
    """Whether a module that says this could list a folder of its own package."""
    return not LISTERS.isdisjoint(facts.names) and not OWN_PLACES.isdisjoint(facts.names)


def listed_folders(source: bytes, path: str, base: str, folders: Collection[str]) -> frozenset[str]:
    """The folders that the module at ``path`` may list, as paths of the tree.

    ``base`` is the folder that its imports start from, "" or with ``/`` at its end; ``folders`` are
    those that exist. Where no folder can be told, and without a source that can be parsed here, it
    is the module's own.
    """
    here = posixpath.dirname(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset({here})
    return frozenset(_places(tree, here, base, folders)) or frozenset({here})


def _places(tree: ast.AST, here: str, base: str, folders: Collection[str]) -> Iterator[str]:
    """The folder that each expression with a place of the module's own in it leads to."""
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in parents:
        name = _name(node)
        if name == "__file__":
            yield _climbed(_outermost(node, parents), here)
        elif name in _PLACES:
            yield here
        elif isinstance(node, ast.Call) and _name(node.func) in _NAMING:
            package = base + _first_text(node).replace(".", "/")
            yield package if package in folders else here


def _outermost(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> ast.AST:
    """The whole expression that a node is part of."""
    while isinstance(parents.get(node), (ast.expr, ast.keyword)):
        node = parents[node]
    return node


def _climbed(expression: ast.AST, here: str) -> str:
    """The folder that an expression with ``__file__`` comes to at the highest."""
    folder = here
    # The first step leads from the file to its folder.
    for _ in range(sum(map(_steps, ast.walk(expression))) - 1):
        folder = posixpath.dirname(folder)
    return folder


def _steps(node: ast.AST) -> int:
    """How many folders a node leads upwards."""
    if isinstance(node, ast.Call):
        return int(_name(node.func) == "dirname")
    if isinstance(node, ast.Subscript):
        index = node.slice.value if isinstance(node.slice, ast.Constant) else 0
        return index + 1 if _name(node.value) == "parents" and isinstance(index, int) else 0
    if isinstance(node, ast.Constant):
        return node.value.split("/").count("..") if isinstance(node.value, str) else 0
    return int(_name(node) in ("parent", "pardir"))


def _name(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _first_text(node: ast.Call) -> str:
    first = node.args[0] if node.args else None
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""
