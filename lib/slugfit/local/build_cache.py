"""The build cache of local builds: one build at a time, and nothing of one that was killed.

A platform gives each build a cache of its own and forgets it when the build fails. Here a folder
serves all of them: what an interrupted build left half moved in or half copied out is dropped.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from typing import TYPE_CHECKING

from slugfit.base.errors import SlugfitError
from slugfit.base.file_lock import lock_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


CACHE_LOCK = "slugfit/build.lock"
"""Held while a build runs, and empty when the last one came to its end."""
INSTALLED = ".heroku"
"""What the wrapped buildpack keeps."""


@contextlib.contextmanager
def locked_cache(cache: Path, say: Callable[[str], None]) -> Iterator[None]:
    """Have the cache alone, whole or without what is installed; waits for another build."""
    place = cache / CACHE_LOCK
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.open("a+b") as lock:
        lock_file(lock, lambda: say("       Another build is using this cache; waiting for it."))
        if os.fstat(lock.fileno()).st_size:
            say("       The last build was interrupted: what it left in the cache is dropped.")
            shutil.rmtree(cache / INSTALLED, ignore_errors=True)
        lock.write(b"building\n")
        lock.flush()
        try:
            yield
        except SlugfitError:
            # It came to an end by itself, and said what is wrong.
            lock.truncate(0)
            raise
        lock.truncate(0)
