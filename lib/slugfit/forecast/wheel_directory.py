"""The files of a wheel, with their deflated sizes, from the directory at the end of its archive.

The format is PKWARE's: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT (4.3.12 to
4.3.16, and 4.5.3 for ZIP64).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slugfit.forecast.errors import WheelError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from slugfit.forecast.range_reader import Part

TAIL = 1 << 16
"""Bytes that are read first: the directory of most wheels, and the longest comment there can be."""
_MOST = 1 << 28
"""Bytes that no wheel's directory has."""
_END = struct.Struct("<4s4H2LH")
_END64_PLACE = struct.Struct("<4sLQL")
_END64 = struct.Struct("<4sQ2H2L4Q")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_UTF8 = 0x800
_WIDE = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a wheel."""

    path: str
    """Its name in the archive."""
    size: int
    """Bytes unpacked."""
    compressed: int
    """Bytes in the archive."""
    crc: int
    """The checksum of its bytes: files with the same one and the same size are copies."""


@dataclass(frozen=True, slots=True)
class Member:
    """A file of a wheel, and where its bytes are."""

    entry: Entry
    method: int
    """How it is packed: 0 as it is, 8 deflated."""
    start: int
    """Where in the archive its own header stands."""


def directory_of(tail: Part, read: Callable[[int, int], bytes]) -> tuple[Entry, ...]:
    """The files of the archive that ends with ``tail``; raises WheelError, like members_of."""
    return tuple(member.entry for member in members_of(tail, read))


def members_of(tail: Part, read: Callable[[int, int], bytes]) -> tuple[Member, ...]:
    """The files of the archive that ends with ``tail``, and their places; raises WheelError.

    ``read`` gives bytes of it by their start and length, and is asked only for what is not there.
    """
    found = tail.content.rfind(b"PK\5\6")
    if found < 0 or len(tail.content) - found < _END.size:
        raise WheelError("it has no directory at its end")
    _, _, _, _, _, length, start, _ = _END.unpack_from(tail.content, found)
    if _WIDE in (length, start):
        length, start = _wide_place(tail, found, read)
    if length > _MOST or start + length > tail.total:
        raise WheelError("its directory does not lie inside it")
    inside = start - tail.start
    content = tail.content[inside : inside + length] if inside >= 0 else read(start, length)
    return tuple(_members(content))


def _wide_place(tail: Part, end: int, read: Callable[[int, int], bytes]) -> tuple[int, int]:
    """Length and start of the directory of a ZIP64 archive."""
    if end < _END64_PLACE.size:
        raise WheelError("its end is cut off")
    mark, _, place, _ = _END64_PLACE.unpack_from(tail.content, end - _END64_PLACE.size)
    if mark != b"PK\6\7" or place + _END64.size > tail.total:
        raise WheelError("its ZIP64 directory is not there")
    inside = place - tail.start
    record = tail.content[inside:] if inside >= 0 else read(place, _END64.size)
    mark, *_, length, start = _END64.unpack_from(record)
    if mark != b"PK\6\6":
        raise WheelError("its ZIP64 directory is not there")
    return length, start


def _members(content: bytes) -> Iterator[Member]:
    place = 0
    while place < len(content):
        if len(content) - place < _ENTRY.size or content[place : place + 4] != b"PK\1\2":
            raise WheelError("its directory is damaged")
        values = _ENTRY.unpack_from(content, place)
        flags, crc, compressed, size = values[3], values[7], values[8], values[9]
        lengths = values[10:13]
        name_end = place + _ENTRY.size + lengths[0]
        name = content[place + _ENTRY.size : name_end]
        extra = content[name_end : name_end + lengths[1]]
        size, compressed = _wide_sizes(extra, size, compressed)
        place = name_end + lengths[1] + lengths[2]
        path = name.decode("utf-8" if flags & _UTF8 else "cp437", "replace")
        if not path.endswith("/"):
            yield Member(Entry(path, size, compressed, crc), values[4], values[16])


def _wide_sizes(extra: bytes, size: int, compressed: int) -> tuple[int, int]:
    """Both sizes, where they need more than 32 bits from the extra field that has them."""
    place = 0
    while _WIDE in (size, compressed) and place + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, place)
        wide = extra[place + 4 : place + 4 + length]
        if kind == 1:
            values = iter(struct.unpack(f"<{len(wide) // 8}Q", wide[: len(wide) // 8 * 8]))
            size = next(values, size) if size == _WIDE else size
            compressed = next(values, compressed) if compressed == _WIDE else compressed
            break
        place += 4 + length
    return size, compressed
