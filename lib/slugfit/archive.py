"""The slug as the platform packs it: a gzip-compressed tar of ``./app/…``, level 6.

Compression runs in blocks on all cores (zlib releases the GIL); each block is primed with the
32 KiB before it, so the size stays within a fraction of a percent of one ``gzip -6`` stream. The
result is one ordinary gzip member and the same bytes for the same tree.
"""

from __future__ import annotations

import os
import tarfile
import zlib
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from concurrent.futures import Future
    from pathlib import Path

LEVEL = 6
BLOCK = 256 * 1024
_WINDOW = 32 * 1024
_READ = 1024 * 1024
_TYPES = {"file": tarfile.REGTYPE, "link": tarfile.SYMTYPE, "folder": tarfile.DIRTYPE}
EPOCH = 1_262_304_000
"""1 January 2010, the time of every file in a slug whose own time does not matter."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes of the stream: ``header``, then a content, filled up to whole records.

    The content is ``first``, ``length`` bytes of ``source`` from ``start``, and ``last``.
    ``key`` says whose bytes they are when sizes are told apart; the parts of ``blank`` (start, end
    in the file) are zeros. A file that has become shorter since it was measured is filled up with
    zeros, as tar does. ``uncounted`` bytes of the content are nobody's until they are compressed.
    """

    key: str
    header: bytes
    source: Path | None
    start: int
    length: int
    blank: tuple[tuple[int, int], ...] = ()
    first: bytes = b""
    last: bytes = b""
    uncounted: int = 0

    @property
    def content(self) -> int:
        """Bytes of content."""
        return len(self.first) + self.length + len(self.last)

    @property
    def padding(self) -> int:
        """Bytes that fill a member up; a part of one is not filled up."""
        return -self.content % tarfile.BLOCKSIZE if self.header else 0


@dataclass(frozen=True, slots=True)
class Block:
    """A part of the stream: its bytes, the window before it, and whose bytes it holds."""

    data: bytes
    window: bytes
    shares: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Member:
    """What a tar header says; ``target`` is a link's, ``mtime`` in seconds."""

    name: str
    mode: int
    kind: str
    size: int = 0
    target: str = ""
    mtime: int = EPOCH

    def header(self) -> bytes:
        """The GNU tar header; owner and group are root, as nothing depends on them."""
        info = tarfile.TarInfo(self.name)
        info.mode = self.mode & 0o7777
        info.mtime = self.mtime
        info.size = self.size
        info.linkname = self.target
        info.type = _TYPES[self.kind]
        return info.tobuf(tarfile.GNU_FORMAT, "utf-8", "surrogateescape")


def deflate(pieces: Iterable[Piece]) -> Iterator[tuple[Block, bytes]]:
    """Every block of the stream with its raw deflate data, in order, made on all cores.

    Memory is bounded by a few blocks a core. The data of all blocks and then ``END`` is one
    deflate stream.
    """
    workers = _cores()
    waiting: deque[tuple[Block, Future[bytes]]] = deque()
    with ThreadPoolExecutor(workers) as pool:
        for block in _blocks(pieces):
            waiting.append((block, pool.submit(_compress, block)))
            if len(waiting) > workers * 3:
                done, data = waiting.popleft()
                yield done, data.result()
        while waiting:
            done, data = waiting.popleft()
            yield done, data.result()


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1  # not Linux


END = b"\x03\x00"
"""An empty last deflate block."""


def write(target: Path, pieces: Iterable[Piece]) -> int:
    """Write ``pieces`` as a gzip file; returns its size in bytes.

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
        file.write(b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff")
        for block, data in deflate(pieces):
            check = zlib.crc32(block.data, check)
            length += len(block.data)
            file.write(data)
        file.write(END)
        file.write(check.to_bytes(4, "little") + (length & 0xFFFFFFFF).to_bytes(4, "little"))
        return file.tell()


def blanked(data: bytes, at: int, blank: tuple[tuple[int, int], ...]) -> bytes:
    """``data``, which stands at offset ``at`` of a file, with zeros where ``blank`` says so."""
    for start, end in blank:
        first, last = max(start - at, 0), min(end - at, len(data))
        if first < last:
            data = data[:first] + bytes(last - first) + data[last:]
    return data


def _compress(block: Block) -> bytes:
    if block.window:
        engine = zlib.compressobj(
            LEVEL, zlib.DEFLATED, -15, 8, zlib.Z_DEFAULT_STRATEGY, block.window
        )
    else:
        engine = zlib.compressobj(LEVEL, zlib.DEFLATED, -15, 8)
    return engine.compress(block.data) + engine.flush(zlib.Z_SYNC_FLUSH)


def _blocks(pieces: Iterable[Piece]) -> Iterator[Block]:
    waiting = bytearray()
    shares: list[tuple[str, int]] = []
    window = b""
    for piece in pieces:
        for data in _bytes(piece):
            view = memoryview(data)
            while view:
                part = view[: BLOCK - len(waiting)]
                waiting += part
                shares.append((piece.key, len(part)))
                view = view[len(part) :]
                if len(waiting) == BLOCK:
                    yield Block(bytes(waiting), window, tuple(shares))
                    window = bytes(waiting[-_WINDOW:])
                    waiting.clear()
                    shares.clear()
    if waiting:
        yield Block(bytes(waiting), window, tuple(shares))


def _bytes(piece: Piece) -> Iterator[bytes]:
    yield piece.header + piece.first
    left = piece.length
    if piece.source is not None and left:
        with piece.source.open("rb", buffering=0) as file:
            file.seek(piece.start)
            while left:
                data = file.read(min(_READ, left))
                if not data:
                    break
                at = piece.start + piece.length - left
                left -= len(data)
                yield blanked(data, at, piece.blank)
    yield bytes(left) + piece.last + bytes(piece.padding)


def finished(size: int) -> Piece:
    """The end of a tar stream of ``size`` bytes: two empty records, filled up to 10 KiB."""
    ending = 2 * tarfile.BLOCKSIZE
    return Piece("", b"", None, 0, ending + -(size + ending) % tarfile.RECORDSIZE)


def stream_size(pieces: Iterable[Piece]) -> int:
    """Length in bytes of the tar stream of ``pieces``."""
    return sum(len(piece.header) + piece.content + piece.padding for piece in pieces)
