"""Bytecode that was compiled at another path, made to name the path where the app runs.

Python would mend each such name when it loads the module, which takes time, and a slug would depend
on the folder of its build. In marshalled code the path of the source is one object, which the code
objects refer to by a number (https://github.com/python/cpython/blob/3.13/Python/marshal.c): no
other byte depends on how long it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_REFERRED = 0x80
_SHORT = b"zZ"
_LONG = b"aA"
_SHORT_LIMIT = 255
"""Characters of a text whose length is one byte."""


def relocated(code: bytes, source: str, target: str) -> bytes | None:
    """The marshalled ``code`` of ``source``, a path in the tree, as if compiled at ``target``.

    None where the one place of its path cannot be told: it has to be compiled then.
    """
    ending = b"/" + source.encode("utf-8", "surrogateescape")
    if not (target.isascii() and source.isascii()):
        return None
    places = [
        place
        for at in _positions(ending, code, 0, len(code))
        if (place := _text_that_ends(code, at + len(ending)))
    ]
    if len(places) != 1:
        return None
    start, kind, end = places[0]
    return b"".join((code[:start], _text(kind, target.encode()), code[end:]))


def _text_that_ends(code: bytes, end: int) -> tuple[int, int, int] | None:
    """Where an absolute path that ends at ``end`` starts as an object, and its kind."""
    for first in _positions(b"/", code, max(end - 4096, 5), end):
        size = end - first
        if code[first - 1] == size and code[first - 2] & ~_REFERRED in _SHORT:
            return first - 2, code[first - 2], end
        long = int.from_bytes(code[first - 4 : first], "little")
        if long == size > _SHORT_LIMIT and code[first - 5] & ~_REFERRED in _LONG:
            return first - 5, code[first - 5], end
    return None


def _positions(part: bytes, code: bytes, start: int, end: int) -> Iterator[int]:
    at = code.find(part, start, end)
    while at >= 0:
        yield at
        at = code.find(part, at + 1, end)


def _text(kind: int, text: bytes) -> bytes:
    """An ASCII text as marshal writes it, of the same kind but for its length."""
    interned = kind & ~_REFERRED in b"ZA"
    if len(text) <= _SHORT_LIMIT:
        sort, size = b"zZ"[interned], bytes([len(text)])
    else:
        sort, size = b"aA"[interned], len(text).to_bytes(4, "little")
    return bytes([sort | (kind & _REFERRED)]) + size + text
