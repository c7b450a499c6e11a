"""The SHA-256 of a file, read in parts; runs on Python 3.8, as a slug may carry it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_BLOCK = 1 << 20


def of(file: Path) -> bytes:
    """The digest, 32 bytes; raise OSError."""
    found = hashlib.sha256()
    with file.open("rb") as opened:
        for block in iter(lambda: opened.read(_BLOCK), b""):
            found.update(block)
    return found.digest()
