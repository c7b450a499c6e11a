"""The slug as a tar stream of ``./app/…``, in pieces: a header and a content each."""

from __future__ import annotations

import os
import tarfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slugfit.scan.bytecode import source_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from slugfit.scan.tree import Entry, Tree


TOP = "./app"
"""What every name in a slug begins with."""
EPOCH = 1_262_304_000
"""1 January 2010, the time of every file in a slug whose own time does not matter."""
_TYPES = {
    "file": tarfile.REGTYPE,
    "link": tarfile.SYMTYPE,
    "folder": tarfile.DIRTYPE,
    "hard link": tarfile.LNKTYPE,
}
_LARGEST = 8**11
"""Bytes of a file, and more, that the eleven octal digits of a header cannot tell."""
_ROOT = b"%07o\0%07o\0" % (0, 0)
"""Owner and group."""
_BLANK = b" " * 8
"""What counts in place of a header's sum while it is not known."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes of the stream: ``header``, then a content, filled up to whole tar records.

    The content is ``first``, ``length`` bytes of ``source``, and ``last``. A file that has become
    shorter since it was measured is filled up with zeros, as tar does.
    """

    key: str
    """Whose bytes they are, when sizes are told apart."""
    header: bytes
    """A tar header, or b"" for a part of a member."""
    source: Path | None
    """The file that is read; zeros stand for it if it is None."""
    start: int
    """Where in ``source`` the content begins, in bytes."""
    length: int
    """How many bytes of ``source`` there are in the content."""
    blank: tuple[tuple[int, int], ...] = ()
    """Parts of ``source``, (start, end) in bytes, that become zeros."""
    first: bytes = b""
    """What stands before the bytes of ``source``."""
    last: bytes = b""
    """What stands after the bytes of ``source``."""
    uncounted: int = 0
    """How many bytes of the content are nobody's until they are compressed."""
    path: str = ""
    """The path in the tree, of a file's member."""

    @property
    def content(self) -> int:
        """Bytes of content."""
        return len(self.first) + self.length + len(self.last)

    @property
    def is_whole_file(self) -> bool:
        """Whether the content is a file of the tree as it is."""
        changed = self.start or self.first or self.last or self.blank
        return bool(self.path) and self.source is not None and not changed

    @property
    def padding(self) -> int:
        """Bytes that fill a member up; a part of one is not filled up."""
        return -self.content % tarfile.BLOCKSIZE if self.header else 0


@dataclass(frozen=True, slots=True)
class Member:
    """What a tar header says."""

    name: str
    """The whole path, as in the archive."""
    mode: int
    """Permission bits; others are left out."""
    kind: str
    """``file``, ``link``, ``folder`` or ``hard link``."""
    size: int = 0
    """Bytes of content."""
    target: str = ""
    """Where a link leads."""
    mtime: int = EPOCH
    """Seconds since 1970."""

    def header(self) -> bytes:
        """The GNU tar header; owner and group are root, as nothing depends on them.

        Each file of a slug has one: tarfile takes six times as long for the same bytes.
        """
        name, target = _encoded(self.name), _encoded(self.target)
        if self.kind == "folder" and not name.endswith(b"/"):
            name += b"/"
        numbers = self.mode & 0o7777, self.size, self.mtime
        head = _record((name, target), numbers, _TYPES[self.kind])
        return (
            _long(target, tarfile.GNUTYPE_LONGLINK) + _long(name, tarfile.GNUTYPE_LONGNAME) + head
        )


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _record(names: tuple[bytes, bytes], numbers: tuple[int, int, int], kind: bytes) -> bytes:
    """One header: name and target, then mode, size and time.

    https://www.gnu.org/software/tar/manual/html_node/Standard.html says where each of them stands.
    """
    (name, target), (mode, size, mtime) = names, numbers
    # From there on GNU tar counts in bytes with the highest bit set.
    told = b"%011o\0" % size if size < _LARGEST else b"\x80" + size.to_bytes(11, "big")
    begin = b"%s%07o\0%s%s%011o\0" % (name[:100].ljust(100, b"\0"), mode, _ROOT, told, mtime)
    end = kind + target[:100].ljust(100, b"\0") + tarfile.GNU_MAGIC
    check = sum(begin) + sum(end) + sum(_BLANK)
    return (b"%s%06o\0 %s" % (begin, check, end)).ljust(tarfile.BLOCKSIZE, b"\0")


