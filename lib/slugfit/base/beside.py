"""Work in a process beside this one, on another core: for what is pure and takes the processor."""

from __future__ import annotations

import os
import pickle
import signal
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


T = TypeVar("T")


@contextmanager
def beside(act: Callable[[], T]) -> Iterator[Callable[[], T]]:
    """Begin ``act``; the function that is yielded waits for what it returns, which is pickled.

    The process is a fork of this one: it knows all that this one knows so far, and what it learns
    is its own. It ends with the block. Where nothing can be forked, because other threads run or
    the system has no forks, and where the fork comes to no end, ``act`` is done here when it is
    asked for: so what it raises is raised there.
    """
    if not hasattr(os, "fork") or threading.active_count() > 1:
        yield act
        return
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        _answer(act, reading, writing)
    os.close(writing)
    try:
        with open(reading, "rb") as answers:
            yield lambda: _told(answers.read(), act)
    finally:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _answer(act: Callable[[], T], reading: int, writing: int) -> None:
    """Write what ``act`` returns, and end this process."""
    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        os.close(reading)
        with open(writing, "wb") as answers:
            answers.write(pickle.dumps(act(), pickle.HIGHEST_PROTOCOL))
    finally:
        # Whatever this process has of the other one, its open files first of all, is not ended.
        os._exit(0)


def _told(answer: bytes, act: Callable[[], T]) -> T:
    """What the fork wrote; a part of it, or nothing, if it came to no end."""
    try:
        told: T = pickle.loads(answer)  # noqa: S301 - this program's own
    except (EOFError, pickle.UnpicklingError):
        return act()
    return told


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1  # not Linux
