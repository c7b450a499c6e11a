"""Where archives are made: in the build cache, by what is in them, for the next build to find."""

from __future__ import annotations

import contextlib
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


OLD = 3600
"""Seconds after which no build that runs can need an archive that this one did not."""


@contextmanager
def archive_folder(cache: Path | None) -> Iterator[Path]:
    """The folder of archives in Slugfit's part of the build cache, or one for this run alone."""
    if cache is None:
        with tempfile.TemporaryDirectory(prefix="slugfit-packed-") as name:
            yield Path(name)
        return
    folder = cache / "packed"
    folder.mkdir(parents=True, exist_ok=True)
    yield folder


def drop_unused(folder: Path, now: float) -> None:
    """Drop from ``folder`` what neither this build nor one that runs now used.

    What is used gets the time of its use. What cannot be dropped stays.
    """
    with contextlib.suppress(OSError):
        for file in folder.iterdir():
            if file.stat().st_mtime < now - OLD:
                file.unlink()
