"""Sizes and names as people read them; runs on Python 3.8, as a slug may carry it."""

from __future__ import annotations


def megabytes(size: int) -> str:
    """``1234567`` as ``1.2``."""
    return f"{size / 1_000_000:.1f}"


def signed_megabytes(size: int) -> str:
    """``1234567`` as ``+1.2``; what rounds to nothing as ``0.0``."""
    text = megabytes(abs(size))
    return text if text == "0.0" else f"{'-' if size < 0 else '+'}{text}"


def counted(number: int, singular: str, plural: str = "") -> str:
    """``1 import``, ``2 imports``; ``plural`` where that is not the singular with an s."""
    return f"{number} {singular if number == 1 else plural or singular + 's'}"


def printable(text: str) -> str:
    """``text`` on one line, whatever file names are in it: others as escapes."""
    shown = text.encode("utf-8", "backslashreplace").decode()
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in shown)
