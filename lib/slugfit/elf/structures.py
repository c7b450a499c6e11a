"""The structures of an ELF file: how its headers are packed, in both classes and byte orders.

They are those of the System V gABI, and so are the names of their fields, without the prefix
(``e_``, ``p_``, ``sh_``):
https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html (the file's header),
https://refspecs.linuxfoundation.org/elf/gabi4+/ch5.pheader.html (segments),
https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.sheader.html (sections).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import NamedTuple

from slugfit.elf.constants import SectionFlag, SectionType


class Header(NamedTuple):
    """The file's header (Elf32_Ehdr and Elf64_Ehdr have the same order)."""

    ident: bytes
    type: int
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


class Segment32(NamedTuple):
    """A program header of a file of 32 bits (Elf32_Phdr)."""

    type: int
    offset: int
    vaddr: int
    paddr: int
    filesz: int
    memsz: int
    flags: int
    align: int


class Segment64(NamedTuple):
    """A program header of a file of 64 bits (Elf64_Phdr)."""

    type: int
    flags: int
    offset: int
    vaddr: int
    paddr: int
    filesz: int
    memsz: int
    align: int


class Section(NamedTuple):
    """A section header (Elf32_Shdr and Elf64_Shdr have the same order)."""

    name: int
    type: int
    flags: int
    addr: int
    offset: int
    size: int
    link: int
    info: int
    addralign: int
    entsize: int

    @property
    def end(self) -> int:
        """The offset of the first byte after the section."""
        return self.offset + self.size

    @property
    def is_stored(self) -> bool:
        """Whether the section takes room in the file."""
        return self.type not in (SectionType.NULL, SectionType.NOBITS)

    @property
    def is_allocated(self) -> bool:
        """Whether the section is in memory while the program runs."""
        return bool(self.flags & SectionFlag.ALLOC)


@dataclass(frozen=True, slots=True)
class Structures:
    """The structures of one class and byte order."""

    header: struct.Struct
    """The file's header."""
    segment: struct.Struct
    """A program header."""
    section: struct.Struct
    """A section header."""
    segment_type: type[Segment32 | Segment64]
    """What names the fields of a program header."""
    dynamic: str
    """An entry of the dynamic section (Elf32_Dyn, Elf64_Dyn): a tag and a value."""


def _structures(
    order: str, formats: tuple[str, str, str], segment_type: type[Segment32 | Segment64]
) -> Structures:
    header, segment, section = (struct.Struct(order + text) for text in formats)
    dynamic = order + ("iI" if segment_type is Segment32 else "qQ")
    return Structures(header, segment, section, segment_type, dynamic)


_CLASS_32 = (("16s2H5I6H", "8I", "10I"), Segment32)
_CLASS_64 = (("16s2HI3QI6H", "2I6Q", "2I4Q2I2Q"), Segment64)
STRUCTURES = {
    b"\x7fELF\x01\x01": _structures("<", *_CLASS_32),
    b"\x7fELF\x02\x01": _structures("<", *_CLASS_64),
    b"\x7fELF\x01\x02": _structures(">", *_CLASS_32),
    b"\x7fELF\x02\x02": _structures(">", *_CLASS_64),
}
"""By the first bytes of ``e_ident``: the magic number, the class, and the byte order."""
