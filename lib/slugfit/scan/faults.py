"""Fault: what is wrong with a file or a setting, as data; words come from report/."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

FaultKind = Literal[
    "encoding",  # the file is in ``text``, an encoding that the platform does not read
    "mark",  # a byte-order mark stands before the first line
    "not text",  # there are bytes in it that no text has
    "name",  # the file is called ``text``; the platform reads only ``instead``
    "capitals",  # a process type with capital letters
    "quotes",  # quotes around a name or pattern
    "blanks",  # white space where none may stand
    "no command",  # a process type without a command
    "no process",  # a line of Procfile that is not ``type: command``
    "negation",  # ``!`` where the platform knows none
    "dot",  # ``./`` or ``../`` at the beginning of a pattern
    "comment",  # a comment behind a pattern
    "commas",  # several patterns on one line
    "backslash",  # a backslash between the folders of a pattern
    "no match",  # a pattern that matches no file of the tree
    "outside",  # a path that leads out of the app
    "unreadable",  # the folder ``file`` cannot be read
    "compiler",  # the distribution ``file`` compiles, and nothing shows whether the app uses it
    "metadata",  # ``text`` says what of the distribution ``file`` cannot be read
]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, and what to write."""

    kind: FaultKind
    file: str
    """The file, as seen from the app's root, or the setting."""
    line: int = 0
    """The number of the line, from 1; 0 if it is about all of the file."""
    text: str = ""
    """What stands there."""
    instead: tuple[str, ...] = ()
    """The lines to write in its place; () where nobody can tell."""
