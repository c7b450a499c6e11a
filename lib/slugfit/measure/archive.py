"""The slug as the platform packs it: a gzip-compressed tar, level 6.

The result is one ordinary gzip member (RFC 1952) and the same bytes for the same tree.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from slugfit.measure.deflate import DEFLATE_END, deflate

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from slugfit.measure.pieces import Piece


_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
"""Deflate, no name, no time, no system."""


def write_gzip(target: Path, pieces: Iterable[Piece]) -> int:
    """Write ``pieces`` as a gzip file; return its size in bytes, or raise OSError.

    The file is made beside ``target`` and renamed when it is whole; nothing is left of one that
    is not.
    """
    draft = target.with_name(target.name + ".draft")
    try:
        size = _write(draft, pieces)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    draft.replace(target)
    return size


def _write(target: Path, pieces: Iterable[Piece]) -> int:
    check = length = 0
    with target.open("wb") as file:
        file.write(_HEADER)
        for block, data in deflate(pieces):
            check = zlib.crc32(block.data, check)
            length += len(block.data)
            file.write(data)
        file.write(DEFLATE_END)
        file.write(check.to_bytes(4, "little") + (length & 0xFFFFFFFF).to_bytes(4, "little"))
        return file.tell()
