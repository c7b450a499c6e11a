"""A stream in pieces, deflated on all cores.

Compression runs in blocks (zlib releases the GIL); each block is primed with the 32 KiB before it,
so the size stays within a fraction of a percent of one ``gzip -6`` stream. The same pieces always
give the same bytes.
"""

from __future__ import annotations

import zlib
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING

from slugfit.base.beside import cores
from slugfit.elf.truncate import blanked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future

    from slugfit.measure.pieces import Piece


GZIP_LEVEL = 6
"""What the platform packs slugs with."""
BLOCK_SIZE = 256 * 1024
"""Bytes that are compressed at once."""
SLICE_SIZE = 16 * 1024
"""The same of a sample: the smaller they are, the more places of the stream it is taken from."""
DEFLATE_END = b"\x03\x00"
"""An empty last deflate block."""
_WINDOW = 32 * 1024
_READ = 1024 * 1024
_KEY = attrgetter("key")


@dataclass(frozen=True, slots=True)
class Block:
    """A part of the stream."""

    data: bytes
    """Its bytes, uncompressed."""
    window: bytes
    """The bytes before it, which compression may refer to."""
    shares: tuple[tuple[str, int], ...]
    """Whose bytes it holds: (key, how many), in order."""


def deflate(pieces: Iterable[Piece]) -> Iterator[tuple[Block, bytes]]:
    """Every block of the stream with its raw deflate data, in order, made on all cores.

    Memory is bounded by a few blocks a core. The data of all blocks and then ``DEFLATE_END`` is one
    deflate stream.
    """
    return _deflate(_blocks(pieces, BLOCK_SIZE))


def deflate_sample(
    pieces: Iterable[Piece], every: int, key_of: Callable[[Piece], str] = _KEY
) -> Iterator[tuple[Block, bytes]]:
    """The same of one slice of the stream in ``every``; slices are smaller than blocks.

    Each follows on the bytes before it as in the whole stream. With one in one it is ``deflate``.
    A piece's bytes count as those of ``key_of`` it.
    """
    size = BLOCK_SIZE if every == 1 else SLICE_SIZE
    return _deflate(_blocks(pieces, size, every, key_of))


def _deflate(blocks: Iterable[Block]) -> Iterator[tuple[Block, bytes]]:
    workers = cores()
    waiting: deque[tuple[Block, Future[bytes]]] = deque()
    with ThreadPoolExecutor(workers) as pool:
        for block in blocks:
            waiting.append((block, pool.submit(_compress, block)))
            if len(waiting) > workers * 3:
                done, data = waiting.popleft()
                yield done, data.result()
        for done, data in waiting:
            yield done, data.result()


def _compress(block: Block) -> bytes:
    if block.window:
        engine = zlib.compressobj(
            GZIP_LEVEL, zlib.DEFLATED, -15, 8, zlib.Z_DEFAULT_STRATEGY, block.window
        )
    else:
        engine = zlib.compressobj(GZIP_LEVEL, zlib.DEFLATED, -15, 8)
    return engine.compress(block.data) + engine.flush(zlib.Z_SYNC_FLUSH)


def _blocks(
    pieces: Iterable[Piece], size: int, every: int = 1, key_of: Callable[[Piece], str] = _KEY
) -> Iterator[Block]:
    """One block of ``size`` bytes in ``every``, from the middle of the first ``every`` on.

    What lies in none, nor just before one, is not read.
    """
    start = every // 2 * size
    held = max(start - _WINDOW, 0)
    data = bytearray()  # the stream from ``held`` on
    shares: list[tuple[str, int]] = []
    at = 0
    for piece in pieces:
        end = at + len(piece.header) + piece.content + piece.padding
        while (first := held + len(data)) < end:
            last = min(start + size, end)
            data += _between(piece, first - at, last - at)
            if last > start:
                shares.append((key_of(piece), last - max(first, start)))
            if last == start + size:
                yield Block(bytes(data[-size:]), bytes(data[:-size]), tuple(shares))
                start += every * size
                del data[: max(start - _WINDOW, 0) - held]
                held = max(start - _WINDOW, 0)
                shares.clear()
        at = end
    if shares:
        begin = start - held
        yield Block(bytes(data[begin:]), bytes(data[:begin]), tuple(shares))


def piece_bytes(piece: Piece) -> Iterator[bytes]:
    """The bytes of one piece, its padding included; raise OSError if it cannot be read."""
    size = len(piece.header) + piece.content + piece.padding
    for begin in range(0, size, _READ):
        yield _between(piece, begin, min(begin + _READ, size))


def _between(piece: Piece, begin: int, end: int) -> bytes:
    """The bytes of a member from ``begin`` to ``end``, counted from its header's first."""
    before = piece.header + piece.first
    after = piece.last + bytes(piece.padding)
    first, last = begin - len(before), end - len(before)
    content = _read(piece, max(first, 0), min(last, piece.length))
    rest = after[max(first - piece.length, 0) : max(last - piece.length, 0)]
    return before[begin:end] + content + rest


def _read(piece: Piece, first: int, last: int) -> bytes:
    """A part of what is read of the source; zeros stand for what a shorter file lacks."""
    length = max(last - first, 0)
    if piece.source is None or not length:
        return bytes(length)
    with open(piece.source, "rb", buffering=0) as file:
        file.seek(piece.start + first)
        data = b""
        while len(data) < length and (part := file.read(length - len(data))):
            data += part
    return blanked(data, piece.start + first, piece.blank).ljust(length, b"\0")
