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
from typing import BinaryIO

from slugfit.catalog.elf_sections import RUN_TIME_SECTIONS
from slugfit.elf.constants import SectionType
from slugfit.elf.elf_file import ElfFile, MalformedError, parse_elf, read_exactly, require
from slugfit.elf.ranges import merged, overlaps
from slugfit.elf.section_end import is_left_alone, write_end

SMALLEST_SAVING = 4096
"""Bytes: below one page a shorter file takes no less room."""

LARGEST_GAP = 64
"""Bytes between two sections that are taken for alignment; more may be somebody's data."""

_PADDING = 8
"""Bytes, all zero, after the last section: https://github.com/NixOS/patchelf leaves one."""


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
    """What follows the bytes that stay: names, comments, notes, and the table of sections."""
    blank: tuple[tuple[int, int], ...] = ()
    """The (start, end) offsets among the bytes that stay of sections that nothing reads, sorted.

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
        tail = _tail_of(source, elf)
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


def _tail_of(file: BinaryIO, elf: ElfFile) -> Tail:
    """What can be left out, whatever it saves; raise MalformedError if that is not clear."""
    keep = max(end for _, end in elf.loaded)
    _check_accounted(elf, keep, _content_end(file, elf))
    _check_sections(elf, keep)
    unread = _unread_inside(elf, keep)
    end, shoff = write_end(file, elf, keep, unread)
    header = elf.structures.header.pack(*elf.header._replace(shoff=shoff))
    return Tail(elf.size, keep, header, end, merged(unread))


def _unread_inside(elf: ElfFile, keep: int) -> frozenset[tuple[int, int]]:
    """The (start, end) of sections before ``keep`` that nothing reads.

    patchelf appends segments to the file, and so after the sections that were its tail.
    """
    others = [*elf.loaded]
    unread: list[tuple[int, int]] = []
    for section in elf.stored_sections:
        is_read = section.is_allocated or section.type == SectionType.NOTE
        ranges = others if is_read or is_left_alone(elf, section) else unread
        ranges.append((section.offset, section.end))
    read = merged(others)
    return frozenset(
        (start, end)
        for start, end in unread
        if start < end <= keep and not overlaps(read, start, end)
    )


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
