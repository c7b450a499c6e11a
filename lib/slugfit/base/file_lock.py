"""A lock on a file, for one process at a time; runs on Python 3.8, as a slug may carry it."""

from __future__ import annotations

import fcntl
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def lock_file(file: IO[bytes], waiting: Callable[[], None]) -> None:
    """Lock ``file`` until it is closed; ``waiting`` is called if another process has the lock.

    https://man7.org/linux/man-pages/man2/flock.2.html
    """
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        waiting()
        fcntl.flock(file, fcntl.LOCK_EX)
