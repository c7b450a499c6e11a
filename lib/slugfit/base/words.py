"""Sizes and names as people read them; runs on Python 3.8, as a slug may carry it."""

from __future__ import annotations


def megabytes(size: int) -> str:
    """``1234567`` as ``1.2``."""
    return f"{size / 1_000_000:.1f}"


def printable(text: str) -> str:
    """``text`` on one line, whatever file names are in it: others as escapes."""
    shown = text.encode("utf-8", "backslashreplace").decode()
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in shown)
