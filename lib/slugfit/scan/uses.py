"""What a module of the app takes from others by attribute: ``Image.open`` of ``PIL.Image``."""

from __future__ import annotations

import ast
import warnings
from typing import TYPE_CHECKING

from slugfit.scan.module_names import absolute_name, name_and_parents

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping


_LARGEST = 1 << 20
"""Bytes of a source that is looked at; larger ones are data."""


def attribute_uses(source: bytes, parent: str, installed: Collection[str]) -> Iterator[str]:
    """``pkg.mod:name`` for each name that is used of an installed module and is none itself.

    And ``:name`` for each that is used of something else than an imported module.

    ``parent`` is the package that the source stands in. Nothing for what is not valid here.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source) if len(source) <= _LARGEST else ast.Module([], [])
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    nodes = list(ast.walk(tree))
    bound = dict(pair for node in nodes for pair in _bound(node, parent))
    for node in nodes:
        if isinstance(node, ast.Attribute):
            name = _dotted(node, bound)
            module = next((part for part in name_and_parents(name) if part in installed), "")
            if module and module != name:
                first, *rest = name[len(module) + 1 :].split(".")
                yield f"{module}:{first}"
                yield from (f":{part}" for part in rest)
            elif not name:
                # Of some object: a method, if a class of a module that is used here has one.
                yield f":{node.attr}"


def _bound(node: ast.AST, parent: str) -> Iterator[tuple[str, str]]:
    """The names that an import statement binds, and what they stand for."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            top = alias.name.partition(".")[0]
            yield (alias.asname, alias.name) if alias.asname else (top, top)
    elif isinstance(node, ast.ImportFrom):
        base = absolute_name(node.module or "", node.level, parent)
        for alias in node.names if base else ():
            yield alias.asname or alias.name, f"{base}.{alias.name}"


def _dotted(node: ast.expr, bound: Mapping[str, str]) -> str:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if isinstance(node, ast.Name) and node.id in bound:
        return ".".join([bound[node.id], *reversed(parts)])
    return ""
