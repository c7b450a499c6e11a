"""The log of a build's script, with the many lines of its installer folded into one."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from slugfit.base.progress import Stage
from slugfit.base.words import counted
from slugfit.report.layout import INDENT, shortened
from slugfit.report.limit_words import FITS, TOO_LARGE
from slugfit.report.stage_words import IN_LOG

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slugfit.base.console import Console
    from slugfit.base.progress import Progress

STEP = "-----> "
INSTALLS = f"{STEP}Installing dependencies"
"""How the standard buildpack's step begins that runs pip, Pipenv, Poetry or uv.

https://github.com/heroku/heroku-buildpack-python/tree/v351/lib
"""
_PROGRESS = re.compile(rf"{re.escape(IN_LOG)}(.*), (\d+) s")
"""A line of Slugfit's about progress, as commands/telling.py writes it into a log."""
_MARGIN = " " * INDENT
_VERDICT = re.compile(rf"{_MARGIN}limit .*: ({FITS}|{TOO_LARGE}),")
"""The report comes through a pipe, which has no colour: its verdict gets it here."""
_SHOWN = 60


@dataclass(slots=True)
class FoldedLog:
    """Prints a log line by line; what an installer says only if something goes wrong."""

    console: Console
    progress: Progress
    stage: Stage = field(default_factory=lambda: Stage(""))
    """What the script is doing, where that may take long."""
    held: list[str] = field(default_factory=list)
    """Lines of the installer that is running."""
    installing: bool = False

    def follow(self, lines: Iterable[str]) -> None:
        """Print ``lines`` as they come; at their end nothing is held back any more."""
        with self.progress.during("") as self.stage:
            for line in lines:
                self._take(line.rstrip("\n"))
            self._release()

    def _take(self, line: str) -> None:
        told = _PROGRESS.fullmatch(line)
        if told and self.console.style.live:
            self.stage.name, self.stage.began = told[1], time.monotonic() - int(told[2])
        elif self.installing and (line.startswith(_MARGIN) or not line.strip()):
            self.held.append(line)
            self.stage.name = shortened(line.strip(), _SHOWN) or self.stage.name
        else:
            if self.installing and line.startswith(STEP):
                self._fold()
            self._release()
            self._print(line)
            if line.startswith(INSTALLS):
                self.installing = True
                self.stage.name, self.stage.began = "installing", time.monotonic()

    def _fold(self) -> None:
        """The installer is done: one line in place of all that it said."""
        if self.held:
            seconds = time.monotonic() - self.stage.began
            lines = counted(len(self.held), "line")
            self._print(
                f"{_MARGIN}{lines} of the installer, {seconds:.0f} s (--verbose shows them)"
            )
            self.held.clear()

    def _release(self) -> None:
        """Print what is held: the script stopped or warned in the middle of it."""
        for line in self.held:
            self._print(line)
        self.held.clear()
        self.installing = False
        self.stage.name = ""

    def _print(self, line: str) -> None:
        say_in_log(self.console, line)


def say_in_log(console: Console, line: str) -> None:
    """One line of a build's log; on a terminal steps, warnings and the verdict stand out."""
    console.say(console.style.painted(line, _tone(line)))


def _tone(line: str) -> str:
    if line.startswith(STEP):
        return "title"
    verdict = _VERDICT.match(line)
    if verdict:
        return "good" if verdict[1] == FITS else "bad"
    return "warning" if line[:2] == " !" else "plain"
