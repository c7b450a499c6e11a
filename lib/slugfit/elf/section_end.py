"""What follows the cut in a shortened ELF file: names, comments, notes, and the section table."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from slugfit.elf.elf_file import ElfFile, read_exactly, require

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from slugfit.elf.structures import Section


_ALIGNMENT = 8
"""Bytes: each part begins at a multiple, for the table's fields of 64 bits."""


def write_end(
    file: BinaryIO, elf: ElfFile, keep: int, unread: Collection[tuple[int, int]]
) -> tuple[bytes, int]:
    """What follows the first ``keep`` bytes, and the offset of the section table.

    Sections at ``unread``, (start, end), are gone. Raises MalformedError.
    """
    moved, parts = _moved(file, elf, keep)
    content = b"".join(parts)
    return content + _section_table(elf, keep, moved, unread), keep + len(content)


def _moved(file: BinaryIO, elf: ElfFile, keep: int) -> tuple[dict[int, int], list[bytes]]:
    """What has to follow ``keep``: the new offset of each section by number, and the contents.

    They are the names of the sections, and the comments and notes that lie after ``keep``.
    """
    moved = {elf.header.shstrndx: keep}
    parts = [_aligned(elf.names, keep)]
    left = elf.size
    at = keep + len(parts[0])
    for number, section in enumerate(elf.sections):
        if section.is_stored and section.end > keep and is_left_alone(elf, section):
            # In a damaged file all of them can be the same bytes.
            left -= section.size
            require(left >= 0)
            moved[number] = at
            parts.append(_aligned(read_exactly(file, section.offset, section.size, elf.size), at))
            at += len(parts[-1])
    return moved, parts


def _aligned(content: bytes, at: int) -> bytes:
    return content + bytes(-(at + len(content)) % _ALIGNMENT)


def is_left_alone(elf: ElfFile, section: Section) -> bool:
    """Whether a section that no loader reads stays: a few bytes that tools do read.

    Which compiler it was (.comment), and the probes of SystemTap (.note.stapsdt).
    """
    name = elf.name(section)
    return not section.is_allocated and (name == b".comment" or name.startswith(b".note"))


def _section_table(
    elf: ElfFile, keep: int, moved: Mapping[int, int], unread: Collection[tuple[int, int]]
) -> bytes:
    """The table of sections of the new file.

    Symbols refer to sections by number, so a section that is cut leaves an empty entry.
    """
    structure = elf.structures.section
    table = []
    for number, section in enumerate(elf.sections):
        if number in moved:
            table.append(structure.pack(*section._replace(offset=moved[number])))
        elif section.is_stored and (section.end > keep or (section.offset, section.end) in unread):
            table.append(bytes(structure.size))
        else:
            table.append(structure.pack(*section))
    return b"".join(table)
