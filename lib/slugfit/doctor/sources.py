"""What the app's own Python files say: imports, names, literals, variables that they set."""

from __future__ import annotations

import ast
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


_LARGEST = 1 << 20
_GUARDS = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})


@dataclass(frozen=True, slots=True)
class SourceImport:
    """One import statement."""

    module: str
    """The dotted name of the module; "" for a relative one."""
    line: int
    guarded: bool
    """Whether it stands in a ``try`` that catches its failure."""


@dataclass(frozen=True, slots=True)
class Source:
    """One Python file of the app."""

    path: str
    imports: tuple[SourceImport, ...]
    names: frozenset[str]
    """The names and attributes that it uses."""
    literals: frozenset[str]
    """The texts in it, docstrings too."""
    variables: tuple[tuple[str, str, int], ...] = ()
    """The variables that it sets in os.environ to a literal: name, value, line."""
    keywords: frozenset[tuple[str, str]] = frozenset()
    """Arguments by name with a literal: ``("port", "5000")``."""

    def tops(self) -> frozenset[str]:
        """The first parts of what it imports."""
        return frozenset(item.module.partition(".")[0] for item in self.imports if item.module)


def read_source(path: str, data: bytes) -> Source | None:
    """The facts of one file; None if it is not valid for the Python that runs this."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(data) if len(data) <= _LARGEST else None
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        tree = None
    if tree is None:
        return None
    nodes = list(ast.walk(tree))
    guarded = {id(inner) for node in nodes for inner in _guarded(node)}
    return Source(
        path,
        tuple(item for node in nodes for item in _imports(node, guarded=id(node) in guarded)),
        frozenset(name for node in nodes for name in _names(node)),
        frozenset(
            node.value
            for node in nodes
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        ),
        tuple(item for node in nodes for item in _variables(node)),
        frozenset(item for node in nodes for item in _keywords(node)),
    )


def _guarded(node: ast.AST) -> Iterator[ast.AST]:
    """What stands in the body of a ``try`` that catches a failed import."""
    if isinstance(node, ast.Try) and any(map(_catches, node.handlers)):
        for statement in node.body:
            yield from ast.walk(statement)


def _catches(handler: ast.ExceptHandler) -> bool:
    kinds = handler.type
    listed = kinds.elts if isinstance(kinds, ast.Tuple) else [kinds] if kinds else []
    return not kinds or any(isinstance(item, ast.Name) and item.id in _GUARDS for item in listed)


def _imports(node: ast.AST, *, guarded: bool) -> Iterator[SourceImport]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield SourceImport(alias.name, node.lineno, guarded)
    elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
        yield SourceImport(node.module, node.lineno, guarded)


def _names(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Attribute):
        yield node.attr
    elif isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, ast.ImportFrom):
        yield from (alias.name for alias in node.names)


def _variables(node: ast.AST) -> Iterator[tuple[str, str, int]]:
    """``os.environ["NAME"] = "value"``, and ``os.environ.setdefault("NAME", "value")``."""
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
        target = node.targets[0]
        if _is_environ(target.value) and isinstance(target.slice, ast.Constant):
            yield str(target.slice.value), _literal(node.value), node.lineno
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        named = node.args and isinstance(node.args[0], ast.Constant)
        if node.func.attr == "setdefault" and _is_environ(node.func.value) and named:
            value = _literal(node.args[1]) if len(node.args) > 1 else ""
            yield _literal(node.args[0]), value, node.lineno


def _is_environ(node: ast.expr) -> bool:
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    return name == "environ"


def _literal(node: ast.expr) -> str:
    return str(node.value) if isinstance(node, ast.Constant) else ""


def _keywords(node: ast.AST) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.keyword) and node.arg and isinstance(node.value, ast.Constant):
        yield node.arg, str(node.value.value)
