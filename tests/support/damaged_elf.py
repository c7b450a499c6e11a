"""Real ELF files of this machine, in every class and byte order, damaged in known places.

What is asked of the result is told by a parser of its own, so that the one under test does not
judge itself.
"""

from __future__ import annotations

import struct
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

HEADERS = {1: "16s2H5I6H", 2: "16s2HI3QI6H"}
SEGMENTS = {1: "8I", 2: "2I6Q"}
SECTIONS = {1: "10I", 2: "2I4Q2I2Q"}
ORDERS = {1: "<", 2: ">"}
NUMBERS = (0, 1, 2, 6, 7, 8, 63, 64, 4095, 4096, 0xFFFE, 0xFFFF, 1 << 31, (1 << 32) - 1, 1 << 63)
SHOFF = {1: (32, 36), 2: (40, 48)}
"""Where the header says where the section table is: (start, end)."""
ALLOC, NOBITS, LOAD, DYNAMIC = 2, 8, 1, 2


def real_libraries(largest: int, count: int) -> Sequence[Path]:
    """Extension modules of the running Python and of the packages beside the tests.

    They are at most ``largest`` bytes, of all sizes; a third of them was stripped, if any was.
    """
    roots = {
        Path(sysconfig.get_path("platlib")),
        Path(sysconfig.get_path("stdlib"), "lib-dynload"),
        *(Path(folder) for folder in sys.path if folder.endswith(("site-packages", "lib-dynload"))),
    }
    found = {file.name: file for root in sorted(roots) for file in sorted(root.rglob("*.so*"))}
    sized = sorted((file.stat().st_size, name) for name, file in found.items())
    usable = [found[name] for size, name in sized if 20_000 < size <= largest]
    stripped = [file for file in usable if b".symtab" not in file.read_bytes()]
    others = [file for file in usable if file not in stripped]
    return [*_spread(others, count - count // 3), *_spread(stripped, count // 3)]


def _spread(files: Sequence[Path], count: int) -> Sequence[Path]:
    step = max(len(files) // count, 1)
    return files[::-1][: step * count : step]


@dataclass(frozen=True)
class Tables:
    """The tables of a file, by a parser that checks nothing."""

    kind: int
    order: str
    header: tuple[int, ...]
    segments: list[tuple[int, ...]]
    """As in the file: type, and in 64 bits flags before the rest."""
    sections: list[tuple[int, ...]]

    @property
    def ranges(self) -> list[tuple[int, int, int]]:
        """Type, offset and bytes of each segment."""
        at = (1, 4) if self.kind == 1 else (2, 5)
        return [(item[0], item[at[0]], item[at[1]]) for item in self.segments]


def tables(data: bytes) -> Tables:
    kind, order = data[4], ORDERS[data[5]]
    head = struct.Struct(order + HEADERS[kind]).unpack_from(data)
    segment, section = (struct.Struct(order + forms[kind]) for forms in (SEGMENTS, SECTIONS))
    segments = [segment.unpack_from(data, head[5] + n * segment.size) for n in range(head[10])]
    sections = [section.unpack_from(data, head[6] + n * section.size) for n in range(head[12])]
    return Tables(kind, order, head, segments, sections)


def written(data: bytes, found: Tables, kind: int, order: int) -> bytearray:
    """The file with its tables written in another class and byte order, in the same places."""
    mark = ORDERS[order]
    segment, section = struct.Struct(mark + SEGMENTS[kind]), struct.Struct(mark + SECTIONS[kind])
    head = list(found.header)
    head[0] = bytes(data[:4]) + bytes([kind, order]) + bytes(data[6:16])  # type: ignore[call-overload]
    size = struct.calcsize(mark + HEADERS[kind])
    head[5], head[8], head[9], head[11] = size, size, segment.size, section.size
    new = bytearray(data)
    new[:size] = struct.pack(mark + HEADERS[kind], *head)
    for number, item in enumerate(found.segments):
        fields = list(item)
        if kind == 1:
            fields = [fields[0], *fields[2:7], fields[1], fields[7]]
        fields = [field & (0xFFFFFFFF if kind == 1 else -1) for field in fields]
        segment.pack_into(new, size + number * segment.size, *fields)
    for number, item in enumerate(found.sections):
        fields = [field & (0xFFFFFFFF if kind == 1 else -1) for field in item]
        section.pack_into(new, head[6] + number * section.size, *fields)
    if len(data) - found.header[6] == len(found.sections) * found.header[11]:
        del new[head[6] + len(found.sections) * section.size :]
    return new


def variants(data: bytes) -> list[bytes]:
    """A file of 64 bits in all classes and byte orders; loaders would refuse most, parsers not.

    Each also with a segment behind all the rest, as patchelf leaves it.
    """
    ways = [(kind, order) for kind in (1, 2) for order in (1, 2)]
    return [
        bytes(written(file, tables(file), *way)) for file in (data, patched(data)) for way in ways
    ]


def patched(data: bytes) -> bytes:
    """The file with one more segment to load, at its end: its old tail is in the middle then."""
    found = tables(data)
    extra = bytes(-len(data) % 4096) + b"loaded" * 100
    segments = [item for item in found.segments if item[5]]
    address = max(item[3] + item[6] for item in segments) + 4096
    empty = next((n for n, item in enumerate(found.segments) if not item[5]), -1)
    at = len(data) + len(extra) - 600
    found.segments[empty] = (LOAD, 6, at, address, address, 600, 600, 4096)
    # The section of the new segment, in place of one that nothing reads.
    number = next(n for n, item in enumerate(found.sections) if n and not item[2] & ALLOC)
    if number != found.header[13]:
        found.sections[number] = (0, 1, ALLOC, address, at, 600, 0, 0, 1, 0)
    return bytes(written(data + extra, found, 2, 1))


def damage(data: bytes, random: Random) -> bytes:
    """The file with one to four things wrong with it."""
    new = bytearray(data)
    for _ in range(random.choice((1, 1, 1, 2, 3, 4))):
        random.choice(_KINDS)(new, data, random)
    return bytes(new)


def _place(data: bytes, random: Random) -> tuple[int, int, int]:
    """A table of the undamaged file, an entry of it: (offset of the entry, its size, its table)."""
    found = tables(data)
    which = random.randint(0, 2)
    if which == 0:
        return 0, struct.calcsize(HEADERS[found.kind]), 0
    form, at, many = (
        (SEGMENTS, found.header[5], found.header[10])
        if which == 1
        else (SECTIONS, found.header[6], found.header[12])
    )
    size = struct.calcsize(form[found.kind])
    return at + random.randint(0, many - 1) * size, size, which


def _bytes(new: bytearray, data: bytes, random: Random) -> None:
    at, size, _ = _place(data, random)
    place = at + random.randint(0, size - 1)
    if place < len(new):
        new[place] = random.randint(0, 255)


def _numbers(new: bytearray, data: bytes, random: Random) -> None:
    """A field becomes one of the numbers at which something changes, or one near the file's end."""
    at, size, _ = _place(data, random)
    width = random.choice((2, 4, 8))
    place = at + random.randint(0, size // width - 1) * width
    number = random.choice((*NUMBERS, len(data), len(data) - 1, random.randint(0, len(data))))
    if place + width <= len(new):
        text = (number & ((1 << 8 * width) - 1)).to_bytes(
            width, "big" if data[5] == 2 else "little"
        )
        new[place : place + width] = text


def _fields(new: bytearray, data: bytes, random: Random) -> None:
    """Two entries of one table exchange a field: places, sizes, types."""
    first, size, which = _place(data, random)
    second, _, other = _place(data, random)
    width = 4 if data[4] == 1 else 8
    at = random.randint(0, size // width - 1) * width
    if which == other and max(first, second) + at + width <= len(new):
        one, two = (bytes(new[start + at :][:width]) for start in (first, second))
        new[first + at : first + at + width] = two
        new[second + at : second + at + width] = one


def _overlap(new: bytearray, data: bytes, random: Random) -> None:
    """A section moves to where another thing of the file is, and may grow over it."""
    found = tables(data)
    starts = [item[4] for item in found.sections] + [offset for _, offset, _ in found.ranges]
    form = struct.Struct(found.order + SECTIONS[found.kind])
    number = random.randint(0, len(found.sections) - 1)
    fields = list(found.sections[number])
    fields[4] = min(max(random.choice(starts) + random.randint(-70, 70), 0), len(data))
    fields[5] = random.choice((fields[5], random.randint(0, len(data) - fields[4])))
    fields[2] = random.choice((fields[2], fields[2] & ~ALLOC, fields[2] | ALLOC))
    at = found.header[6] + number * form.size
    if at + form.size <= len(new):
        form.pack_into(new, at, *fields)


def _names(new: bytearray, data: bytes, random: Random) -> None:
    found = tables(data)
    table = found.sections[found.header[13]]
    place = table[4] + random.randint(0, max(table[5] - 1, 0))
    if place < len(new):
        new[place] = random.choice((0, 0x2E, random.randint(0, 255)))


def _dynamic(new: bytearray, data: bytes, random: Random) -> None:
    for what, offset, size in tables(data).ranges:
        if what == DYNAMIC and size and offset + size <= len(new):
            place = offset + random.randint(0, size - 1)
            new[place] = random.randint(0, 255)


def _cut(new: bytearray, data: bytes, random: Random) -> None:
    del new[len(data) - random.choice((1, 8, 63, 64, 1000, random.randint(1, len(data)))) :]


def _grow(new: bytearray, data: bytes, random: Random) -> None:
    new += random.choice((b"\0", bytes(8), bytes(9), b"x", bytes(5000), data[:100]))


_KINDS: tuple[Callable[[bytearray, bytes, Random], None], ...] = (
    *(_bytes, _bytes, _numbers, _numbers, _numbers, _fields, _fields, _overlap, _overlap, _overlap),
    *(_names, _dynamic, _cut, _grow),
)
