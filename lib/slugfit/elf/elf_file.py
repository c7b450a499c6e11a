"""One ELF file: its header and its tables, read by their bytes and checked."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import BinaryIO

from slugfit.elf.constants import EXTENDED_COUNT, FileType, Machine, SegmentType
from slugfit.elf.structures import STRUCTURES, Header, Section, Structures

_LOADABLE = frozenset(FileType)
_MACHINES = frozenset(Machine)
_LARGEST_HEADER = 64
"""Bytes of the header in a file of 64 bits."""
LONGEST_NAME = 256
"""Bytes of a section's name that are looked at: a damaged table of names may have no end."""


class MalformedError(Exception):
    """The file is not an executable or library of a known Machine, or it is damaged."""


@dataclass(frozen=True, slots=True)
class ElfFile:
    """An executable or library: its header, its tables, and what they say about the file."""

    size: int
    """Bytes of the file."""
    structures: Structures
    """How its headers are packed."""
    header: Header
    """The file's header."""
    loaded: tuple[tuple[int, int], ...]
    """The (start, end) of everything that a loader reads: offsets in bytes."""
    sections: tuple[Section, ...]
    """The table of sections."""
    names: bytes
    """The string table that holds the names of the sections."""

    @property
    def section_table_end(self) -> int:
        """The offset of the first byte after the table of sections."""
        return self.header.shoff + self.header.shnum * self.header.shentsize

    @property
    def stored_sections(self) -> tuple[Section, ...]:
        """The sections that take room in the file."""
        return tuple(section for section in self.sections if section.is_stored)

    def name(self, section: Section) -> bytes:
        """A section's name, or the first LONGEST_NAME bytes of it."""
        last = section.name + LONGEST_NAME
        end = self.names.find(b"\0", section.name, last)
        return self.names[section.name : last if end < 0 else end]


def parse_elf(file: BinaryIO) -> ElfFile:
    """Read the tables of an ELF file.

    Raises MalformedError or struct.error if they are not as expected, OSError if the file cannot
    be read.
    """
    size = file.seek(0, io.SEEK_END)
    start = read_exactly(file, 0, _LARGEST_HEADER, size)
    structures = STRUCTURES.get(start[:6])
    if structures is None:
        raise MalformedError
    header = Header(*structures.header.unpack_from(start))
    _check_header(header, structures)
    loaded = _loaded_ranges(file, header, structures, size)
    table = read_exactly(file, header.shoff, header.shnum * header.shentsize, size)
    sections = tuple(Section(*fields) for fields in structures.section.iter_unpack(table))
    name_table = sections[header.shstrndx]
    # The names are written anew elsewhere: nothing may look for them in memory.
    require(name_table.is_stored and not name_table.is_allocated)
    names = read_exactly(file, name_table.offset, name_table.size, size)
    return ElfFile(size, structures, header, loaded, sections, names)


def _check_header(header: Header, structures: Structures) -> None:
    require(header.type in _LOADABLE and header.machine in _MACHINES)
    require(header.phentsize == structures.segment.size)
    require(header.shentsize == structures.section.size)
    require(0 < header.phnum < EXTENDED_COUNT and 0 < header.shstrndx < header.shnum)


def _loaded_ranges(
    file: BinaryIO, header: Header, structures: Structures, size: int
) -> tuple[tuple[int, int], ...]:
    """The (start, end) of the header, the program headers, and what these point to."""
    table = read_exactly(file, header.phoff, header.phnum * header.phentsize, size)
    segments = [
        structures.segment_type(*fields) for fields in structures.segment.iter_unpack(table)
    ]
    require(any(segment.type == SegmentType.LOAD for segment in segments))
    parts = [(segment.offset, segment.filesz) for segment in segments]
    parts += [(0, structures.header.size), (header.phoff, len(table))]
    return tuple((offset, offset + length) for offset, length in parts if length)


def read_exactly(file: BinaryIO, offset: int, length: int, size: int) -> bytes:
    """Read ``length`` bytes at ``offset`` of a file of ``size`` bytes.

    Raises MalformedError if the file does not hold them, OSError if it cannot be read.
    """
    require(0 <= offset <= size and 0 <= length <= size - offset)
    file.seek(offset)
    content = file.read(length)
    require(len(content) == length)
    return content


def require(condition: bool) -> None:  # noqa: FBT001 - reads as a sentence
    """Raise MalformedError unless ``condition`` holds."""
    if not condition:
        raise MalformedError
