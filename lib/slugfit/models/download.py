"""One URL into one verified file: resumed, tried again, locked against others, atomic.

What was received stays in a part file; the next try, or the next run, asks for the rest. The
SHA-256 decides whether the file is right, so neither dates nor entity tags are needed: a part
that leads to another hash is thrown away, and the file is fetched once more from its start.

Runs on every Python from 3.8: the slug carries it along for models that are fetched at boot.
"""

from __future__ import annotations

import contextlib
import errno
import shutil
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slugfit.base.errors import ModelError
from slugfit.base.words import megabytes
from slugfit.models.connection import shown_address
from slugfit.models.partial_download import PartialDownload, locked_partial, partial_path
from slugfit.models.transfer import Response, TransferError, request_file
from slugfit.models.wanted import WantedModel, file_digest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


TRIES = 5
"""Failures in a row, with nothing new received between them, after which it is given up."""
TELL_SECONDS = 5.0
"""Seconds between two lines of progress."""
LONGEST_PAUSE = 60.0
"""Seconds between two tries at most, whatever a server asks for."""
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_MEGABYTE = 1_000_000


@dataclass(frozen=True)
class DownloadContext:
    """What a download needs from outside."""

    tell: Callable[[str], None]
    """Tells people one line."""
    now: Callable[[], float] = time.monotonic
    """The time in seconds, from any start."""
    pause: Callable[[float], None] = time.sleep
    """Waits for so many seconds."""


def download_model(order: WantedModel, token: str, target: Path, means: DownloadContext) -> int:
    """Put the file of ``order`` at ``target``, in place of another one; the bytes received.

    ``token`` ("" for none) goes to the URL's host only.

    0 if it is there, or was there when the process ended that was fetching it already: all that
    want the same target wait for one another. Raises ModelError, with the target as it was.
    """
    place = partial_path(target, order.sha256)

    def waiting() -> None:
        means.tell(f"{order.path}: another process is fetching it; waiting")

    try:
        with locked_partial(place, waiting) as part:
            if file_digest(target) == order.sha256:
                place.unlink()
                return 0
            try:
                received = _complete(order, token, part, means)
            except ModelError:
                if not part.size:
                    place.unlink()
                raise
            part.become(target)
            return received
    except OSError as error:
        if error.errno in FULL:
            # A part as large as the disk would be in everybody's way.
            with contextlib.suppress(OSError):
                place.unlink()
        raise unwritable(order, error) from error


def unwritable(order: WantedModel, error: OSError) -> ModelError:
    """What to say of a file that cannot be written."""
    return ModelError(
        f"{order.path} could not be written.",
        f"{error.strerror}.",
        "Make room on the disk, or correct its permissions, and try again.",
    )


def _complete(order: WantedModel, token: str, part: PartialDownload, means: DownloadContext) -> int:
    """Receive until the part is complete; the bytes received. Raises ModelError, OSError."""
    received, failures, most = 0, 0, part.size
    while part.digest() != order.sha256:
        before = part.size
        try:
            with contextlib.closing(request_file(order.url, token, before)) as answer:
                if answer.start == 0:
                    before = 0
                    part.restart()
                _make_sure_it_fits(answer, part.place.parent)
                _receive(order, answer, part, means)
                if part.digest() != order.sha256:
                    _wrong(order, answer, part, means)
        except TransferError as error:
            failures = 0 if part.size > most else failures + 1
            most = max(most, part.size)
            if error.restart:
                part.restart()
            _wait(order, error, failures, means)
        finally:
            received += max(0, part.size - before)
    return received


def _make_sure_it_fits(answer: Response, folder: Path) -> None:
    """Raise OSError if the disk has no room for the rest, before it is filled in vain."""
    if answer.total is not None:
        need, free = answer.total - answer.start, shutil.disk_usage(folder).free
        if need > free:
            lack = f"It needs {megabytes(need)} MB more, and {megabytes(free)} MB are free"
            raise OSError(errno.ENOSPC, lack)


def _receive(
    order: WantedModel, answer: Response, part: PartialDownload, means: DownloadContext
) -> None:
    told = means.now()
    of = "" if answer.total is None else f" of {megabytes(answer.total)}"
    if answer.start:
        means.tell(f"{order.path}: going on after {megabytes(answer.start)}{of} MB")
    for block in answer.blocks():
        part.add(block)
        if means.now() - told >= TELL_SECONDS:
            told = means.now()
            means.tell(f"{order.path}: {megabytes(part.size)}{of} MB")


def _wrong(
    order: WantedModel, answer: Response, part: PartialDownload, means: DownloadContext
) -> None:
    """What to do with a complete file of another hash: start once more if its beginning is old."""
    digest, size = part.digest(), megabytes(part.size)
    part.restart()
    if answer.start:
        means.tell(f"{order.path}: the rest does not fit what was there; starting again")
        return
    page = " It is a web page, perhaps one that asks to log in." if answer.is_page else ""
    raise ModelError(
        f"{order.path}: {shown_address(order.url)} is another file.",
        f"Its SHA-256 is {digest} ({size} MB), not {order.sha256}.{page}",
        "Correct its sha256 in pyproject.toml if the new content is meant, else its url.",
    )


def _wait(order: WantedModel, error: TransferError, failures: int, means: DownloadContext) -> None:
    """Pause before the next try, or raise ModelError if another try cannot help."""
    if error.again and failures < TRIES:
        usual = float(2**failures) if error.after is None else error.after
        seconds = min(usual, LONGEST_PAUSE)
        means.tell(f"{order.path}: {_lower(error.reason)}; trying again in {seconds:.0f} s")
        means.pause(seconds)
        return
    times = f" ({failures} times)" if failures > 1 else ""
    if error.denied:
        todo = 'Name the config var that holds your token: token = "NAME" in pyproject.toml.'
    elif error.again:
        todo = "Try again: the server or the network may have had a bad moment."
    else:
        todo = "Correct its url in pyproject.toml."
    raise ModelError(
        f"{order.path} could not be fetched from {shown_address(order.url)}.",
        f"{error.reason}{times}.",
        todo,
    ) from error


def _lower(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:]
