"""How a stream shows text: colour and a line that changes, only on a terminal that wants them.

Variables that switch colour off and on: https://no-color.org, https://bixense.com/clicolors/.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Mapping

_CODES = {"title": "1", "good": "32", "bad": "1;31", "warning": "33"}
"""Select Graphic Rendition (ECMA-48), by what a line is."""
TO_EMPTY_LINE = "\r\x1b[K"
"""To the start of the line, which is emptied (ECMA-48's EL)."""


@dataclass(frozen=True, slots=True)
class Style:
    """What a stream can show."""

    colour: bool = False
    live: bool = False
    """Whether a line can be written over: progress is shown in place."""

    def painted(self, text: str, tone: str) -> str:
        """``text`` in the colour of its ``tone``, its margin without."""
        code = _CODES.get(tone)
        if not (self.colour and code and text):
            return text
        shown = text.lstrip(" ")
        return f"{text[: len(text) - len(shown)]}\x1b[{code}m{shown}\x1b[0m"


PLAIN = Style()


def plain_ascii(error: UnicodeError) -> tuple[str, int]:
    """What stands in for characters that a stream cannot show: an error handler of codecs.

    https://docs.python.org/3/library/codecs.html#codecs.register_error
    """
    if not isinstance(error, UnicodeEncodeError):
        raise error
    missing = error.object[error.start : error.end]
    shown = missing.replace("\u2026", "...").encode("ascii", "backslashreplace")
    return shown.decode("ascii"), error.end


def style_of(stream: TextIO, variables: Mapping[str, str]) -> Style:
    """What ``stream`` can show, given the environment ``variables``."""
    terminal = stream.isatty() and variables.get("TERM", "dumb") != "dumb"
    forced = variables.get("CLICOLOR_FORCE", "0") not in ("", "0")
    colour = (terminal or forced) and not variables.get("NO_COLOR")
    return Style(colour, terminal)
