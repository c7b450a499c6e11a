"""Large files, compressed by themselves: their size depends on nothing around them.

So it can be found while a plan is made, which leaves a core free, and is right whatever the plan
does with the files around. It is larger than in one stream by what the first 32 KiB would have
taken from the file before: measured, less than a ten-thousandth of the slug.
"""

from __future__ import annotations

import contextlib
import os
import stat
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from slugfit.measure.deflate import compressed_blocks
from slugfit.measure.pieces import Piece

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

SOLID = 1 << 20
"""Bytes from which on a file is compressed by itself."""
_LESS_URGENT = 10


@dataclass(frozen=True, slots=True)
class Packed:
    """What a file was, and its compressed bytes."""

    size: int
    mtime_ns: int
    packed: int


@dataclass(frozen=True, slots=True)
class Weighing:
    """How a tree is measured."""

    every: int = 1
    """One block in so many is compressed, and stands for the others."""
    known: Mapping[str, Packed] = field(default_factory=dict)
    """What large files take, by path in the tree."""

    def known_size(self, piece: Piece) -> int | None:
        """The compressed bytes of a solid piece, None if they are not known."""
        found = self.known.get(piece.path)
        if found is None or piece.source is None or found.size != piece.length:
            return None
        return found.packed if found.mtime_ns == piece.source.lstat().st_mtime_ns else None


WHOLE = Weighing()


def is_solid(piece: Piece) -> bool:
    """Whether a piece is a large file as it is on the disk."""
    return piece.is_whole_file and piece.length >= SOLID


def without_content(piece: Piece) -> Piece:
    """The header alone."""
    return replace(piece, source=None, length=0)


@contextmanager
def sized_ahead(root: Path) -> Iterator[Mapping[str, Packed]]:
    """What large files of the tree take: filled while the body runs, the largest first.

    A file that cannot be read is left out.
    """
    found: dict[str, Packed] = {}
    stop = threading.Event()
    thread = threading.Thread(target=_size_all, args=(root, found, stop), daemon=True)
    thread.start()
    try:
        yield found
    finally:
        stop.set()
        thread.join()


def _size_all(root: Path, found: dict[str, Packed], stop: threading.Event) -> None:
    if hasattr(os, "setpriority"):
        # This thread's alone on Linux: the plan goes first.
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _LESS_URGENT)
    for size, path, mtime_ns in sorted(_large_files(root), reverse=True):
        packed = 0
        with contextlib.suppress(OSError):
            for block in compressed_blocks(Piece("", b"", root / path, 0, size)):
                if stop.is_set():
                    return
                packed += len(block)
            found[path] = Packed(size, mtime_ns, packed)


def _large_files(root: Path) -> Iterator[tuple[int, str, int]]:
    """The size, path and time of each."""
    for folder, _, names in os.walk(root):
        for name in names:
            file = os.path.join(folder, name)
            with contextlib.suppress(OSError):
                status = os.lstat(file)
                if stat.S_ISREG(status.st_mode) and status.st_size >= SOLID:
                    yield status.st_size, os.path.relpath(file, root), status.st_mtime_ns
