"""The libraries that an ELF file asks its loader for."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from slugfit.elf.constants import DynamicTag, SegmentType
from slugfit.elf.elf_file import MalformedError, read_exactly
from slugfit.elf.structures import STRUCTURES, Header

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO

    from slugfit.elf.structures import Segment32, Segment64, Structures

    Segments = list[Segment32 | Segment64]

_LARGEST_HEADER = 64


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
    start = read_exactly(file, 0, min(_LARGEST_HEADER, size), size)
    structures = STRUCTURES.get(start[:6])
    if structures is None:
        return frozenset()
    header = Header(*structures.header.unpack_from(start))
    table = read_exactly(file, header.phoff, header.phnum * structures.segment.size, size)
    segments: Segments = [
        structures.segment_type(*fields) for fields in structures.segment.iter_unpack(table)
    ]
    entries: dict[int, list[int]] = {}
    for segment in segments:
        if segment.type == SegmentType.DYNAMIC:
            dynamic = read_exactly(file, segment.offset, segment.filesz, size)
            for tag, value in _pairs(dynamic, structures):
                entries.setdefault(tag, []).append(value)
    strings = entries.get(DynamicTag.STRTAB)
    if not strings or DynamicTag.NEEDED not in entries:
        return frozenset()
    length = entries.get(DynamicTag.STRSZ, [0])[0]
    names = read_exactly(file, _offset(segments, strings[0]), length, size)
    return frozenset(_name(names, at) for at in entries[DynamicTag.NEEDED])


def _pairs(dynamic: bytes, structures: Structures) -> list[tuple[int, int]]:
    """Tag and value of each entry of a dynamic section, up to the one that ends it."""
    form = struct.Struct(structures.dynamic)
    found = []
    for at in range(0, len(dynamic) - form.size + 1, form.size):
        tag, value = form.unpack_from(dynamic, at)
        if tag == DynamicTag.NULL:
            break
        found.append((tag, value))
    return found


def _offset(segments: Segments, address: int) -> int:
    """Where in the file an address of memory comes from."""
    for segment in segments:
        inside = segment.vaddr <= address < segment.vaddr + segment.filesz
        if segment.type == SegmentType.LOAD and inside:
            return segment.offset + address - segment.vaddr
    raise MalformedError


def _name(names: bytes, at: int) -> str:
    return names[at : names.find(b"\0", at)].decode("utf-8", "surrogateescape")
