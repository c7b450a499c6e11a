"""The structures of an ELF file (gABI 4.1, elf.h), read by their bytes and checked."""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

MACHINES = frozenset({3, 21, 22, 40, 62, 183, 243, 258})
"""e_machine of the processors Linux apps run on: x86, ppc64, s390, arm, x86-64, aarch64, riscv,
loongarch. GPU code is ELF too (CUDA 190, AMD 224), and its drivers read it by section."""

EMPTY = {0, 8}
"""SHT_NULL and SHT_NOBITS: sections that take no room in the file."""
ALLOC = 2
NOTE = 7
_LOADABLE = {2, 3}  # ET_EXEC, ET_DYN
_PT_LOAD, _EXTENDED = 1, 0xFFFF


class Header(NamedTuple):
    """The ELF header, its fields in the order of both classes."""

    ident: bytes
    kind: int
    machine: int
    version: int
    entry: int
    phoff: int
    shoff: int
    flags: int
    ehsize: int
    phentsize: int
    phnum: int
    shentsize: int
    shnum: int
    shstrndx: int


class Section(NamedTuple):
    """A section header, its fields in the order of both classes."""

    name: int
    kind: int
    flags: int
    address: int
    offset: int
    length: int
    link: int
    info: int
    alignment: int
    entry: int


class Layout(NamedTuple):
    """The structures of one class and byte order, and where a program header has its fields."""

    header: struct.Struct
    segment: struct.Struct
    section: struct.Struct
    p_offset: int
    p_filesz: int


def _layout(order: str, formats: tuple[str, str, str], p_offset: int, p_filesz: int) -> Layout:
    header, segment, section = (struct.Struct(order + text) for text in formats)
    return Layout(header, segment, section, p_offset, p_filesz)


_32_BITS = (("16s2H5I6H", "8I", "10I"), 1, 4)
_64_BITS = (("16s2HI3QI6H", "2I6Q", "2I4Q2I2Q"), 2, 5)
_LAYOUTS = {
    b"\x7fELF\x01\x01": _layout("<", *_32_BITS),
    b"\x7fELF\x02\x01": _layout("<", *_64_BITS),
    b"\x7fELF\x01\x02": _layout(">", *_32_BITS),
    b"\x7fELF\x02\x02": _layout(">", *_64_BITS),
}


class MalformedError(Exception):
    """The file is no executable or library of a processor in MACHINES, or not a sound one."""


@dataclass(frozen=True, slots=True)
class Image:
    """An executable or library: its header, its tables, and what they say of the file.

    ``loaded`` are the (start, end) of all that a loader reads; ``names`` is the section names'
    table; ``size`` the file's, in bytes.
    """

    size: int
    layout: Layout
    header: Header
    loaded: tuple[tuple[int, int], ...]
    sections: tuple[Section, ...]
    names: bytes

    def name(self, section: Section) -> bytes:
        """A section's name."""
        return self.names[section.name : self.names.find(b"\0", section.name)]

    def is_read(self, start: int, end: int) -> bool:
        """Whether any byte from ``start`` to ``end`` is loaded, or in a section that says so."""
        parts = [
            (part.offset, part.offset + part.length)
            for part in self.sections
            if part.flags & ALLOC and part.kind not in EMPTY
        ]
        return any(first < end and start < last for first, last in (*self.loaded, *parts))


def parse(file: BinaryIO) -> Image:
    """Read an ELF file's tables; raise MalformedError or struct.error, OSError if unread."""
    size = file.seek(0, io.SEEK_END)
    start = read(file, 0, 64, size)
    layout = _LAYOUTS.get(start[:6])
    if layout is None:
        raise MalformedError
    header = Header(*layout.header.unpack_from(start))
    require(header.kind in _LOADABLE and header.machine in MACHINES)
    require(header.phentsize == layout.segment.size and header.shentsize == layout.section.size)
    # Larger counts stand in section 0; only relocatable and core files need them.
    require(0 < header.phnum < _EXTENDED and 0 < header.shstrndx < header.shnum)
    table = read(file, header.phoff, header.phnum * header.phentsize, size)
    segments = list(layout.segment.iter_unpack(table))
    require(any(found[0] == _PT_LOAD for found in segments))
    parts = [(found[layout.p_offset], found[layout.p_filesz]) for found in segments]
    parts += [(0, layout.header.size), (header.phoff, len(table))]
    loaded = tuple((offset, offset + length) for offset, length in parts if length)
    table = read(file, header.shoff, header.shnum * header.shentsize, size)
    sections = tuple(Section(*found) for found in layout.section.iter_unpack(table))
    own = sections[header.shstrndx]
    names = read(file, own.offset, own.length, size)
    return Image(size, layout, header, loaded, sections, names)


def read(file: BinaryIO, offset: int, length: int, size: int) -> bytes:
    """Read exactly these bytes; raise MalformedError if the file does not hold them."""
    require(0 <= offset <= size and 0 <= length <= size - offset)
    file.seek(offset)
    found = file.read(length)
    require(len(found) == length)
    return found


def require(condition: bool) -> None:  # noqa: FBT001 - reads as a sentence
    """Raise MalformedError unless ``condition`` holds."""
    if not condition:
        raise MalformedError
