"""Values of the fields of an ELF file that Slugfit looks at.

The format is the System V gABI: https://refspecs.linuxfoundation.org/elf/gabi4+/contents.html
"""

from __future__ import annotations

from enum import IntEnum, IntFlag


class FileType(IntEnum):
    """``e_type``: https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html."""

    EXEC = 2
    """An executable at a fixed address."""
    DYN = 3
    """A shared library, or an executable that can be loaded at any address."""


class Machine(IntEnum):
    """``e_machine`` of the processors that Linux apps run on.

    The values are those of glibc: https://sourceware.org/git/?p=glibc.git;a=blob;f=elf/elf.h. Other
    machines are left alone. Code for GPUs is ELF too (CUDA 190, AMD 224), and its drivers read it
    by section.
    """

    I386 = 3
    PPC64 = 21
    S390 = 22
    ARM = 40
    X86_64 = 62
    AARCH64 = 183
    RISCV = 243
    LOONGARCH = 258


class SegmentType(IntEnum):
    """``p_type``: https://refspecs.linuxfoundation.org/elf/gabi4+/ch5.pheader.html."""

    LOAD = 1
    DYNAMIC = 2


class DynamicTag(IntEnum):
    """``d_tag``: https://refspecs.linuxfoundation.org/elf/gabi4+/ch5.dynamic.html."""

    NULL = 0
    """The end of the entries."""
    NEEDED = 1
    """The name of a library that has to be loaded, as an offset in the string table."""
    STRTAB = 5
    """The address of the string table."""
    STRSZ = 10
    """Bytes of the string table."""


class SectionType(IntEnum):
    """``sh_type``: https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.sheader.html."""

    NULL = 0
    """An entry of the table without a section."""
    NOTE = 7
    NOBITS = 8
    """A section of zeros, which takes no room in the file."""


class SectionFlag(IntFlag):
    """``sh_flags``: https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.sheader.html."""

    ALLOC = 2
    """The section is in memory while the program runs."""


EXTENDED_COUNT = 0xFFFF
"""``e_phnum`` of a file whose real count stands in section 0 (PN_XNUM).

https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html has the same for ``e_shnum``. Only
relocatable and core files need it.
"""
