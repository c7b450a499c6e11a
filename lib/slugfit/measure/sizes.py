"""Bytes before and after, compressed as the slug will be, by distribution and by rule.

No byte is compressed twice: the kept files are one stream, which is the slug; what goes is a second
one, rule by rule. "Before" is the sum of both. Of a large tree a sample is compressed.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from slugfit.measure.pieces import EPOCH, TOP, Member, Piece, hard_link_piece, tar_piece
from slugfit.measure.sampling import WHOLE, Weighing, compressed_sizes
from slugfit.scan.bytecode import source_of
from slugfit.scan.owners import APP

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from slugfit.catalog.limits import Measure
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

    def weigh(self, measure: Measure) -> int:
        """The one of the two that ``measure`` names."""
        return self.compressed if measure == "compressed" else self.uncompressed

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
    """Whether only a sample was compressed."""
    tops: Mapping[tuple[str, str], Bytes] = field(default_factory=dict)
    """The parts of what is left by (top-level entry of a folder of packages, owner), if asked."""
    packed: Mapping[str, int] = field(default_factory=dict)
    """How many compressed bytes less what is left takes because it is packed, by owner."""

    @property
    def after(self) -> Bytes:
        """The slug as it will be."""
        return sum(self.kept.values(), ZERO)

    @property
    def before(self) -> Bytes:
        """The slug as it was."""
        both = sum(self.gone.values(), self.after)
        return Bytes(
            both.uncompressed - self.added.uncompressed,
            both.compressed - self.added.compressed + sum(self.packed.values()),
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


@dataclass(frozen=True, slots=True)
class Parts:
    """What was weighed, by keys: the parts of one tree can be weighed one by one."""

    kept: Mapping[str, Bytes]
    """What is left."""
    gone: Mapping[str, Bytes]
    """What goes."""

    def only(self, *, own: bool) -> Parts:
        """The parts that are the app's own files, or all others."""
        return Parts(
            {key: size for key, size in self.kept.items() if _is_own(key, 0) == own},
            {key: size for key, size in self.gone.items() if _is_own(key, 1) == own},
        )

    def __or__(self, other: Parts) -> Parts:
        return Parts({**self.kept, **other.kept}, {**self.gone, **other.gone})


def _is_own(key: str, place: int) -> bool:
    """Whether the owner, which stands at this place of a key, is the app."""
    return key.split(_SEPARATOR)[place] == APP


@dataclass(frozen=True, slots=True)
class Measured:
    """What is to be measured."""

    tree: Tree
    decisions: Sequence[Decision]
    old: Path | None = None
    """Where files lie that were moved."""
    changed: Changed = field(default_factory=Changed)
    weighing: Weighing = WHOLE


@dataclass(frozen=True, slots=True)
class Weighed:
    """What was measured, and what its parts take."""

    measured: Measured
    parts: Parts

    @property
    def sizes(self) -> Sizes:
        """The sizes that the parts make."""
        return sizes_of(self.measured, self.parts)


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
    measured = Measured(tree, decisions, old, changed or Changed(), weighing)
    return sizes_of(measured, weigh_parts(measured))


def sizes_of(measured: Measured, parts: Parts) -> Sizes:
    """The sizes that these parts make."""
    kept: dict[str, Bytes] = {}
    tops: dict[tuple[str, str], Bytes] = {}
    bytecode = added = ZERO
    for key, size in sorted(parts.kept.items()):
        name, kind, top = key.split(_SEPARATOR)
        owner = name or APP
        kept[owner] = kept.get(owner, ZERO) + size
        if top:
            tops[top, owner] = tops.get((top, owner), ZERO) + size
        bytecode += size if kind else ZERO
        added += size if kind == _ADDED else ZERO
    added += _growth(measured.tree, measured.changed)
    parted = {tuple(key.split(_SEPARATOR)): size for key, size in sorted(parts.gone.items())}
    by_rule = {(key[0], key[1]): size for key, size in parted.items()}
    return Sizes(kept, by_rule, bytecode, added, measured.weighing.every > 1, tops)


