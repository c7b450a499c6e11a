"""ELF files, read by their bytes: the tail that nothing loads, and a copy without it.

Structures are those of the ELF specification (gABI 4.1, elf.h). A loader reads the ELF header, the
program headers and what they point to. The file is cut after the last of these, so nothing moves
and alignment stays as it was; loaders clear the rest of a page that zero-initialised data needs,
whatever the file holds there. The section table is written anew behind the cut (some 3 kB):
linkers, Qt's plugin loader and CPython's remote debugging look loaded sections up in the file.
"""

from __future__ import annotations

import os
import stat
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from slugfit import image
from slugfit.archive import blanked
from slugfit.errors import TreeError
from slugfit.image import ALLOC, EMPTY, NOTE, MalformedError, require

if TYPE_CHECKING:
    from slugfit.image import Image, Section

RUN_TIME_SECTIONS = {
    b"pydata": "PyInstaller's bootloader reads the packed app from it",
    b".upd_info": "AppImage: where updates come from, read from the file",
    b".sha256_sig": "AppImage: the signature, read from the file",
    b".sig_key": "AppImage: the key of the signature, read from the file",
    b".rustc": "the Rust compiler reads a crate's metadata from it",
}
"""Sections that no loader reads and programs look for in the file, and which programs."""

SMALLEST_SAVING = 4096
"""Bytes: below one page a shorter file takes no less room."""

LARGEST_GAP = 64
"""Bytes between two sections that are taken for alignment; more may be somebody's data."""

CHUNK = 1 << 20
"""Bytes copied at a time."""


_PADDING = 8
"""Zero bytes behind the last section: patchelf leaves one."""


@dataclass(frozen=True, slots=True)
class Tail:
    """What can be left out of a file of ``size`` bytes: the first ``keep`` bytes stay.

    ``header`` takes the place of the file's first bytes, ``end`` follows the kept ones. ``blank``
    are (start, end) of sections between the kept parts that nothing reads: they become zeros,
    which take no room once compressed.
    """

    size: int
    keep: int
    header: bytes
    end: bytes
    blank: tuple[tuple[int, int], ...] = ()

    @property
    def saving(self) -> int:
        """Bytes that the new file is shorter."""
        return self.size - self.keep - len(self.end)

    @property
    def blanked(self) -> int:
        """Bytes that become zeros."""
        return sum(end - start for start, end in self.blank)


def removable_tail(source: Path | BinaryIO) -> Tail | None:
    """Return what no loader reads of an ELF file, None if the file has to stay whole.

    None for what is no executable or library of a processor in MACHINES, is malformed, has no
    sections, is a separate debug file, or holds data that its sections do not account for (an
    archive put behind it); for a section in RUN_TIME_SECTIONS, a loaded one outside all segments,
    for a gain below SMALLEST_SAVING, and for one that this user may not read. Raises OSError if
    the file cannot be read for another reason.
    """
    if isinstance(source, Path):
        try:
            with source.open("rb") as stream:
                return removable_tail(stream)
        except PermissionError:
            return None
    try:
        found = image.parse(source)
        tail = _tail(found, _ending(source, found))
    except (MalformedError, struct.error):
        return None
    return tail if max(tail.saving, tail.blanked) >= SMALLEST_SAVING else None


def write_truncated(source: Path, target: Path, tail: Tail) -> None:
    """Write ``source`` without its tail to the new file ``target``: same permissions, same mtime.

    ``source`` is only read: other names may share it. Raises OSError (FileExistsError if
    ``target`` is there) and TreeError if ``source`` has changed; then no target is left.
    """
    with source.open("rb") as old:
        status = os.fstat(old.fileno())
        if status.st_size != tail.size:
            raise TreeError(f"{source} cannot be shortened", "It has changed since it was read.")
        with target.open("xb") as new:
            try:
                _copy(old, new, tail)
                os.fchmod(new.fileno(), stat.S_IMODE(status.st_mode))
                os.utime(new.fileno(), ns=(status.st_atime_ns, status.st_mtime_ns))
            except BaseException:
                target.unlink()
                raise


