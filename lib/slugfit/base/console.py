"""Where commands say what they have to say; only the command line knows which streams these are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TextIO

from slugfit.base.style import PLAIN, TO_EMPTY_LINE, Style


@dataclass(frozen=True)
class Console:
    """The two streams of one run of the command line."""

    out: TextIO
    """What was asked for: reports, JSON, the lines of a build log."""
    err: TextIO
    """What went wrong, and what must not get between JSON."""
    style: Style = PLAIN
    """What ``out`` can show."""
    live: bool = False
    """Whether a line on ``err`` can be written over."""

    def say(self, line: str) -> None:
        """One line of the answer, seen at once."""
        self.write(f"{line}\n")

    def write(self, text: str) -> None:
        """A text with its own line ends, seen at once; a line about progress makes room for it."""
        self.out.write(f"{TO_EMPTY_LINE}{text}" if self.style.live else text)
        self.out.flush()

    def complain(self, line: str) -> None:
        """One line about what went wrong."""
        self.err.write(f"{line}\n")
        self.err.flush()

    def only_errors(self) -> Console:
        """The same with everything on ``err``: for a command whose answer is JSON."""
        return Console(self.err, self.err, Style(live=self.live), self.live)
