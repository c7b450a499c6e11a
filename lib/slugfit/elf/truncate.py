"""A copy of an ELF file without its tail, and the zeros in the copy."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, BinaryIO

from slugfit.base.errors import TreeError

if TYPE_CHECKING:
    from pathlib import Path

    from slugfit.elf.tail import Tail


CHUNK = 1 << 20
"""Bytes copied at a time."""


def write_truncated(source: Path, target: Path, tail: Tail) -> None:
    """Write ``source`` without its tail to the new file ``target``: same permissions, same mtime.

    ``source`` is only read: other names may share it. Raises OSError (FileExistsError if
    ``target`` is there) and TreeError if ``source`` has changed; then no target is left.
    """
    with source.open("rb") as old:
        status = os.fstat(old.fileno())
        if status.st_size != tail.size:
            raise TreeError(f"{source} cannot be shortened", "It has changed since it was read.")
        with target.open("xb") as new:
            try:
                _copy(old, new, tail)
                os.fchmod(new.fileno(), stat.S_IMODE(status.st_mode))
                os.utime(new.fileno(), ns=(status.st_atime_ns, status.st_mtime_ns))
            except BaseException:
                target.unlink()
                raise


def _copy(old: BinaryIO, new: BinaryIO, tail: Tail) -> None:
    new.write(tail.header)
    at = old.seek(len(tail.header))
    while at < tail.keep:
        chunk = old.read(min(CHUNK, tail.keep - at))
        if not chunk:
            raise TreeError("An ELF file cannot be shortened", "It became shorter while read.")
        new.write(blanked(chunk, at, tail.blank))
        at += len(chunk)
    new.write(tail.end)
    new.flush()  # a later write would set the modification time again


def blanked(data: bytes, at: int, blank: tuple[tuple[int, int], ...]) -> bytes:
    """Return ``data`` with zeros in the ranges of ``blank``.

    ``data`` stands at offset ``at`` of its file; ``blank`` holds the (start, end) of offsets in
    that file.
    """
    inside = [(start, end) for start, end in blank if start < at + len(data) and at < end]
    if not inside:
        return data
    changed = bytearray(data)
    for start, end in inside:
        first, last = max(start - at, 0), min(end - at, len(data))
        changed[first:last] = bytes(last - first)
    return bytes(changed)
