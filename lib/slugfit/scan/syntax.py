"""What one module says, by its syntax tree: for a Python whose bytecode is not known.

Slower than reading code, and free of what the compiler makes of it.
"""

from __future__ import annotations

import ast
import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from slugfit.scan.imports import LAZY_MODULES, Import, lazy_imports

if TYPE_CHECKING:
    from collections.abc import Iterator


LARGEST = 1 << 20
"""Bytes of a source that is looked at in this way; a larger one is data."""


@dataclass(slots=True)
class Scope:
    """The code of a module, of a class, or of a function, without that of scopes inside of it."""

    name: str
    """That of the class or function; "" for others."""
    at_start: bool
    """Whether it runs when the module is imported: no function's code does."""
    eager: set[Import] = field(default_factory=set)
    """The imports that are carried out where they stand."""
    lazy: set[Import] = field(default_factory=set)
    """Those that are carried out at the first use of what they import."""
    placed: list[tuple[int, int, str]] = field(default_factory=list)
    """Its string constants, each after its line and column."""
    names: set[str] = field(default_factory=set)
    """Its names of any kind, and those of attributes."""

    @property
    def imports(self) -> set[Import]:
        """Its imports of both kinds."""
        return self.eager | self.lazy

    @property
    def strings(self) -> list[str]:
        """Its string constants, in the order of the source."""
        return [text for _, _, text in sorted(self.placed)]


def scopes_of_source(source: bytes) -> list[Scope] | None:
    """Every scope of a module, its own first; None for source that is not valid here."""
    tree = _tree(source)
    if tree is None:
        return None
    found = [Scope("", at_start=True)]
    waiting: list[tuple[ast.AST, Scope]] = [(tree, found[0])]
    while waiting:
        node, scope = waiting.pop()
        _read(node, scope)
        inner = _body(node)
        if inner:
            at_start = scope.at_start and isinstance(node, ast.ClassDef)
            found.append(Scope(getattr(node, "name", ""), at_start))
            waiting += [(item, found[-1]) for item in inner]
        waiting += [(item, scope) for item in ast.iter_child_nodes(node) if item not in inner]
    return found


def nodes_of_source(source: bytes) -> list[ast.AST] | None:
    """All nodes of a module's syntax; None if it is not valid here, empty, or too large."""
    tree = _tree(source) if 0 < len(source) <= LARGEST else None
    return None if tree is None else list(ast.walk(tree))


def last_name(node: ast.AST) -> str:
    """The last part of a dotted name, ``c`` of ``a.b.c``; "" for what is no name."""
    return str(getattr(node, "attr", getattr(node, "id", "")))


def _tree(source: bytes) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError):
        return None


def _body(node: ast.AST) -> list[ast.AST]:
    """The nodes below ``node`` that make a scope of their own: the others are of that around it."""
    if isinstance(node, ast.Lambda):
        return [node.body]
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return [*node.body]
    return []


def _read(node: ast.AST, scope: Scope) -> None:
    if isinstance(node, ast.Constant):
        if isinstance(node.value, str):
            scope.placed.append((node.lineno, node.col_offset, node.value))
    elif isinstance(node, ast.Name):
        scope.names.add(node.id)
    elif isinstance(node, ast.Attribute):
        scope.names.add(node.attr)
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        scope.names.update(alias.name for alias in node.names)
        # https://docs.python.org/3.15/library/ast.html#ast.Import
        (scope.lazy if getattr(node, "is_lazy", 0) else scope.eager).update(_imports(node))
    elif isinstance(node, ast.BinOp):
        # The compiler joins "a" + "b" to one.
        text = _joined(node)
        scope.placed += [(node.lineno, node.col_offset, text)] if text else []
    elif isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign)):
        scope.lazy.update(lazy_imports(_listed(node)))


def _imports(node: ast.Import | ast.ImportFrom) -> Iterator[Import]:
    if isinstance(node, ast.Import):
        yield from (Import(alias.name, 0, ()) for alias in node.names)
    else:
        names = tuple(alias.name for alias in node.names)
        yield Import(node.module or "", node.level, names)


def _joined(node: ast.expr) -> str | None:
    """The text of ``"a" + "b"``; None for what is more than constants."""
    texts = []
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        texts.append(node.right)
        node = node.left
    constants = [item.value for item in (node, *reversed(texts)) if isinstance(item, ast.Constant)]
    strings = [item for item in constants if isinstance(item, str)]
    return "".join(strings) if len(strings) == len(texts) + 1 > 1 else None


def _listed(node: ast.Assign | ast.AugAssign | ast.AnnAssign) -> Iterator[str]:
    """The strings of a list of LAZY_MODULES."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    names = {target.id for target in targets if isinstance(target, ast.Name)}
    if node.value is not None and LAZY_MODULES in names:
        for item in ast.walk(node.value):
            if isinstance(item, ast.Constant) and isinstance(item.value, str):
                yield item.value
