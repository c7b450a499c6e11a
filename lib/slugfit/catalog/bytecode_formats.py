"""The bytecode that the engine can decode: one entry for each magic number that was checked.

tests/scan/test_every_python.py compares what is read with ``ast``, for every module of the standard
library of each Python that it finds.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BytecodeFormat:
    """How the bytecode of one magic number says what it imports."""

    python: str
    """The version whose releases have this number; alphas and betas have others."""
    magic: int
    """The number that its files begin with: https://peps.python.org/pep-3147/."""
    source: str
    """Where the number and the form of IMPORT_NAME are from, a URL."""
    flag_bits: int = 0
    """How many bits of IMPORT_NAME's argument stand below the index of the name."""
    lazy_flag: int = 0
    """Those of them that are set for an import with the word ``lazy``."""


_NUMBERS = "https://github.com/python/cpython/blob/main/Include/internal/pycore_magic_number.h"
BYTECODE_FORMATS = (
    BytecodeFormat("3.10", 3439, _NUMBERS),
    BytecodeFormat("3.11", 3495, _NUMBERS),
    BytecodeFormat("3.12", 3531, _NUMBERS),
    BytecodeFormat("3.13", 3571, _NUMBERS),
    BytecodeFormat("3.14", 3627, _NUMBERS),
    # Two flags for lazy imports (https://peps.python.org/pep-0810/): bit 0 for a lazy one, bit 1
    # for one that can never be.
    BytecodeFormat(
        "3.15",
        3666,
        "https://github.com/python/cpython/blob/3.15/Lib/dis.py",
        flag_bits=2,
        lazy_flag=1,
    ),
)
"""What is not in here is never decoded: the source is read by ``ast`` instead."""


def format_of(magic: bytes) -> BytecodeFormat | None:
    """The format of files that begin with ``magic`` (four bytes); None if it was never checked."""
    known = {item.magic.to_bytes(2, "little") + b"\r\n": item for item in BYTECODE_FORMATS}
    return known.get(magic)
