"""What the parts of a stream take compressed, told from a sample of it.

A large stream is not compressed whole: of each few slices one is, in its place behind the bytes
before it, and stands for its neighbours. Slices of a file's kind (modules, libraries, ...) compress
alike, so each kind is counted by itself, and a distribution with few slices is told by its kinds.
"""

from __future__ import annotations

import posixpath
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slugfit.measure.deflate import SLICE_SIZE, deflate_sample

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from slugfit.measure.pieces import Piece
    from slugfit.scan.tree import Tree

SAMPLED = 128 * 2**20
"""Bytes of a tree that are compressed at most: a smaller one is compressed whole."""
_TRUSTED = 8 * SLICE_SIZE
"""Compressed bytes of a part count half beside its kind if so many of it are in the sample."""
_SEPARATOR = "\x01"


@dataclass(frozen=True, slots=True)
class Weighing:
    """How a tree is measured."""

    every: int = 1
    """One slice in so many is compressed."""
    sites: tuple[str, ...] = ()
    """The folders of packages whose top-level entries are also measured one by one."""


WHOLE = Weighing()


def sampled_slices(tree: Tree) -> int:
    """One slice in how many of a tree's stream is compressed; 1 if all are."""
    return max(-(-sum(entry.size for entry in tree.files()) // SAMPLED), 1)


def compressed_sizes(pieces: Iterator[Piece], every: int) -> Mapping[str, int]:
    """The compressed bytes of each key of a stream, from one slice in ``every``.

    All of them if ``every`` is 1: their sum is the stream's size then, to the byte.
    """
    stream: Counter[str] = Counter()
    packed: Counter[str] = Counter()
    sample: Counter[str] = Counter()
    for block, data in deflate_sample(_counted(pieces, stream), every, _key_of):
        left, whole = len(data), len(block.data)
        for key, share in block.shares:
            part = left * share // whole if whole else 0
            packed[key] += part
            sample[key] += share
            left -= part
            whole -= share
    sizes: Counter[str] = Counter()
    for key, size in (packed if every == 1 else _estimated(stream, packed, sample)).items():
        sizes[key.partition(_SEPARATOR)[0]] += size
    return sizes


def _counted(pieces: Iterator[Piece], stream: Counter[str]) -> Iterator[Piece]:
    """The pieces; the bytes of each are added to ``stream``, by its key and kind."""
    for piece in pieces:
        stream[_key_of(piece)] += len(piece.header) + piece.content + piece.padding
        yield piece


def _key_of(piece: Piece) -> str:
    """The key of a piece, and the kind of file that it is of."""
    return f"{piece.key}{_SEPARATOR}{_kind(piece.path)}"


def _kind(path: str) -> str:
    name = posixpath.basename(path)
    return ".so" if ".so." in name else posixpath.splitext(name)[1]


def _estimated(
    stream: Mapping[str, int], packed: Mapping[str, int], sample: Mapping[str, int]
) -> Mapping[str, int]:
    """The compressed bytes of each key: those of a kind add up to what its sample says."""
    kinds = _sums(stream), _sums(packed), _sums(sample)
    average = sum(packed.values()) / max(sum(sample.values()), 1)
    found: dict[str, int] = {}
    for kind, size in kinds[0].items():
        # Of a kind without a slice the sample as a whole has to tell.
        rate = (kinds[1][kind] + average * SLICE_SIZE) / (kinds[2][kind] + SLICE_SIZE)
        told = {
            key: part * (packed.get(key, 0) + rate * _TRUSTED) / (sample.get(key, 0) + _TRUSTED)
            for key, part in stream.items()
            if _kind_of(key) == kind
        }
        scale = size * rate / max(sum(told.values()), 1)
        found |= {key: round(part * scale) for key, part in told.items()}
    return found


def _sums(sizes: Mapping[str, int]) -> Counter[str]:
    found: Counter[str] = Counter()
    for key, size in sizes.items():
        found[_kind_of(key)] += size
    return found


def _kind_of(key: str) -> str:
    return key.partition(_SEPARATOR)[2]
