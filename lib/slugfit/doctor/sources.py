"""What the app's own Python files say: imports, names, literals, variables that they set."""

from __future__ import annotations

import ast
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any


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
    return _Facts(path).of(tree)


class _Facts:
    """What one walk over a tree collects: a walk for each kind of fact takes much longer."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.guarded = False
        self.imports: list[SourceImport] = []
        self.names: set[str] = set()
        self.literals: set[str] = set()
        self.variables: list[tuple[str, str, int]] = []
        self.keywords: set[tuple[str, str]] = set()

    def of(self, tree: ast.AST) -> Source:
        """Walk it, in no order that matters but that of lines, which is restored."""
        waiting: list[tuple[ast.AST, bool]] = [(tree, False)]
        while waiting:
            node, guarded = waiting.pop()
            collect = _COLLECTORS.get(type(node))
            if collect is not None:
                self.guarded = guarded
                collect(self, node)
            body = node.body if isinstance(node, ast.Try) and _is_guard(node) else ()
            waiting += ((child, guarded or child in body) for child in _children(node))
        return Source(
            self.path,
            tuple(sorted(self.imports, key=lambda item: (item.line, item.module))),
            frozenset(self.names),
            frozenset(self.literals),
            tuple(sorted(self.variables, key=lambda item: item[2])),
            frozenset(self.keywords),
        )

    def on_import(self, node: ast.Import) -> None:
        self.imports += (SourceImport(item.name, node.lineno, self.guarded) for item in node.names)

    def on_from(self, node: ast.ImportFrom) -> None:
        self.names.update(item.name for item in node.names)
        if node.module and not node.level:
            self.imports.append(SourceImport(node.module, node.lineno, self.guarded))

    def on_attribute(self, node: ast.Attribute) -> None:
        self.names.add(node.attr)

    def on_name(self, node: ast.Name) -> None:
        self.names.add(node.id)

    def on_constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str):
            self.literals.add(node.value)

    def on_keyword(self, node: ast.keyword) -> None:
        if node.arg and isinstance(node.value, ast.Constant):
            self.keywords.add((node.arg, str(node.value.value)))

    def on_assigned(self, node: ast.Assign) -> None:
        """``os.environ["NAME"] = "value"``."""
        target = node.targets[0]
        if isinstance(target, ast.Subscript) and _is_environ(target.value):
            name = _literal(target.slice)
            self.variables += [(name, _literal(node.value), node.lineno)] * bool(name)

    def on_called(self, node: ast.Call) -> None:
        """``os.environ.setdefault("NAME", "value")``."""
        called = node.func
        if not isinstance(called, ast.Attribute) or called.attr != "setdefault" or not node.args:
            return
        name = _literal(node.args[0])
        if name and _is_environ(called.value):
            value = _literal(node.args[1]) if len(node.args) > 1 else ""
            self.variables.append((name, value, node.lineno))


_COLLECTORS: dict[type[ast.AST], Callable[[_Facts, Any], None]] = {
    ast.Import: _Facts.on_import,
    ast.ImportFrom: _Facts.on_from,
    ast.Attribute: _Facts.on_attribute,
    ast.Name: _Facts.on_name,
    ast.Constant: _Facts.on_constant,
    ast.keyword: _Facts.on_keyword,
    ast.Assign: _Facts.on_assigned,
    ast.Call: _Facts.on_called,
}
_NO_NODES = frozenset({"ctx", "op", "ops", "id", "attr", "kind", "type_comment", "type_ignores"})


def _children(node: ast.AST) -> Iterator[ast.AST]:
    for name in node._fields:
        if name in _NO_NODES:
            continue
        value = getattr(node, name, None)
        if isinstance(value, list):
            yield from (item for item in value if isinstance(item, ast.AST))
        elif isinstance(value, ast.AST):
            yield value


def _is_guard(node: ast.Try) -> bool:
    return any(map(_catches, node.handlers))


def _catches(handler: ast.ExceptHandler) -> bool:
    kinds = handler.type
    listed = kinds.elts if isinstance(kinds, ast.Tuple) else [kinds] if kinds else []
    return not kinds or any(isinstance(item, ast.Name) and item.id in _GUARDS for item in listed)


def _is_environ(node: ast.expr) -> bool:
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    return name == "environ"


def _literal(node: ast.expr) -> str:
    return str(node.value) if isinstance(node, ast.Constant) else ""
