"""Shared libraries that are linked to others, as small as a loader takes them."""

from __future__ import annotations

import struct


def library(needed: tuple[bytes, ...], *, wide: bool = True, order: str = "<") -> bytes:
    """A minimal shared library: a header, two segments, a string table, a dynamic section."""
    names = b"\0" + b"".join(name + b"\0" for name in needed)
    header, segment = (64, 56) if wide else (52, 32)
    strings = header + 2 * segment
    offsets = [names.index(b"\0" + name + b"\0") + 1 for name in needed]
    entries = [(1, offset) for offset in offsets] + [(5, strings), (10, len(names)), (0, 0)]
    form = order + ("qQ" if wide else "iI")
    dynamic = b"".join(struct.pack(form, *entry) for entry in entries)
    at = strings + len(names)
    size = at + len(dynamic)
    ident = b"\x7fELF" + bytes((2 if wide else 1, 1 if order == "<" else 2, 1)).ljust(12, b"\0")
    kind = (3, 62, 1, 0, header, 0, 0, header, segment, 2, 64 if wide else 40, 0, 0)
    head = struct.pack(order + ("16s2HI3QI6H" if wide else "16s2H5I6H"), ident, *kind)
    if wide:
        load = struct.pack(order + "2I6Q", 1, 4, 0, 0, 0, size, size, 1)
        where = struct.pack(order + "2I6Q", 2, 4, at, at, at, len(dynamic), len(dynamic), 1)
    else:
        load = struct.pack(order + "8I", 1, 0, 0, 0, size, size, 4, 1)
        where = struct.pack(order + "8I", 2, at, at, at, len(dynamic), len(dynamic), 4, 1)
    return head + load + where + names + dynamic
