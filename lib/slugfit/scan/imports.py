"""The import statements of one module: out of its code, or out of text that cannot be compiled."""

from __future__ import annotations

import opcode
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import types
    from collections.abc import Iterator


_EXTENDED_ARG = opcode.opmap["EXTENDED_ARG"]
_IMPORT_NAME = opcode.opmap["IMPORT_NAME"]
_LOAD_CONST = opcode.opmap["LOAD_CONST"]
_LOAD_SMALL_INT = opcode.opmap.get("LOAD_SMALL_INT", -1)
"""Loads an import's level without a constant, from Python 3.14 on.

https://docs.python.org/3.14/library/dis.html#opcode-LOAD_SMALL_INT
"""

_FROM = re.compile(
    r"(?:^|[;:])[ \t]*from\s+(\.*)\s*([\w.]*?)\s*\bimport\b\s*(\([^)]*\)|[^\n;]*)", re.MULTILINE
)
_IMPORT = re.compile(r"(?:^|[;:])[ \t]*import\s+([^\n;#]+)", re.MULTILINE)
_NOT_A_NAME = re.compile(r"\s+as\s+\w+|#[^\n]*")


@dataclass(frozen=True, slots=True)
class Import:
    """One import statement: https://docs.python.org/3/reference/simple_stmts.html#import."""

    module: str
    """The dotted name that it loads, "" in ``from . import x``."""
    level: int
    """How many dots stand before the name; 0 for an absolute import."""
    names: tuple[str, ...]
    """The names after ``from … import``, () for ``import x``."""


def imports_in_code(code: types.CodeType) -> Iterator[Import]:
    """The imports of one code object, without those of the code objects inside of it.

    The two loads before IMPORT_NAME are the level and the ``from`` list:
    https://docs.python.org/3/library/dis.html#opcode-IMPORT_NAME.
    """
    instructions = code.co_code
    if _IMPORT_NAME not in instructions[::2]:
        return
    loaded: list[object] = []
    argument = 0
    for at in range(0, len(instructions), 2):
        operation = instructions[at]
        argument = argument << 8 | instructions[at + 1]
        if operation == _EXTENDED_ARG:
            continue
        if operation == _LOAD_CONST:
            loaded.append(code.co_consts[argument])
        elif operation == _LOAD_SMALL_INT:
            loaded.append(argument)
        elif operation == _IMPORT_NAME:
            yield _import(code.co_names[argument], loaded[-2:])
        argument = 0


def _import(module: str, loaded: list[object]) -> Import:
    level, names = loaded if len(loaded) == 2 else (0, None)  # noqa: PLR2004 - level and list
    return Import(
        module,
        level if isinstance(level, int) else 0,
        tuple(str(name) for name in names) if isinstance(names, tuple) else (),
    )


def imports_in_text(text: str) -> frozenset[Import]:
    """Whatever looks like an import statement in the source of another Python."""
    imports = {
        Import(name, 0, ())
        for statement in _IMPORT.finditer(text)
        for name in _names(statement[1]).split()
    }
    for statement in _FROM.finditer(text):
        names = _names(statement[3]).strip("() \t\r\n").split()
        imports.add(Import(statement[2], len(statement[1]), tuple(names)))
    return frozenset(imports)


def _names(listed: str) -> str:
    return _NOT_A_NAME.sub("", listed).replace(",", " ")
