"""What one Python module says: its imports, its string literals, the names it uses.

Read from the bytecode that the installer compiled for this very interpreter, which is exact and
six times faster than parsing (measured: 10,539 modules in 3.5 s, against 21 s with ``ast.parse``).
Where there is none, and where it does not fit the source, the source is compiled, never run. Where
the bytecode of this interpreter is not known (see BYTECODE_FORMATS), neither is looked at: the
syntax tree of the source says the same.
"""

from __future__ import annotations

import inspect
import marshal
import re
import types
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from slugfit.scan import imports as statements
from slugfit.scan.imports import Import, imports_in_code, imports_in_text
from slugfit.scan.syntax import Scope, scopes_of_source

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable


T = TypeVar("T")

LONGEST_LITERAL = 300
"""Characters of a string that can be the name of a module or file."""
_HEADER = 16
"""Bytes before the code of a ``.pyc``: https://peps.python.org/pep-0552/."""
_LITERAL = re.compile(r"""(["'])([^"'\s\\]+)\1""")
_NAME = re.compile(r"[^\W\d]\w*")
_DEFINITION = re.compile(r"^[ \t]*(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)", re.MULTILINE)

PATH_READERS = frozenset(
    (
        *("__file__", "__path__", "files", "get_data", "open_binary", "open_text"),
        *("read_binary", "read_text", "resource_filename", "resource_listdir"),
        *("resource_stream", "resource_string"),
    )
)
"""Names in code that joins pieces to the path of a package: there one word can name a folder.

Those of importlib.resources (https://docs.python.org/3/library/importlib.resources.html), of
pkgutil (https://docs.python.org/3/library/pkgutil.html#pkgutil.get_data), and of pkg_resources
(https://setuptools.pypa.io/en/latest/pkg_resources.html#resourcemanager-api).
"""


@dataclass(frozen=True, slots=True)
class ModuleFacts:
    """What a module says, at any depth of function or class."""

    imports: frozenset[Import]
    """Its import statements."""
    literals: frozenset[str]
    """Its short string constants without white space."""
    names: frozenset[str]
    """The global and attribute names that its code uses."""
    joined: frozenset[tuple[str, ...]] = frozenset()
    """The strings, in order, of each function (or the module's own code) that uses a PATH_READER.

    They are pieces of the paths that it can build.
    """
    defines: frozenset[str] = frozenset()
    """The names of its functions and classes."""


NO_FACTS = ModuleFacts(frozenset(), frozenset(), frozenset())


def facts_of_module(code: bytes, source: bytes) -> ModuleFacts:
    """Facts from bytecode (with its header) or, if that is empty or damaged, from source."""
    facts = in_bytecode(code, _facts_in_code)
    return facts_from_source(source) if facts is None else facts


def facts_from_source(source: bytes) -> ModuleFacts:
    """The same facts from source; its encoding is the declared one.

    https://peps.python.org/pep-0263/ tells how it is declared. Source that is not valid here may be
    valid for the app's own, newer interpreter: then whatever looks like an import or a literal
    counts as one.
    """
    if statements.FORMAT is None:
        scopes = scopes_of_source(source)
        return _facts_in_text(source) if scopes is None else _facts_in_scopes(scopes)
    code = _compiled(source)
    return _facts_in_text(source) if code is None else _facts_in_code(code)


def imports_at_start(code: bytes, source: bytes) -> frozenset[Import]:
    """What a module imports when it is imported itself: neither lazily nor in functions."""
    imports = in_bytecode(code, _imports_outside_functions)
    if imports is not None:
        return imports
    if statements.FORMAT is None:
        return _imports_of_start(source)
    compiled = _compiled(source)
    if compiled is None:
        return _facts_in_text(source).imports
    return _imports_outside_functions(compiled)


def imports_when_called(
    code: bytes, source: bytes, names: Iterable[str], methods: Collection[str]
) -> frozenset[Import]:
    """What a module imports when its functions ``names`` are called, and what they call in turn.

    For a class that is its ``__init__``; of ``methods`` those that a class of it has. Functions of
    one module are told by their names alone.
    """
    found = in_bytecode(code, lambda read: _imports_called(read, names, methods))
    if found is None:
        compiled = _compiled(source)
        found = frozenset() if compiled is None else _imports_called(compiled, names, methods)
    return found


def is_short_literal(text: str) -> bool:
    """Whether a string can be the name of a module or file."""
    return 0 < len(text) <= LONGEST_LITERAL and text.split() == [text]