def weigh_parts(measured: Measured, *, own_only: bool = False) -> Parts:
    """What the parts of a tree take, or those of the app's own files alone. Raises OSError."""
    kept = _kept_pieces(measured)
    gone = _gone_pieces(measured.tree, measured.decisions, measured.old or measured.tree.root)
    if own_only:
        kept = (piece for piece in kept if _is_own(piece.key, 0))
        gone = (piece for piece in gone if _is_own(piece.key, 1))
    every = measured.weighing.every
    return Parts(_weigh(kept, every), _weigh(gone, every))


def _growth(tree: Tree, changed: Changed) -> Bytes:
    """How much larger replaced bytecode files are than what was there."""
    sizes = {entry.path: entry.size for entry in tree.files() if entry.path in changed.compiled}
    return Bytes(sum(len(changed.compiled[path]) - size for path, size in sizes.items()), 0)


def _weigh(pieces: Iterator[Piece], every: int) -> Mapping[str, Bytes]:
    """Uncompressed and compressed bytes by key."""
    plain: Counter[str] = Counter()
    packed = compressed_sizes(_counted(pieces, plain), every)
    return {key: Bytes(plain[key], packed.get(key, 0)) for key in sorted(plain)}


def _counted(pieces: Iterator[Piece], plain: Counter[str]) -> Iterator[Piece]:
    """The pieces, their uncompressed bytes added to ``plain``."""
    for piece in pieces:
        plain[piece.key] += piece.content - piece.uncounted
        place = piece.source
        if place is not None and not os.access(place, os.R_OK) and os.path.lexists(place):
            place = None  # what nobody here may read counts as zeros
        yield replace(piece, source=place)


def _kept_pieces(measured: Measured) -> Iterator[Piece]:
    """What is left; the key of each piece is its owner, kind of bytecode, and top-level entry.

    The owner of folders, which count as the app's, is "".
    """
    tree, changed, sites = measured.tree, measured.changed, measured.weighing.sites
    old = measured.old or tree.root
    chosen = {decision.path: decision for decision in measured.decisions}
    first: dict[tuple[int, int], str] = {}
    for entry in sorted((*tree.entries, *changed.entries), key=lambda entry: entry.path):
        decision = chosen.get(entry.path)
        if entry.path in changed.emptied or (decision and decision.action == "remove"):
            continue
        top = top_entry(entry.path, sites)
        kind = ""
        if decision and decision.reason is not None and decision.reason.kind == "loaded at start":
            kind = _KEPT
        name = decision.owner if decision else ""
        owner = _SEPARATOR.join((name, kind, top))
        if decision and decision.twin:
            yield hard_link_piece(entry, decision.twin, owner, EPOCH)
        elif decision and decision.tail is not None:
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
            yield _compiled_piece(
                tree, entry, changed, (_ADDED if decision is None else _KEPT, top)
            )
        elif entry.kind != "other":
            yield _plain_piece(tree, entry, owner, first)


def _plain_piece(tree: Tree, entry: Entry, owner: str, first: dict[tuple[int, int], str]) -> Piece:
    """The member that an entry is as it stands; ``first`` are the first names of files so far."""
    name = first.setdefault(entry.inode, entry.path) if entry.inode else entry.path
    if name != entry.path:
        return hard_link_piece(entry, name, owner, EPOCH)
    return tar_piece(tree, entry, owner, EPOCH)


def top_entry(path: str, sites: Collection[str]) -> str:
    """The top-level entry of one of ``sites`` that a path is or lies in; "" if it lies in none."""
    for site in sites:
        if path.startswith(f"{site}/"):
            return f"{site}/{path[len(site) + 1 :].partition('/')[0]}"
    return ""


def _compiled_piece(tree: Tree, entry: Entry, changed: Changed, kind: tuple[str, str]) -> Piece:
    owner = changed.owners.get(source_of(entry.path) or "", APP)
    content = changed.compiled[entry.path]
    file = replace(entry, size=len(content))
    piece = tar_piece(tree, file, _SEPARATOR.join((owner, *kind)), EPOCH)
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
