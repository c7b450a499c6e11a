"""The import statements of one module: out of its code, or out of text that cannot be compiled."""

from __future__ import annotations

import functools
import importlib.util
import opcode
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slugfit.catalog.bytecode_formats import BytecodeFormat, format_of

if TYPE_CHECKING:
    import types
    from collections.abc import Iterable, Iterator


FORMAT = format_of(importlib.util.MAGIC_NUMBER)
"""How the interpreter that runs this says what is imported; None if that is not known."""

LAZY_MODULES = "__lazy_modules__"
"""A module's list of what it imports lazily: https://peps.python.org/pep-0810/."""

_EXTENDED_ARG = opcode.opmap["EXTENDED_ARG"]
_IMPORT_NAME = opcode.opmap["IMPORT_NAME"]
_LOAD_CONST = opcode.opmap["LOAD_CONST"]
_LOAD_SMALL_INT = opcode.opmap.get("LOAD_SMALL_INT", -1)
"""Loads an import's level without a constant, from Python 3.14 on.

https://docs.python.org/3.14/library/dis.html#opcode-LOAD_SMALL_INT
"""
_LOAD_COMMON_CONSTANT = opcode.opmap.get("LOAD_COMMON_CONSTANT", -1)
"""Loads the None of an import without ``from``, from Python 3.15 on; else neither level nor names.

https://github.com/python/cpython/blob/3.15/Lib/opcode.py has the list of these constants.
"""
_STORES = (opcode.opmap["STORE_NAME"], opcode.opmap["STORE_GLOBAL"])
_LEVELS = range(4)
"""The levels that code of an unknown format may ask for."""

# https://peps.python.org/pep-0810/#grammar for the word before them.
_FROM = re.compile(
    r"(?:^|[;:])[ \t]*(?:lazy[ \t]+)?"
    r"from\s+(\.*)\s*([\w.]*?)\s*\bimport\b\s*(\([^)]*\)|[^\n;]*)",
    re.MULTILINE,
)
_IMPORT = re.compile(r"(?:^|[;:])[ \t]*(?:lazy[ \t]+)?import\s+([^\n;#]+)", re.MULTILINE)
_LAZY = re.compile(rf"\b{LAZY_MODULES}\b[^=\n]*=[^\[({{\n]*[\[({{]+([^\])}}]*)")
_TEXT = re.compile(r"""(["'])(.*?)\1""")
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


def imports_in_code(code: types.CodeType, *, lazy: bool = True) -> Iterator[Import]:
    """The imports of one code object, without those of the code objects inside of it.

    ``lazy`` ones too: they are carried out when a name of theirs is used for the first time.
    """
    if FORMAT is None:
        return _possible_imports(code)
    if not code.co_names:
        return iter(())
    instructions = code.co_code
    listed = lazy and LAZY_MODULES in code.co_names
    parts = [(0, len(instructions))] if listed else list(_statements(instructions))
    return _decoded_imports(code, FORMAT, parts, lazy=lazy) if parts else iter(())


def _statements(instructions: bytes) -> Iterator[tuple[int, int]]:
    """Where each IMPORT_NAME with the two loads before it begins and ends.

    Found by its byte, which is faster than going through all instructions.
    """
    at = instructions.find(_IMPORT_NAME)
    while at >= 0:
        if not at % 2:
            start = at
            for _ in range(2):
                start = _with_prefixes(instructions, start) - 2
            yield max(_with_prefixes(instructions, start), 0), at + 2
        at = instructions.find(_IMPORT_NAME, at + 1)


def _with_prefixes(instructions: bytes, at: int) -> int:
    """Where the instruction at ``at`` begins with what extends its argument."""
    while at > 1 and instructions[at - 2] == _EXTENDED_ARG:
        at -= 2
    return at


def _decoded_imports(
    code: types.CodeType, form: BytecodeFormat, parts: Iterable[tuple[int, int]], *, lazy: bool
) -> Iterator[Import]:
    """The imports that ``parts`` of the instructions carry out: (start, end), in bytes.

    The two loads before IMPORT_NAME are the level and the ``from`` list:
    https://docs.python.org/3/library/dis.html#opcode-IMPORT_NAME.
    """
    instructions = code.co_code
    listed = lazy and LAZY_MODULES in code.co_names
    left_out = 0 if lazy else form.lazy_flag
    loaded: list[object] = []
    argument = 0
    for at in (at for start, end in parts for at in range(start, end, 2)):
        operation = instructions[at]
        argument = argument << 8 | instructions[at + 1]
        if operation == _EXTENDED_ARG:
            continue
        if operation == _LOAD_CONST:
            loaded.append(code.co_consts[argument])
        elif operation == _LOAD_SMALL_INT:
            loaded.append(argument)
        elif operation == _LOAD_COMMON_CONSTANT:
            loaded.append(None)
        elif operation == _IMPORT_NAME:
            if not argument & left_out:
                yield _import(code.co_names[argument >> form.flag_bits], loaded[-2:])
        elif listed and operation in _STORES:
            if code.co_names[argument] == LAZY_MODULES:
                yield from lazy_imports(_texts(loaded))
            loaded.clear()
        argument = 0


def lazy_imports(names: Iterable[str]) -> Iterator[Import]:
    """What a list of LAZY_MODULES names: absolute names, whatever the statements say."""
    for name in names:
        if all(part.isidentifier() for part in name.split(".")):
            yield Import(name, 0, ())


def _possible_imports(code: types.CodeType) -> Iterator[Import]:
    """Every import that code can hold if its instructions cannot be read: by its names alone."""
    names = tuple(_texts(item for item in code.co_consts if isinstance(item, tuple)))
    for module in code.co_names:
        for level in _LEVELS:
            yield Import(module, level, names)
    yield from lazy_imports(_texts(code.co_consts) if LAZY_MODULES in code.co_names else ())


def _texts(constants: Iterable[object]) -> Iterator[str]:
    for constant in constants:
        if isinstance(constant, str):
            yield constant
        elif isinstance(constant, (tuple, frozenset)):
            yield from _texts(constant)


def _import(module: str, loaded: list[object]) -> Import:
    level, names = loaded if len(loaded) == 2 else (0, None)  # noqa: PLR2004 - level and list
    return _one_import(
        module,
        level if isinstance(level, int) else 0,
        tuple(map(str, names)) if isinstance(names, tuple) else (),
    )


@functools.lru_cache(maxsize=1 << 15)
def _one_import(module: str, level: int, names: tuple[str, ...]) -> Import:
    """The same object for the same statement: most stand in many modules."""
    return Import(module, level, names)


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
    for listed in _LAZY.finditer(text):
        imports.update(lazy_imports(name[2] for name in _TEXT.finditer(listed[1])))
    return frozenset(imports)


def _names(listed: str) -> str:
    return _NOT_A_NAME.sub("", listed).replace(",", " ")
