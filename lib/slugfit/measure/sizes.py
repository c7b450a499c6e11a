"""Bytes before and after, compressed as the slug will be, by distribution and by rule.

Every byte is compressed once: the kept files as one stream, which is the slug; what goes as a
second stream, rule by rule. "Before" is the sum of both.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from slugfit.measure.deflate import Block, deflate_sample
from slugfit.measure.pieces import EPOCH, TOP, Member, Piece, tar_piece
from slugfit.measure.solid import WHOLE, Weighing, is_solid, without_content
from slugfit.scan.bytecode import source_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from slugfit.elf.tail import Tail
    from slugfit.plan.decision import Decision
    from slugfit.scan.tree import Entry, Tree


_SEPARATOR = "\0"
_KEPT, _ADDED = "kept", "added"
"""Of bytecode: whether it was there before."""


@dataclass(frozen=True, slots=True)
class Bytes:
    """A size both ways."""

    uncompressed: int
    """Bytes on the disk."""
    compressed: int
    """Bytes in the slug."""

    def __add__(self, other: Bytes) -> Bytes:
        return Bytes(self.uncompressed + other.uncompressed, self.compressed + other.compressed)


ZERO = Bytes(0, 0)


@dataclass(frozen=True, slots=True)
class Sizes:
    """What is left and what goes."""

    kept: Mapping[str, Bytes]
    """What is left, by owner."""
    gone: Mapping[tuple[str, str], Bytes]
    """What goes, by (rule, owner)."""
    bytecode: Bytes = ZERO
    """The part of what is left that is bytecode of the app's start."""
    added: Bytes = ZERO
    """The part of what is left that was not there before, less what replaced bytecode has lost."""
    estimated: bool = False
    """Whether only a sample was compressed, because there was no time for all."""

    @property
    def after(self) -> Bytes:
        """The slug as it will be."""
        return sum(self.kept.values(), ZERO)

    @property
    def before(self) -> Bytes:
        """The slug as it was."""
        both = sum(self.gone.values(), self.after)
        return Bytes(
            both.uncompressed - self.added.uncompressed, both.compressed - self.added.compressed
        )

    def gone_by_rule(self) -> Mapping[str, Bytes]:
        """What each rule takes."""
        found: dict[str, Bytes] = {}
        for (rule, _), size in self.gone.items():
            found[rule] = found.get(rule, ZERO) + size
        return found

    def gone_by_owner(self) -> Mapping[str, Bytes]:
        """What leaves each distribution."""
        found: dict[str, Bytes] = {}
        for (_, owner), size in self.gone.items():
            found[owner] = found.get(owner, ZERO) + size
        return found


@dataclass(frozen=True, slots=True)
class Changed:
    """What a change writes. It and what was moved may be in either place: it is not read there."""

    contents: Mapping[str, bytes] = field(default_factory=dict)
    """New contents of files, by path; what they are shorter is not said to be saved."""
    headers: Mapping[str, bytes] = field(default_factory=dict)
    """New first bytes of files that are otherwise as they were."""
    compiled: Mapping[str, bytes] = field(default_factory=dict)
    """The contents of bytecode files."""
    entries: tuple[Entry, ...] = ()
    """Those of them that were not there, and the folders that are made for them."""
    emptied: Collection[str] = ()
    """The folders that go."""
    owners: Mapping[str, str] = field(default_factory=dict)
    """Who owns the sources of these."""


def measure_sizes(
    tree: Tree,
    decisions: Sequence[Decision],
    old: Path | None = None,
    *,
    changed: Changed | None = None,
    weighing: Weighing = WHOLE,
) -> Sizes:
    """Sizes of ``tree`` under ``decisions``; what changes is read in ``old`` if it was moved.

    Raises OSError.
    """
    source = old or tree.root
    weighed = _weigh(_kept_pieces(tree, decisions, source, changed or Changed()), weighing)
    kept: dict[str, Bytes] = {}
    bytecode = added = ZERO
    for key, size in weighed.items():
        owner, _, kind = key.partition(_SEPARATOR)
        kept[owner] = kept.get(owner, ZERO) + size
        bytecode += size if kind else ZERO
        added += size if kind == _ADDED else ZERO
    added += _growth(tree, changed or Changed())
    gone = _weigh(_gone_pieces(tree, decisions, source), weighing)
    parted = {tuple(key.split(_SEPARATOR)): size for key, size in gone.items()}
    by_rule = {(key[0], key[1]): size for key, size in parted.items()}
    return Sizes(kept, by_rule, bytecode, added, weighing.every > 1)


def _growth(tree: Tree, changed: Changed) -> Bytes:
    """How much larger replaced bytecode files are than what was there."""
    sizes = {entry.path: entry.size for entry in tree.files() if entry.path in changed.compiled}
    return Bytes(sum(len(changed.compiled[path]) - size for path, size in sizes.items()), 0)


