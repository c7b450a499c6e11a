"""What is being done, told while it takes long: in place on a terminal, as lines in a log."""

from __future__ import annotations

import os
import signal
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slugfit.base.style import TO_EMPTY_LINE
from slugfit.report.layout import shortened
from slugfit.report.stage_words import IN_LOG, stage_sentence

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

    from slugfit.base.console import Console
    from slugfit.base.progress import Progress

LOG_SECONDS = 4.0
"""Between two lines of a log: nothing is silent for longer than five seconds."""
LIVE_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Teller:
    """Where progress is told, and how."""

    stream: TextIO
    live: bool
    """Whether a line can be written over."""
    seconds: float
    """Between two times."""

    def tell(self, text: str) -> None:
        """Tell it, past the stream's buffer: a signal may come while that is written to."""
        shown = f"{TO_EMPTY_LINE}{shortened(text, 79)}" if self.live else f"{IN_LOG}{text}\n"
        with suppress(OSError):
            os.write(self.stream.fileno(), shown.encode("ascii", "backslashreplace"))

    def clear(self) -> None:
        """Take the last line back where that can be done."""
        if self.live:
            with suppress(OSError):
                os.write(self.stream.fileno(), TO_EMPTY_LINE.encode())


def teller_for(console: Console, *, as_log: bool) -> Teller:
    """In a build's log beside the rest; elsewhere where errors go, for the answer may be a file."""
    stream, live = (console.out, console.style.live) if as_log else (console.err, console.live)
    return Teller(stream, live, LIVE_SECONDS if live else LOG_SECONDS)


@contextmanager
def telling(teller: Teller, progress: Progress) -> Iterator[None]:
    """Tell every few seconds what ``progress`` says, until the block ends.

    By a timer's signal: a thread would keep the engine from working in forks, and they and the
    programs that it starts have no timer of their own.
    """
    if threading.current_thread() is not threading.main_thread() or not _is_file(teller.stream):
        yield
        return

    def tell(*_: object) -> None:
        stage = progress.current()
        if stage is not None and stage.name:
            teller.tell(stage_sentence(stage.name, time.monotonic() - stage.began))

    before = signal.signal(signal.SIGALRM, tell)
    signal.setitimer(signal.ITIMER_REAL, teller.seconds, teller.seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        teller.clear()


def _is_file(stream: TextIO) -> bool:
    try:
        stream.fileno()
    except (OSError, ValueError):
        return False
    return True
