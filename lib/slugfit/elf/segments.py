"""The segments of an ELF file: what a loader brings into memory, and from where in the file."""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING

from slugfit.elf.constants import SegmentType
from slugfit.elf.elf_file import MalformedError, read_exactly
from slugfit.elf.ranges import merged
from slugfit.elf.structures import STRUCTURES, Header

if TYPE_CHECKING:
    from typing import BinaryIO

    from slugfit.elf.structures import Segment32, Segment64, Structures

    Segments = list[Segment32 | Segment64]

_LARGEST_HEADER = 64


def read_segments(file: BinaryIO, size: int) -> tuple[Structures, Segments]:
    """How the headers of a file of ``size`` bytes are packed, and its table of segments.

    Raises MalformedError for what is not ELF, or damaged, and OSError.
    """
    start = read_exactly(file, 0, min(_LARGEST_HEADER, size), size)
    structures = STRUCTURES.get(start[:6])
    if structures is None:
        raise MalformedError
    try:
        header = Header(*structures.header.unpack_from(start))
    except struct.error as error:
        raise MalformedError from error
    table = read_exactly(file, header.phoff, header.phnum * structures.segment.size, size)
    return structures, [
        structures.segment_type(*fields) for fields in structures.segment.iter_unpack(table)
    ]


def loaded_ranges(content: bytes) -> tuple[tuple[int, int], ...]:
    """The (start, end) of what is in memory when the library with this content is loaded.

    Its comments and symbols are not: https://refspecs.linuxfoundation.org/elf/gabi4+/ch5.pheader.html.
    All of the content where that cannot be told.
    """
    try:
        _, segments = read_segments(io.BytesIO(content), len(content))
    except (MalformedError, ValueError):
        segments = []
    loaded = [item for item in segments if item.type == SegmentType.LOAD]
    return merged((item.offset, item.offset + item.filesz) for item in loaded) or (
        (0, len(content)),
    )