def _copy(old: BinaryIO, new: BinaryIO, tail: Tail) -> None:
    new.write(tail.header)
    at = old.seek(len(tail.header))
    while at < tail.keep:
        chunk = old.read(min(CHUNK, tail.keep - at))
        if not chunk:
            raise TreeError("An ELF file cannot be shortened", "It became shorter while read.")
        new.write(blanked(chunk, at, tail.blank))
        at += len(chunk)
    new.write(tail.end)
    new.flush()  # a later write would set the modification time again


def _ending(file: BinaryIO, found: Image) -> int:
    """Where the file ends, less a few zero bytes that belong to nothing."""
    table = found.header.shoff + found.header.shnum * found.header.shentsize
    parts = [part.offset + part.length for part in found.sections if part.kind not in EMPTY]
    end = max(table, *parts, *(last for _, last in found.loaded))
    if found.size - end <= _PADDING and not any(
        image.read(file, end, found.size - end, found.size)
    ):
        return end
    return found.size


def _tail(found: Image, size: int) -> Tail:
    """What can be left out, whatever it saves; raises MalformedError if that is not clear."""
    keep = max(end for _, end in found.loaded)
    table = (found.header.shoff, found.header.shnum * found.header.shentsize)
    parts = [(part.offset, part.length) for part in found.sections if part.kind not in EMPTY]
    _check_accounted([table, *parts], keep, size)
    _check_sections(found, keep)
    blank = tuple(_blank(found, keep))
    end = found.names + bytes(-(keep + len(found.names)) % 8)  # 8-byte fields stand on 8
    moved = found.header._replace(shoff=keep + len(end))
    end += _table(found, keep, blank)
    return Tail(found.size, keep, found.layout.header.pack(*moved), end, blank)


def _blank(found: Image, keep: int) -> list[tuple[int, int]]:
    """Sections between the loaded parts that nothing reads (patchelf puts segments behind them)."""
    unread = [
        (part.offset, part.offset + part.length)
        for part in found.sections
        if part.kind not in EMPTY and not part.flags & ALLOC and part.kind != NOTE
    ]
    return sorted(
        (start, end)
        for start, end in unread
        if start < end <= keep and not found.is_read(start, end)
    )


def _table(found: Image, keep: int, blank: tuple[tuple[int, int], ...]) -> bytes:
    """The section table of the new file, its section names at ``keep``.

    Numbers are kept, as symbols refer to them: a section that is cut leaves an empty entry.
    """
    form = found.layout.section
    table = b""
    for number, part in enumerate(found.sections):
        if number == found.header.shstrndx:
            table += form.pack(*part._replace(offset=keep))
        elif part.kind not in EMPTY and _goes(part, keep, blank):
            table += bytes(form.size)
        else:
            table += form.pack(*part)
    return table


def _goes(part: Section, keep: int, blank: tuple[tuple[int, int], ...]) -> bool:
    end = part.offset + part.length
    return end > keep or (part.offset, end) in blank


def _check_sections(found: Image, keep: int) -> None:
    """Raise unless what is loaded lies in what is kept, and what goes is read by nobody."""
    loaded = False
    for part in found.sections:
        if part.kind in EMPTY:
            continue
        inside = part.offset + part.length <= keep
        require(found.name(part) not in RUN_TIME_SECTIONS)
        require(inside or not part.flags & ALLOC)
        loaded |= bool(part.flags & ALLOC) and part.kind != NOTE
    # In a separate debug file only notes are left of what was loaded.
    require(loaded)


def _check_accounted(parts: list[tuple[int, int]], keep: int, size: int) -> None:
    """Raise unless the (offset, length) of sections cover all bytes from ``keep`` to ``size``."""
    covered = keep
    for offset, length in sorted(parts):
        require(offset - covered <= LARGEST_GAP)
        covered = max(covered, offset + length)
    require(covered == size)