def in_bytecode(code: bytes, read: Callable[[types.CodeType], T]) -> T | None:
    """What ``read`` finds in bytecode; None if that is empty or damaged, as shows in many ways."""
    try:
        loaded = marshal.loads(code[_HEADER:]) if code else None  # noqa: S302 - read, never run
        return read(loaded) if isinstance(loaded, types.CodeType) else None
    except Exception:  # noqa: BLE001 - whatever it is
        return None


def _compiled(source: bytes) -> types.CodeType | None:
    """The code object of source; None for what is not valid here."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return compile(source, "module", "exec", dont_inherit=True, optimize=0)
    except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError):
        return None


def _imports_outside_functions(code: types.CodeType) -> frozenset[Import]:
    imports: set[Import] = set()
    waiting = [code]
    while waiting:
        current = waiting.pop()
        imports.update(imports_in_code(current, lazy=False))
        inner = (item for item in current.co_consts if isinstance(item, types.CodeType))
        # The body of a class is not a function: it runs at once.
        waiting += (item for item in inner if not item.co_flags & inspect.CO_OPTIMIZED)
    return frozenset(imports)


def _imports_called(
    code: types.CodeType, names: Iterable[str], methods: Collection[str]
) -> frozenset[Import]:
    functions: dict[str, list[types.CodeType]] = {}
    called_names = list(names)
    waiting = [code]
    while waiting:
        outer = waiting.pop()
        for inner in outer.co_consts:
            if isinstance(inner, types.CodeType):
                functions.setdefault(inner.co_name, []).append(inner)
                waiting.append(inner)
                in_class = outer is not code and not outer.co_flags & inspect.CO_OPTIMIZED
                if in_class and inner.co_name in methods:
                    called_names.append(inner.co_name)
    imports: set[Import] = set()
    seen: set[str] = set()
    while called_names:
        called = called_names.pop()
        if called not in seen:
            seen.add(called)
            for function in functions.get(called, ()):
                imports.update(imports_in_code(function))
                is_class = not function.co_flags & inspect.CO_OPTIMIZED
                called_names += ("__init__",) if is_class else function.co_names
    return frozenset(imports)


def _facts_in_code(code: types.CodeType) -> ModuleFacts:
    imports: set[Import] = set()
    literals: set[str] = set()
    names: set[str] = set()
    joined: set[tuple[str, ...]] = set()
    defines: set[str] = set()
    waiting = [code]
    while waiting:
        current = waiting.pop()
        defines.add(current.co_name)
        used = current.co_names
        if used:
            names.update(used)
            imports.update(imports_in_code(current))
            if not PATH_READERS.isdisjoint(used):
                texts = (text for text in current.co_consts if isinstance(text, str))
                joined.add(tuple(texts))
        constants = current.co_consts
        while constants:
            inner: list[object] = []
            for constant in constants:
                # By their exact types, which is faster: a constant has no other.
                kind = type(constant)
                if kind is str:
                    literals.add(constant)
                elif kind is types.CodeType:
                    waiting.append(constant)
                elif kind is tuple or kind is frozenset:
                    inner.extend(constant)
            constants = tuple(inner)
    return ModuleFacts(
        frozenset(imports),
        frozenset(filter(is_short_literal, literals)),
        frozenset(names),
        frozenset(joined),
        # The others are "<module>", "<lambda>" and their like.
        frozenset(filter(str.isidentifier, defines)),
    )


def _imports_of_start(source: bytes) -> frozenset[Import]:
    scopes = scopes_of_source(source)
    if scopes is None:
        return _facts_in_text(source).imports
    return frozenset().union(*(scope.eager for scope in scopes if scope.at_start))


def _facts_in_scopes(scopes: list[Scope]) -> ModuleFacts:
    joining = (scope for scope in scopes if not PATH_READERS.isdisjoint(scope.names))
    return ModuleFacts(
        frozenset(item for scope in scopes for item in scope.imports),
        frozenset(text for scope in scopes for text in scope.strings if is_short_literal(text)),
        frozenset(name for scope in scopes for name in scope.names),
        frozenset(tuple(scope.strings) for scope in joining),
        frozenset(scope.name for scope in scopes if scope.name),
    )


def _facts_in_text(source: bytes) -> ModuleFacts:
    text = source.decode("utf-8", "replace")
    literals = [literal[2] for literal in _LITERAL.finditer(text)]
    names = frozenset(_NAME.findall(text))
    joined = () if PATH_READERS.isdisjoint(names) else tuple(literals)
    return ModuleFacts(
        imports_in_text(text),
        frozenset(filter(is_short_literal, literals)),
        names,
        frozenset([joined]),
        frozenset(_DEFINITION.findall(text)),
    )
