"""Lines of patterns that can match nothing the way they are written, and what is meant. Pure.

Every one of these has a meaning in .gitignore syntax, only not the one that people have in mind:
``./docs`` is a path that no file has, ``docs # old`` and ``docs, tests`` are names with blanks in
them. What they match does not change; it is told.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slugfit.scan.faults import Fault, FaultKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


_COMMENT = re.compile(r"(?<=\S)\s+#.*")
_COMMAS = re.compile(r",(?=\s|$)")
_DOT = re.compile(r"(\.{1,2}/)+")
_QUOTED = re.compile(r"""(?P<quote>["'`])(?P<inner>[^"'`]+)(?P=quote)""")
_BACKSLASH = re.compile(r"(?<=[^\\])\\(?=[A-Za-z0-9_]|$)")


def pattern_faults(lines: Iterable[str], file: str, *, negation: bool) -> Iterator[Fault]:
    """What is wrong with the lines of ``file``; ``negation`` says whether ``!`` has a meaning."""
    for number, line in enumerate(lines, 1):
        text = line.removesuffix("\n").removesuffix("\r")
        if not text.strip() or text.startswith("#"):
            continue
        if text.startswith("!") and not negation:
            yield Fault("negation", file, number, text)
            continue
        kind, meant = _meant(text)
        if kind is not None:
            yield Fault(kind, file, number, text, tuple(meant))


def post_clean_faults(lines: Iterable[str], file: str) -> Iterator[Fault]:
    """The same for paths as ``rm -rf`` takes them: a leading dot and blanks around are fine."""
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        kind, meant = _meant(text.removeprefix("./"))
        if kind == "dot":
            yield Fault("outside", file, number, text)
        elif kind is not None:
            yield Fault(kind, file, number, text, tuple(meant))


def _meant(text: str) -> tuple[FaultKind | None, list[str]]:
    """The first thing that is wrong with one pattern, and the patterns that are meant."""
    first: FaultKind | None = None
    negated = "!" if text.startswith("!") else ""
    parts = [text[len(negated) :]]
    for kind, mend in _MENDS:
        changed = [new for part in parts for new in mend(part) if new]
        if changed != parts:
            first, parts = first or kind, changed
    return first, [negated + part for part in parts]


def _without_blanks(text: str) -> list[str]:
    # Spaces at the end mean nothing already; tabs do, and blanks at the beginning.
    return [text] if text.strip() == text.rstrip(" ") else [text.strip()]


def _parted(text: str) -> list[str]:
    return [part.strip() for part in _COMMAS.split(text)] if _COMMAS.search(text) else [text]


def _unquoted(text: str) -> list[str]:
    match = _QUOTED.fullmatch(text)
    return [match["inner"] if match else text]


def _rooted(text: str) -> list[str]:
    dots = _DOT.match(text)
    return [f"/{text[dots.end() :]}" if dots else text]


_MENDS: tuple[tuple[FaultKind, Callable[[str], list[str]]], ...] = (
    ("comment", lambda text: [_COMMENT.sub("", text)]),
    ("blanks", _without_blanks),
    ("commas", _parted),
    ("quotes", _unquoted),
    ("backslash", lambda text: [_BACKSLASH.sub("/", text)]),
    ("dot", _rooted),
)
"""In this order: each sees what those before it made of a line."""