def _long(text: bytes, kind: bytes) -> bytes:
    """What stands before a header whose name or target has no room in it."""
    if len(text) <= tarfile.LENGTH_NAME:
        return b""
    size = len(text) + 1
    head = _record((b"././@LongLink", b""), (0, size, 0), kind)
    return head + text.ljust(size + -size % tarfile.BLOCKSIZE, b"\0")


def tar_piece(tree: Tree, entry: Entry, key: str, mtime: int, name: str = "") -> Piece:
    """The tar member of one entry; ``mtime`` in seconds. A link's target is read now."""
    name = name or f"{TOP}/{entry.path}"
    place = tree.root / entry.path
    if entry.kind == "file":
        member = Member(name, entry.mode, "file", entry.size, "", mtime)
        return Piece(key, member.header(), place, 0, entry.size, path=entry.path)
    target = os.readlink(place) if entry.kind == "link" else ""
    member = Member(name, entry.mode, entry.kind, 0, target, mtime)
    return Piece(key, member.header(), None, 0, 0)


def hard_link_piece(entry: Entry, target: str, key: str, mtime: int) -> Piece:
    """The tar member of a file that is the same as ``target``, which comes before it."""
    name, target = f"{TOP}/{entry.path}", f"{TOP}/{target}"
    member = Member(name, entry.mode, "hard link", 0, target, mtime)
    return Piece(key, member.header(), None, 0, 0)


def slug_pieces(tree: Tree) -> Iterator[Piece]:
    """The tar stream of a slug: every entry, with times that do not depend on the build.

    A source whose bytecode is checked by time keeps its own, or Python would compile it again.
    """
    timed = timed_sources(tree)
    yield (top := Piece("", Member(f"{TOP}/", 0o755, "folder").header(), None, 0, 0))
    size = stream_size([top])
    first: dict[tuple[int, int], str] = {}
    for entry in tree.entries:
        if entry.kind == "other":
            continue
        mtime = entry.mtime_ns // 10**9 if entry.path in timed else EPOCH
        twin = first.setdefault(entry.inode, entry.path) if entry.inode else entry.path
        if twin == entry.path:
            piece = tar_piece(tree, entry, "", mtime)
        else:
            piece = hard_link_piece(entry, twin, "", mtime)
        size += stream_size([piece])
        yield piece
    yield end_of_tar(size)


def timed_sources(tree: Tree) -> frozenset[str]:
    """The sources whose bytecode is checked by time: theirs is kept. Raises OSError."""
    timed = (source_of(entry.path) for entry in tree.files() if _is_timed(tree, entry))
    return frozenset(filter(None, timed))


def _is_timed(tree: Tree, entry: Entry) -> bool:
    """Whether bytecode is checked by its source's time (PEP 552: bit 0 of the flags is clear)."""
    if not entry.path.endswith(".pyc"):
        return False
    with (tree.root / entry.path).open("rb") as file:
        return not int.from_bytes(file.read(8)[4:], "little") & 1


def end_of_tar(size: int) -> Piece:
    """The end of a tar stream of ``size`` bytes: two empty records, filled up to 10 KiB."""
    ending = 2 * tarfile.BLOCKSIZE
    return Piece("", b"", None, 0, ending + -(size + ending) % tarfile.RECORDSIZE)


def stream_size(pieces: Iterable[Piece]) -> int:
    """Length in bytes of the tar stream of ``pieces``."""
    return sum(len(piece.header) + piece.content + piece.padding for piece in pieces)
