"""The SHA-256 of a file, read in parts; runs on Python 3.8, as a slug may carry it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


_BLOCK = 1 << 20
"""Bytes read at a time."""


def sha256_of(file: Path) -> bytes:
    """The SHA-256 of ``file``, 32 bytes; raise OSError if it cannot be read."""
    digest = hashlib.sha256()
    with file.open("rb") as opened:
        for block in iter(lambda: opened.read(_BLOCK), b""):
            digest.update(block)
    return digest.digest()


def sha256_if_readable(file: Path) -> bytes:
    """The same; b"" if it cannot be read."""
    try:
        return sha256_of(file)
    except OSError:
        return b""
