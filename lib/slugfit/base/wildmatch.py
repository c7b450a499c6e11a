"""Git's globs as regular expressions over bytes, with the quirks of its wildmatch.c.

https://github.com/git/git/blob/master/wildmatch.c
"""

from __future__ import annotations

import re

_POSIX = {
    b"alnum": rb"0-9A-Za-z",
    b"alpha": rb"A-Za-z",
    b"blank": rb" \t",
    b"cntrl": rb"\x01-\x1f\x7f",
    b"digit": rb"0-9",
    b"graph": rb"!-~",
    b"lower": rb"a-z",
    b"print": rb" -~",
    b"punct": rb"!-/:-@\[-`{-~",
    # No vertical tab, no form feed: https://github.com/git/git/blob/master/ctype.c
    b"space": rb" \t\n\r",
    b"upper": rb"A-Z",
    b"xdigit": rb"0-9A-Fa-f",
}
_CLASS = re.compile(rb"\[:([^\]]*):\]")
_RANGE = re.compile(rb"-(?:\\(.)|([^\]\\]))", re.DOTALL)
_BYTE = re.compile(rb"\\(.)|([^\\])", re.DOTALL)
_ANY, _WITHIN = rb"[^\x00]", rb"[^/\x00]"
NEVER = rb"(?!)"
"""Matches nothing."""


def translate_glob(glob: bytes) -> bytes | None:
    """Return the expression a glob means, or None if it is malformed and can match nothing."""
    out, at = b"", 0
    while at < len(glob):
        if glob[at] == ord("*"):
            piece, at = _stars(glob, at)
        elif glob[at] == ord("["):
            piece, at = _bracket(glob, at + 1)
        elif glob[at] == ord("?"):
            piece, at = _WITHIN, at + 1
        elif byte := _BYTE.match(glob, at):
            piece, at = re.escape(byte[1] or byte[2]), byte.end()
        else:
            return None
        if not piece:
            return None
        out += piece
    return out


def _stars(glob: bytes, at: int) -> tuple[bytes, int]:
    """Return what the stars from ``at`` on mean, and where the glob goes on."""
    after = glob[at:].lstrip(b"*")
    end = len(glob) - len(after)
    alone = not at or glob[at - 1] == ord("/")
    if end - at == 1 or not alone or (after and not after.startswith((b"/", b"\\/"))):
        return _WITHIN + b"*", end
    return (b"(?:" + _ANY + b"*/)?", end + 1) if after.startswith(b"/") else (_ANY + b"*", end)


def _bracket(glob: bytes, at: int) -> tuple[bytes, int]:
    """Return the set of bytes after a ``[`` and where the glob goes on; empty if malformed."""
    negated = glob[at : at + 1] in (b"!", b"^")
    start = at = at + negated
    members, previous = b"", 0  # previous: the byte before a `-`; none after a range or a class
    while at == start or glob[at : at + 1] != b"]":
        if item := _CLASS.match(glob, at):
            if item[1] not in _POSIX:
                return b"", at
            members, previous = members + _POSIX[item[1]], 0
        elif previous and (item := _RANGE.match(glob, at)):
            last = ord(item[1] or item[2])
            members += b"\\x%02x-\\x%02x" % (previous, last) if previous <= last else b""
            previous = 0
        elif item := _BYTE.match(glob, at):
            previous = ord(item[1] or item[2])
            members += b"\\x%02x" % previous
        else:
            return b"", at
        at = item.end()
    return b"(?![/\\x00])[" + (b"^" if negated else b"") + members + b"]", at + 1
