"""Sizes of a tree and of its treated copies: one compression pass over the original serves all.

The original is one gzip -6 stream of tar members, cut into a few long runs; each file is charged
what it adds to its run. A copy is the sum over its files: those that still share their inode with
the original at that price, others compressed anew.
"""

from __future__ import annotations

import os
import stat
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from corpus import environments

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Size:
    """Bytes both ways."""

    uncompressed: int
    compressed: int


def prices(root: Path) -> Mapping[int, int]:
    """What each file of ``root`` costs compressed, by inode."""
    entries = [(path, state.st_ino) for path, state in environments.files(root)]
    with ThreadPoolExecutor(2) as pool:
        runs = pool.map(lambda run: list(_prices(root, run)), _runs(entries, 400))
        return {inode: price for run in runs for inode, price in run}


def _runs(entries: list[tuple[str, int]], length: int) -> Iterator[list[tuple[str, int]]]:
    waiting = iter(entries)
    while run := list(islice(waiting, length)):
        yield run


def _prices(root: Path, entries: Iterable[tuple[str, int]]) -> Iterator[tuple[int, int]]:
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    for path, inode in entries:
        made = 0
        for chunk in _member(root, path):
            made += len(packer.compress(chunk))
        # To a byte boundary, with the window kept: 5 bytes and a block's head dearer than a tar.
        yield inode, made + len(packer.flush(zlib.Z_SYNC_FLUSH))


def _member(root: Path, path: str) -> Iterator[bytes]:
    """A tar member, near enough: a header of a name and zeros, the content, the padding."""
    place = root / path
    state = os.lstat(place)
    name = os.fsencode(path)[:100].ljust(100, b"\0")
    numbers = b"%07o\0000000000\0000000000\0%011o\0%011o\0" % (
        stat.S_IMODE(state.st_mode),
        state.st_size,
        int(state.st_mtime),
    )
    yield (name + numbers).ljust(512, b"\0")
    if stat.S_ISREG(state.st_mode):
        with open(place, "rb") as file:
            while chunk := file.read(_CHUNK):
                yield chunk
        yield bytes(-state.st_size % 512)


def weigh(root: Path, known: Mapping[int, int]) -> Size:
    """The size of ``root``, given the prices of the original."""
    uncompressed = compressed = 0
    for path, state in environments.files(root):
        uncompressed += state.st_size
        if state.st_ino in known:
            compressed += known[state.st_ino]
        else:
            compressed += sum(price for _, price in _prices(root, [(path, 0)]))
    return Size(uncompressed, compressed)
