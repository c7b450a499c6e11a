"""Lines of 80 columns: sentences that wrap between words, tables, names shortened in the middle."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from slugfit.base.words import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

WIDTH = 80
INDENT = 7
"""What stands before each line in a build log."""
ROOM = WIDTH - INDENT
"""Columns of a line."""
_GAP = "..."

Tone = Literal["plain", "title", "good", "bad", "warning"]


@dataclass(frozen=True, slots=True)
class Line:
    """One line, and what it is: a terminal can show that as a colour."""

    text: str = ""
    tone: Tone = "plain"


EMPTY = Line()


def wrapped(text: str, bullet: str = "", tone: Tone = "plain") -> Iterator[Line]:
    """``text`` in lines that fit, after ``bullet``; no line ends inside a word or a path."""
    room = ROOM - len(bullet)
    for line in textwrap.wrap(
        re.sub(r"\S+", lambda word: shortened(word[0], room), printable(text)),
        ROOM,
        initial_indent=bullet,
        subsequent_indent=" " * len(bullet),
        break_on_hyphens=False,
        break_long_words=False,
    ):
        yield Line(line, tone)


def copied(text: str) -> Iterator[Line]:
    """What somebody is to copy: never shortened; only one line of several words may be wrapped."""
    shown = (
        text.split("\n")
        if "\n" in text
        else textwrap.wrap(
            printable(text), ROOM - 4, break_on_hyphens=False, break_long_words=False
        )
    )
    yield from (Line(f"    {printable(line)}") for line in shown)


def shortened(name: str, room: int) -> str:
    """``name`` in ``room`` columns: of a path the folders in the middle go, else the middle."""
    if len(name) <= room:
        return name
    first, *folders, last = name.split("/") if name.count("/") > 1 else ("", name)
    start = f"{first}/{_GAP}/"
    if len(start) + len(last) > room or not folders:
        half = (room - len(_GAP)) // 2
        return name[: room - len(_GAP) - half] + _GAP + name[len(name) - half :]
    while folders and len(start) + len(folders[-1]) + 1 + len(last) <= room:
        last = f"{folders.pop()}/{last}"
    return start + last


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a heading: a name, numbers, and perhaps a few words at the end.

    ``widths`` has the columns of the names and of each number; the words have what is left.
    """

    heading: Sequence[str]
    widths: Sequence[int]
    rows: Sequence[Sequence[str]]

    def lines(self) -> Iterator[Line]:
        """The heading and the rows."""
        yield Line(self._line(self.heading), "title")
        for row in self.rows:
            yield Line(self._line(row))

    def _line(self, cells: Sequence[str]) -> str:
        name, numbers = self.widths[0], self.widths[1:]
        words = cells[len(self.widths) :]
        text = f"{shortened(cells[0], name - 1):<{name}}"
        text += "".join(
            f"{cell:>{width}}"
            for cell, width in zip(cells[1 : len(self.widths)], numbers, strict=True)
        )
        for cell in words:
            text += f"  {shortened(cell, ROOM - sum(self.widths) - 2)}"
        return text.rstrip()
