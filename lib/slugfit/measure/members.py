"""The members of a slug's archive under a plan: what is left of a tree, and what goes of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from slugfit.measure.pieces import EPOCH, TOP, Member, Piece, hard_link_piece, tar_piece
from slugfit.measure.sampling import WHOLE, Weighing
from slugfit.scan.bytecode import source_of
from slugfit.scan.owners import APP

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from slugfit.elf.tail import Tail
    from slugfit.plan.decision import Decision
    from slugfit.scan.tree import Entry, Tree


SEPARATOR = "\0"
"""What stands between the parts of a piece's key."""
KEPT, ADDED = "kept", "added"
"""Of bytecode: whether it was there before."""


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
class Measured:
    """What is to be measured."""

    tree: Tree
    decisions: Sequence[Decision]
    old: Path | None = None
    """Where files lie that were moved."""
    changed: Changed = field(default_factory=Changed)
    weighing: Weighing = WHOLE


def kept_pieces(measured: Measured) -> Iterator[Piece]:
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
            kind = KEPT
        name = decision.owner if decision else ""
        owner = SEPARATOR.join((name, kind, top))
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
            yield _compiled_piece(tree, entry, changed, (ADDED if decision is None else KEPT, top))
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
    piece = tar_piece(tree, file, SEPARATOR.join((owner, *kind)), EPOCH)
    return replace(piece, source=None, first=content, length=0)


def _cut_piece(entry: Entry, owner: str, place: Path, tail: Tail) -> Piece:
    """The member that a file becomes which is cut, read where it is whole."""
    size = tail.keep + len(tail.end)
    head = Member(f"{TOP}/{entry.path}", entry.mode, "file", size).header()
    start = len(tail.header)
    more = max(size - entry.size, 0)
    length = tail.keep - start
    return Piece(owner, head, place, start, length, tail.blank, tail.header, tail.end, more)


def gone_pieces(tree: Tree, decisions: Sequence[Decision], old: Path) -> Iterator[Piece]:
    """What goes, by rule and owner; it is read in ``old``."""
    entries = {entry.path: entry for entry in tree.entries}
    going = [decision for decision in decisions if decision.action != "keep"]
    for decision in sorted(going, key=lambda item: (item.rule, item.path)):
        entry = entries[decision.path]
        if entry.kind != "file":
            continue
        key = f"{decision.rule}{SEPARATOR}{decision.owner}"
        place = old / decision.path
        if decision.tail is None:
            head = Member(f"{TOP}/{entry.path}", entry.mode, "file", entry.size).header()
            yield Piece(key, head, place, 0, entry.size, path=entry.path)
            continue
        yield Piece(key, b"", place, entry.size - decision.saves, decision.saves)
        for first, last in decision.tail.blank:
            # Zeros save nothing until they are compressed.
            yield Piece(key, b"", place, first, last - first, uncounted=last - first)
