"""The bytecode that belongs to a source: where it stands, and whether it fits.

A ``.pyc`` begins with the interpreter's magic number, flags, and what its source was:
https://peps.python.org/pep-0552/. Where it stands is said by https://peps.python.org/pep-3147/.
"""

from __future__ import annotations

import importlib.util
import os
import posixpath
import re
import stat
from typing import TYPE_CHECKING

from slugfit.scan import imports

if TYPE_CHECKING:
    from pathlib import Path


_LARGEST = 1 << 27
"""Bytes of a module, source or compiled, that is read."""
_CACHED = re.compile(r"(.+?)\.[a-z]+-?\d.*\.py[co]", re.DOTALL)
_HASH_BASED, _CHECKED = 0b1, 0b10

# How a name can stand in source without being there letter by letter: as an escape, or as pieces
# that the compiler joins.
_ESCAPE = re.compile(rb"\\[xuUN0-7]")
_BETWEEN_PIECES = b" \t\r\n\f\\'\"()+"


def read_module(source: Path) -> tuple[bytes, bytes]:
    """The bytecode that belongs to ``source`` (b"" if none fits) and the source (b"" if unread).

    ``source`` may be a ``.pyc`` that came without one. The bytes can be searched before anything
    is decoded: see ``mentions``. Bytecode of a format that is not known fits no source.
    """
    alone = source.suffix == ".pyc"
    try:
        # Without `optimization` it would be the file that fits this process's own -O.
        cached = source if alone else importlib.util.cache_from_source(source, optimization="")
        code = read_regular_file(cached)
        if code[:4] == importlib.util.MAGIC_NUMBER and (alone or _is_fresh(code, source)):
            return code, b""
    except OSError:
        pass
    try:
        return b"", b"" if alone else read_regular_file(source)
    except OSError:
        return b"", b""


def read_regular_file(file: str | Path) -> bytes:
    """The bytes of a regular file; those of a pipe or a device might never come, or never end.

    Raises OSError if it cannot be read, is not regular, or is larger than any module.
    """
    with open(file, "rb", opener=_open) as opened:
        status = os.fstat(opened.fileno())
        if not stat.S_ISREG(status.st_mode) or status.st_size > _LARGEST:
            raise OSError(f"{file} is not a regular file of a size that modules have")
        return opened.read()


def _open(name: str, flags: int) -> int:
    return os.open(name, flags | os.O_NONBLOCK)


def _is_fresh(code: bytes, source: Path) -> bool:
    """Whether bytecode is what the import system would load for ``source``, and can be decoded."""
    if imports.FORMAT is None:
        return False
    flags = int.from_bytes(code[4:8], "little")
    status = source.stat()
    if flags & _HASH_BASED:
        unchecked = not flags & _CHECKED
        return unchecked or code[8:16] == importlib.util.source_hash(source.read_bytes())
    mtime = int.from_bytes(code[8:12], "little")
    size = int.from_bytes(code[12:16], "little")
    return mtime == int(status.st_mtime) & 0xFFFFFFFF and size == status.st_size & 0xFFFFFFFF


def read_if_readable(file: Path) -> bytes:
    """The bytes of a regular file; b"" if it cannot be read."""
    try:
        return read_regular_file(file)
    except OSError:
        return b""


def mentions(code: bytes, source: bytes, words: tuple[bytes, ...]) -> bool:
    """Whether any of ``words`` can be part of a name or literal of a module (see read_module).

    Exact, so that what it denies need not be decoded: bytecode has every name as plain UTF-8.
    Source has too, unless it is in another encoding, uses escapes, or joins literals.
    """
    text = code or source
    if any(word in text for word in words):
        return True
    if not source:
        return False
    if not source.isascii() or _ESCAPE.search(source):
        return True
    joined = source.translate(None, _BETWEEN_PIECES)
    return any(word.translate(None, _BETWEEN_PIECES) in joined for word in words)


def source_of(path: str) -> str | None:
    """The ``.py`` that a ``.pyc`` was compiled from, or None if ``path`` is not a ``.pyc``.

    Both are paths in the tree: https://peps.python.org/pep-3147/#proposal.
    """
    if not path.endswith((".pyc", ".pyo")):
        return None
    folder, name = posixpath.split(path)
    if posixpath.basename(folder) == "__pycache__":
        cached = _CACHED.fullmatch(name)
        return posixpath.join(posixpath.dirname(folder), f"{cached[1]}.py") if cached else None
    return path[:-1]
