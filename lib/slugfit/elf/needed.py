"""The libraries that an ELF file asks its loader for."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from slugfit.elf.constants import DynamicTag, SegmentType
from slugfit.elf.elf_file import MalformedError, read_exactly, require
from slugfit.elf.segments import read_segments

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

    from slugfit.elf.segments import Segments
    from slugfit.elf.structures import Structures


def needed_libraries(path: Path) -> frozenset[str]:
    """The names of the libraries that a file is linked to; none for what is not ELF, or damaged.

    They are the DT_NEEDED entries of its dynamic section:
    https://refspecs.linuxfoundation.org/elf/gabi4+/ch5.dynamic.html.
    """
    try:
        with path.open("rb") as file:
            return _needed(file, path.stat().st_size)
    except (OSError, MalformedError, struct.error, ValueError):
        return frozenset()


def _needed(file: BinaryIO, size: int) -> frozenset[str]:
    structures, segments = read_segments(file, size)
    dynamic = [segment for segment in segments if segment.type == SegmentType.DYNAMIC]
    if not dynamic:
        return frozenset()
    # Of several a loader takes the last one:
    # https://sourceware.org/git/?p=glibc.git;a=blob;f=elf/dl-load.c
    content = read_exactly(file, dynamic[-1].offset, dynamic[-1].filesz, size)
    entries, needed = _entries(content, structures)
    if not needed or DynamicTag.STRTAB not in entries:
        return frozenset()
    length = entries.get(DynamicTag.STRSZ, 0)
    names = read_exactly(file, _offset(segments, entries[DynamicTag.STRTAB]), length, size)
    return frozenset(_names(names, needed, size))


def _entries(dynamic: bytes, structures: Structures) -> tuple[dict[int, int], set[int]]:
    """The last value of each tag of a dynamic section, and all of those of NEEDED."""
    form = struct.Struct(structures.dynamic)
    wanted = (DynamicTag.STRTAB, DynamicTag.STRSZ)
    entries: dict[int, int] = {}
    needed: set[int] = set()
    for tag, value in form.iter_unpack(dynamic[: len(dynamic) // form.size * form.size]):
        if tag == DynamicTag.NULL:
            break
        if tag == DynamicTag.NEEDED:
            needed.add(value)
        elif tag in wanted:
            entries[tag] = value
    return entries, needed


def _offset(segments: Segments, address: int) -> int:
    """Where in the file an address of memory comes from."""
    for segment in segments:
        inside = segment.vaddr <= address < segment.vaddr + segment.filesz
        if segment.type == SegmentType.LOAD and inside:
            return segment.offset + address - segment.vaddr
    raise MalformedError


def _names(names: bytes, needed: set[int], most: int) -> Iterator[str]:
    """What stands in ``names`` at these offsets.

    Raises MalformedError if it is more than ``most`` bytes: in a damaged file each offset can name
    nearly all of it.
    """
    for at in needed:
        end = names.find(b"\0", at)
        require(end >= at)
        most -= end - at
        require(most >= 0)
        yield names[at:end].decode("utf-8", "surrogateescape")
