"""What was done and seen, a line a step, as plain text."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from stack.programs import BrokenError

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TextIO

Value = TypeVar("Value")
TAIL = 40
"""Lines of a program's words that are shown when its step failed; logs have the rest."""


class StopError(Exception):
    """A step failed that the later ones need."""


@dataclass(slots=True)
class Journal:
    """Writes each step when it is done, and counts."""

    out: TextIO
    passed: int = 0
    failed: int = 0
    _clock: Callable[[], float] = field(default=time.monotonic)

    def say(self, line: str = "") -> None:
        """A line of its own."""
        self.out.write(f"{line}\n")
        self.out.flush()

    def check(self, name: str, action: Callable[[], str]) -> None:
        """A step that the later ones do not need; ``action`` says what it saw."""
        self._record(name, lambda: (action(), None))

    def step(self, name: str, action: Callable[[], tuple[str, Value]]) -> Value:
        """A step that the later ones need: its value, or StopError."""
        found = self._record(name, action)
        if found is None:
            raise StopError(name)
        return found[1]

    def _record(
        self, name: str, action: Callable[[], tuple[str, Value]]
    ) -> tuple[str, Value] | None:
        start = self._clock()
        try:
            found = action()
        except BrokenError as error:
            self.failed += 1
            self._line("FAILED", start, name, str(error))
            for line in error.said.splitlines()[-TAIL:]:
                self.say(f"            | {line}")
            return None
        self.passed += 1
        self._line("ok", start, name, found[0])
        return found

    def _line(self, verdict: str, start: float, name: str, words: str) -> None:
        self.say(f"  {verdict:<6} {self._clock() - start:6.1f} s  {name:<16}  {words}")

    def total(self) -> str:
        """The last line."""
        return f"{self.passed} passed, {self.failed} failed"
