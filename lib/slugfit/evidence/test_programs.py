"""Compiled programs that run tests: torch/test holds a hundred of them, of 83 MB."""

from __future__ import annotations

import mmap
import posixpath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_ELF = b"\x7fELF"
_GOOGLE_TEST = b"This program contains tests written using"
"""How the help of every program begins that GoogleTest makes.

https://github.com/google/googletest/blob/main/googletest/src/gtest.cc (kColorEncodedHelpMessage)
"""


def can_be_program(path: str) -> bool:
    """Whether a file's name is one that compiled programs have: no ending, nor a library's."""
    return "." not in posixpath.basename(path)


def is_test_program(file: Path) -> bool:
    """Whether ``file`` is a compiled program that says of itself that it runs tests."""
    try:
        with file.open("rb") as opened:
            if opened.read(len(_ELF)) != _ELF:
                return False
            with mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as content:
                return content.find(_GOOGLE_TEST) >= 0
    except (OSError, ValueError):
        return False
