"""What one compiled library says: the names of modules in its bytes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slugfit.elf.ranges import overlaps
from slugfit.elf.segments import loaded_ranges
from slugfit.scan.bytecode import read_regular_file
from slugfit.scan.module_facts import LONGEST_LITERAL, NO_FACTS, ModuleFacts, is_short_literal

if TYPE_CHECKING:
    from pathlib import Path


_NAME_END = re.compile(rb"[\w.]+\Z")
_NAME_START = re.compile(rb"[\w.]+")


def library_facts(path: Path, words: tuple[bytes, ...]) -> ModuleFacts:
    """The dotted names in a compiled module that have one of ``words``, as literals.

    Only what is in memory while it runs counts.

    Cython and pybind11 keep the names of what they import as plain text, if often without an end
    between one string and the next (measured: numpy.random._generator, built with Cython, holds
    ``numpy.random._common``). For pybind11 they are arguments of its functions:
    https://pybind11.readthedocs.io/en/stable/advanced/pycpp/object.html.
    """
    try:
        content = read_regular_file(path)
    except OSError:
        return NO_FACTS
    # The compiler's own words are none of the code's: "clang version 15.0.0".
    loaded = loaded_ranges(content)
    names: set[bytes] = set()
    for word in words:
        at = content.find(word)
        while at >= 0:
            if overlaps(loaded, at, at + 1):
                names.add(_name_around(content, at))
            at = content.find(word, at + len(word))
    texts = (name.decode("ascii") for name in names)
    return ModuleFacts(frozenset(), frozenset(filter(is_short_literal, texts)), frozenset())


def _name_around(content: bytes, at: int) -> bytes:
    """The dotted name that stands at ``at``."""
    start = max(at - LONGEST_LITERAL, 0)
    before = _NAME_END.search(content[start:at])
    after = _NAME_START.match(content[at : at + LONGEST_LITERAL])
    return (before[0] if before else b"") + (after[0] if after else b"")