def _weigh(pieces: Iterator[Piece], weighing: Weighing) -> Mapping[str, Bytes]:
    """Uncompressed and compressed bytes by key."""
    plain: Counter[str] = Counter()
    known: Counter[str] = Counter()
    apart: list[Piece] = []

    def stream() -> Iterator[Piece]:
        """What is compressed in one; large files are put aside."""
        for piece in _counted(pieces, plain):
            if not is_solid(piece):
                yield piece
                continue
            size = weighing.known_size(piece)
            if size is None:
                apart.append(replace(piece, header=b""))
            else:
                known[piece.key] += size
            yield without_content(piece)

    def blocks() -> Iterator[tuple[Block, bytes | None]]:
        yield from deflate_sample(stream(), weighing.every)
        for piece in apart:
            yield from deflate_sample([piece], weighing.every)

    packed = _packed(blocks(), weighing.every)
    return {key: Bytes(plain[key], packed[key] + known[key]) for key in sorted(plain)}


def _counted(pieces: Iterator[Piece], plain: Counter[str]) -> Iterator[Piece]:
    """The pieces, their uncompressed bytes added to ``plain``."""
    for piece in pieces:
        plain[piece.key] += piece.content - piece.uncounted
        place = piece.source
        if place is not None and not os.access(place, os.R_OK) and os.path.lexists(place):
            place = None  # what nobody here may read counts as zeros
        yield replace(piece, source=place)


def _packed(blocks: Iterator[tuple[Block, bytes | None]], every: int) -> Counter[str]:
    """The compressed bytes by key; those of a block are shared by size."""
    packed: Counter[str] = Counter()
    # Bytes of the stream that were compressed, and all of them.
    sample: Counter[str] = Counter()
    stream: Counter[str] = Counter()
    for block, data in blocks:
        for key, share in block.shares:
            stream[key] += share
        if data is None:
            continue
        left = len(data)
        whole = len(block.data)
        for key, share in block.shares:
            part = left * share // whole if whole else 0
            packed[key] += part
            sample[key] += share
            left -= part
            whole -= share
    if every > 1:
        average = sum(packed.values()) / max(sum(sample.values()), 1)
        for key, size in stream.items():
            rate = packed[key] / sample[key] if sample[key] else average
            packed[key] = round(size * rate)
    return packed


def _kept_pieces(
    tree: Tree,
    decisions: Sequence[Decision],
    old: Path,
    changed: Changed,
) -> Iterator[Piece]:
    chosen = {decision.path: decision for decision in decisions}
    for entry in sorted((*tree.entries, *changed.entries), key=lambda entry: entry.path):
        decision = chosen.get(entry.path)
        if entry.path in changed.emptied or (decision and decision.action == "remove"):
            continue
        owner = decision.owner if decision else "(app)"
        if decision and decision.reason is not None and decision.reason.kind == "loaded at start":
            owner = f"{owner}{_SEPARATOR}{_KEPT}"
        if decision and decision.tail is not None:
            yield _cut_piece(entry, owner, old / entry.path, decision.tail)
        elif entry.path in changed.contents:
            piece = tar_piece(tree, entry, owner, EPOCH)
            new = changed.contents[entry.path]
            yield replace(piece, source=None, first=new, length=max(entry.size - len(new), 0))
        elif entry.path in changed.headers:
            head = changed.headers[entry.path]
            piece = tar_piece(tree, entry, owner, EPOCH)
            start, length = len(head), entry.size - len(head)
            yield replace(piece, source=old / entry.path, first=head, start=start, length=length)
        elif entry.path in changed.compiled:
            yield _compiled_piece(tree, entry, changed, _ADDED if decision is None else _KEPT)
        elif entry.kind != "other":
            yield tar_piece(tree, entry, owner, EPOCH)


def _compiled_piece(tree: Tree, entry: Entry, changed: Changed, kind: str) -> Piece:
    owner = changed.owners.get(source_of(entry.path) or "", "(app)")
    content = changed.compiled[entry.path]
    file = replace(entry, size=len(content))
    piece = tar_piece(tree, file, f"{owner}{_SEPARATOR}{kind}", EPOCH)
    return replace(piece, source=None, first=content, length=0)


def _cut_piece(entry: Entry, owner: str, place: Path, tail: Tail) -> Piece:
    """The member that a file becomes which is cut, read where it is whole."""
    size = tail.keep + len(tail.end)
    head = Member(f"{TOP}/{entry.path}", entry.mode, "file", size).header()
    start = len(tail.header)
    more = max(size - entry.size, 0)
    length = tail.keep - start
    return Piece(owner, head, place, start, length, tail.blank, tail.header, tail.end, more)


def _gone_pieces(tree: Tree, decisions: Sequence[Decision], old: Path) -> Iterator[Piece]:
    entries = {entry.path: entry for entry in tree.entries}
    going = [decision for decision in decisions if decision.action != "keep"]
    for decision in sorted(going, key=lambda item: (item.rule, item.path)):
        entry = entries[decision.path]
        if entry.kind != "file":
            continue
        key = f"{decision.rule}{_SEPARATOR}{decision.owner}"
        place = old / decision.path
        if decision.tail is None:
            yield replace(tar_piece(tree, entry, key, EPOCH), source=place)
            continue
        yield Piece(key, b"", place, entry.size - decision.saves, decision.saves)
        for first, last in decision.tail.blank:
            # Zeros save nothing until they are compressed.
            yield Piece(key, b"", place, first, last - first, uncounted=last - first)
