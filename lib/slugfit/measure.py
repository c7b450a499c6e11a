"""Bytes before and after, compressed as the slug will be, by distribution and by rule.

Every byte is compressed once: the kept files as one stream, which is the slug; what goes as a
second stream, rule by rule. "Before" is the sum of both.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from slugfit import archive
from slugfit.archive import Member, Piece
from slugfit.dists import source_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from slugfit.elf import Tail
    from slugfit.plan import Decision
    from slugfit.tree import Entry, Tree

TOP = "./app"
"""What every name in a slug begins with."""
_SEPARATOR = "\0"


@dataclass(frozen=True, slots=True)
class Bytes:
    """A size both ways, in bytes."""

    uncompressed: int
    compressed: int

    def __add__(self, other: Bytes) -> Bytes:
        return Bytes(self.uncompressed + other.uncompressed, self.compressed + other.compressed)


ZERO = Bytes(0, 0)


@dataclass(frozen=True, slots=True)
class Sizes:
    """What is left by owner, and what goes by (rule, owner)."""

    kept: Mapping[str, Bytes]
    gone: Mapping[tuple[str, str], Bytes]

    @property
    def after(self) -> Bytes:
        """The slug as it will be."""
        return sum(self.kept.values(), ZERO)

    @property
    def before(self) -> Bytes:
        """The slug as it was."""
        return sum(self.gone.values(), self.after)

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


def measure(
    tree: Tree,
    decisions: Sequence[Decision],
    old: Path | None = None,
    records: Mapping[str, bytes] | None = None,
) -> Sizes:
    """Sizes of ``tree`` under ``decisions``; what changes is read in ``old`` if it was moved.

    ``records`` are the new contents of other files, by path; what they are shorter is not said to
    be saved. They and what was moved may be in either place meanwhile: they are not read there.
    """
    kept = _weigh(_kept_pieces(tree, decisions, old or tree.root, records or {}))
    gone = _weigh(_gone_pieces(tree, decisions, old or tree.root))
    parted = {tuple(key.split(_SEPARATOR)): size for key, size in gone.items()}
    return Sizes(kept, {(key[0], key[1]): size for key, size in parted.items()})


def _weigh(pieces: Iterator[Piece]) -> Mapping[str, Bytes]:
    """Uncompressed and compressed bytes by key; a block's compressed bytes are shared by size."""
    plain: Counter[str] = Counter()
    packed: Counter[str] = Counter()

    def counted() -> Iterator[Piece]:
        for piece in pieces:
            plain[piece.key] += piece.content - piece.uncounted
            place = piece.source
            if place is not None and not os.access(place, os.R_OK) and os.path.lexists(place):
                place = None  # what nobody here may read counts as zeros
            yield replace(piece, source=place)

    for block, data in archive.deflate(counted()):
        left = len(data)
        whole = len(block.data)
        for key, share in block.shares:
            part = left * share // whole if whole else 0
            packed[key] += part
            left -= part
            whole -= share
    return {key: Bytes(plain[key], packed[key]) for key in sorted(plain)}


def _kept_pieces(
    tree: Tree, decisions: Sequence[Decision], old: Path, records: Mapping[str, bytes]
) -> Iterator[Piece]:
    chosen = {decision.path: decision for decision in decisions}
    emptied = set(emptied_folders(tree, decisions))
    for entry in tree.entries:
        decision = chosen.get(entry.path)
        if entry.path in emptied or (decision and decision.action == "remove"):
            continue
        owner = decision.owner if decision else "(app)"
        if decision and decision.tail is not None:
            yield _cut_piece(entry, owner, old / entry.path, decision.tail)
        elif entry.path in records:
            piece = piece_of(tree, entry, owner, archive.EPOCH)
            new = records[entry.path]
            yield replace(piece, source=None, first=new, length=max(entry.size - len(new), 0))
        elif entry.kind != "other":
            yield piece_of(tree, entry, owner, archive.EPOCH)


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
            yield replace(piece_of(tree, entry, key, archive.EPOCH), source=place)
            continue
        yield Piece(key, b"", place, entry.size - decision.saves, decision.saves)
        for first, last in decision.tail.blank:
            # Zeros save nothing until they are compressed.
            yield Piece(key, b"", place, first, last - first, uncounted=last - first)


def emptied_folders(tree: Tree, decisions: Sequence[Decision]) -> Iterator[str]:
    """Folders that hold nothing once the removed files are gone; the deepest first."""
    left: Counter[str] = Counter()
    touched: set[str] = set()
    stuck: set[str] = set()
    for entry in tree.entries:
        left[entry.path.rpartition("/")[0]] += 1
        if not entry.writable:
            stuck.add(entry.path)
    waiting = [decision.path for decision in decisions if decision.action == "remove"]
    for path in waiting:
        folder = path.rpartition("/")[0]
        left[folder] -= 1
        touched.add(folder)
    for folder in sorted(touched | _above(touched), key=lambda name: (-name.count("/"), name)):
        if folder and left[folder] == 0 and folder not in stuck:
            left[folder.rpartition("/")[0]] -= 1
            yield folder


def _above(folders: set[str]) -> set[str]:
    found = set()
    for folder in folders:
        above = folder.rpartition("/")[0]
        while above and above not in found:
            found.add(above)
            above = above.rpartition("/")[0]
    return found


def piece_of(tree: Tree, entry: Entry, key: str, mtime: int) -> Piece:
    """The tar member of one entry; a link's target is read now."""
    name = f"{TOP}/{entry.path}"
    place = tree.root / entry.path
    if entry.kind == "file":
        member = Member(name, entry.mode, "file", entry.size, "", mtime)
        return Piece(key, member.header(), place, 0, entry.size)
    target = os.readlink(place) if entry.kind == "link" else ""
    member = Member(name, entry.mode, entry.kind, 0, target, mtime)
    return Piece(key, member.header(), None, 0, 0)


def slug_pieces(tree: Tree) -> Iterator[Piece]:
    """The tar stream of a slug: every entry, with times that do not depend on the build.

    A source whose bytecode is checked by time keeps its own, or Python would compile it again.
    """
    timed = {source_of(entry.path) for entry in tree.files() if _is_timed(tree, entry)}
    size = 0
    yield Piece("", Member(f"{TOP}/", 0o755, "folder").header(), None, 0, 0)
    for entry in tree.entries:
        if entry.kind == "other":
            continue
        own = entry.path in timed
        piece = piece_of(tree, entry, "", entry.mtime_ns // 10**9 if own else archive.EPOCH)
        size += archive.stream_size([piece])
        yield piece
    yield archive.finished(size + 512)


def _is_timed(tree: Tree, entry: Entry) -> bool:
    if not entry.path.endswith(".pyc"):
        return False
    with (tree.root / entry.path).open("rb") as file:
        return not int.from_bytes(file.read(8)[4:], "little") & 1
