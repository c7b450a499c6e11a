"""Programs of this machine: run to their end, with what they said."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path


Say: TypeAlias = "Callable[[str], None]"
"""Where a line for the person goes who waits."""


class UnavailableError(Exception):
    """What the harness needs cannot be had on this machine; the sentence says why."""


class BrokenError(Exception):
    """A step did not go as it should: a sentence, and what a program said about it."""

    def __init__(self, sentence: str, said: str = "") -> None:
        super().__init__(sentence)
        self.said = said


@dataclass(frozen=True, slots=True)
class Ended:
    """How a program ended: its status (124 when it was out of time), and what it printed."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        """Both streams."""
        return (self.out + self.err).strip()

    @property
    def last_line(self) -> str:
        """The last thing it said: most often the reason."""
        lines = [line.strip() for line in self.said.splitlines() if line.strip()]
        return lines[-1] if lines else f"no reason was given (status {self.code})"


def run(
    command: Sequence[str | Path],
    seconds: float = 120,
    *,
    feed: IO[bytes] | None = None,
    into: IO[bytes] | None = None,
    variables: Mapping[str, str] | None = None,
) -> Ended:
    """Run ``command`` with ``feed`` as its input; ``into`` takes its output instead of the answer.

    A program that is not there answers as a shell would (127).
    """
    try:
        done = subprocess.run(
            list(map(str, command)),
            stdin=feed or subprocess.DEVNULL,
            stdout=into or subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **(variables or {})},
            timeout=seconds,
            check=False,
        )
    except FileNotFoundError:
        return Ended(127, "", f"{command[0]} is not installed")
    except subprocess.TimeoutExpired:
        return Ended(124, "", f"{command[0]} did not end within {seconds:.0f} seconds")
    text = [(part or b"").decode("utf-8", "replace") for part in (done.stdout, done.stderr)]
    return Ended(done.returncode, *text)
