"""The tail of an ELF file that nothing loads: where it begins, and what has to follow the cut.

A loader reads the file's header, the program headers, and what these point to
(https://refspecs.linuxfoundation.org/elf/gabi4+/ch5.intro.html). The file is cut after the last of
these, so nothing moves and alignment stays as it was. Loaders clear the rest of a page that
zero-initialised data needs, whatever the file holds there.

The table of sections is written anew after the cut (about 3 kB), because programs look loaded
sections up in the file: linkers, Qt's plugin loader
(https://code.qt.io/cgit/qt/qtbase.git/tree/src/corelib/plugin/qelfparser_p.cpp) and the remote
debugging of CPython (https://docs.python.org/3/howto/remote_debugging.html).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from slugfit.catalog.elf_sections import RUN_TIME_SECTIONS
from slugfit.elf.constants import SectionType
from slugfit.elf.elf_file import ElfFile, MalformedError, parse_elf, read_exactly, require

if TYPE_CHECKING:
    from slugfit.elf.structures import Section


SMALLEST_SAVING = 4096
"""Bytes: below one page a shorter file takes no less room."""

LARGEST_GAP = 64
"""Bytes between two sections that are taken for alignment; more may be somebody's data."""

_PADDING = 8
"""Bytes, all zero, after the last section: https://github.com/NixOS/patchelf leaves one."""

_ALIGNMENT = 8
"""Bytes: the table of sections begins at a multiple, for its fields of 64 bits."""


@dataclass(frozen=True, slots=True)
class Tail:
    """What can be left out of an ELF file, and what takes its place."""

    size: int
    """Bytes of the file as it is."""
    keep: int
    """How many bytes stay, from the beginning of the file."""
    header: bytes
    """What takes the place of the first bytes of the file."""
    end: bytes
    """What follows the bytes that stay: the names and the table of sections."""
    blank: tuple[tuple[int, int], ...] = ()
    """The (start, end) offsets of sections among the bytes that stay, which nothing reads.

    They become zeros, which take no room once they are compressed.
    """

    @property
    def saving(self) -> int:
        """Bytes that the new file is shorter."""
        return self.size - self.keep - len(self.end)

    @property
    def blanked(self) -> int:
        """Bytes that become zeros."""
        return sum(end - start for start, end in self.blank)


def removable_tail(source: Path | BinaryIO) -> Tail | None:
    """Return what no loader reads of an ELF file, None if the file has to stay as it is.

    It has to stay if

    - it is not an executable or library of a known Machine, or it is malformed;
    - it has no sections, or is a separate debug file;
    - it holds data that its sections do not account for (an archive appended to it);
    - it has a section in RUN_TIME_SECTIONS, or an allocated section outside all segments;
    - less than SMALLEST_SAVING would be gained;
    - this user may not read it.

    Raises OSError if the file cannot be read for another reason.
    """
    if isinstance(source, Path):
        try:
            with source.open("rb") as stream:
                return removable_tail(stream)
        except PermissionError:
            return None
    try:
        elf = parse_elf(source)
        tail = _tail_of(elf, _content_end(source, elf))
    except (MalformedError, struct.error):
        return None
    return tail if max(tail.saving, tail.blanked) >= SMALLEST_SAVING else None


def _content_end(file: BinaryIO, elf: ElfFile) -> int:
    """Where the content of the file ends, without a few zero bytes that belong to nothing."""
    end = max(
        elf.section_table_end,
        *(section.end for section in elf.stored_sections),
        *(last for _, last in elf.loaded),
    )
    rest = elf.size - end
    if rest <= _PADDING and not any(read_exactly(file, end, rest, elf.size)):
        return end
    return elf.size


def _tail_of(elf: ElfFile, content_end: int) -> Tail:
    """What can be left out, whatever it saves; raise MalformedError if that is not clear."""
    keep = max(end for _, end in elf.loaded)
    _check_accounted(elf, keep, content_end)
    _check_sections(elf, keep)
    blank = tuple(_unread_inside(elf, keep))
    names = elf.names + bytes(-(keep + len(elf.names)) % _ALIGNMENT)
    header = elf.header._replace(shoff=keep + len(names))
    end = names + _section_table(elf, keep, blank)
    return Tail(elf.size, keep, elf.structures.header.pack(*header), end, blank)


def _unread_inside(elf: ElfFile, keep: int) -> list[tuple[int, int]]:
    """The (start, end) of sections before ``keep`` that nothing reads.

    patchelf appends segments to the file, and so after the sections that were its tail.
    """
    unread = [
        section
        for section in elf.stored_sections
        if not section.is_allocated and section.type != SectionType.NOTE
    ]
    return sorted(
        (section.offset, section.end)
        for section in unread
        if section.offset < section.end <= keep and not elf.is_read(section.offset, section.end)
    )


def _section_table(elf: ElfFile, keep: int, blank: tuple[tuple[int, int], ...]) -> bytes:
    """The table of sections of the new file, whose section names stand at ``keep``.

    Symbols refer to sections by number, so a section that is cut leaves an empty entry.
    """
    structure = elf.structures.section
    table = b""
    for number, section in enumerate(elf.sections):
        if number == elf.header.shstrndx:
            table += structure.pack(*section._replace(offset=keep))
        elif section.is_stored and _is_cut(section, keep, blank):
            table += bytes(structure.size)
        else:
            table += structure.pack(*section)
    return table


def _is_cut(section: Section, keep: int, blank: tuple[tuple[int, int], ...]) -> bool:
    return section.end > keep or (section.offset, section.end) in blank


def _check_sections(elf: ElfFile, keep: int) -> None:
    """Raise MalformedError unless all that is loaded stays, and all that goes is unread."""
    has_loaded = False
    for section in elf.stored_sections:
        require(elf.name(section) not in RUN_TIME_SECTIONS)
        require(section.end <= keep or not section.is_allocated)
        has_loaded |= section.is_allocated and section.type != SectionType.NOTE
    # A separate debug file holds only the notes of what is loaded.
    require(has_loaded)


def _check_accounted(elf: ElfFile, keep: int, content_end: int) -> None:
    """Raise MalformedError unless sections cover all bytes from ``keep`` to ``content_end``."""
    ranges = [(elf.header.shoff, elf.section_table_end)]
    ranges += [(section.offset, section.end) for section in elf.stored_sections]
    covered = keep
    for start, end in sorted(ranges):
        require(start - covered <= LARGEST_GAP)
        covered = max(covered, end)
    require(covered == content_end)
