"""What has been received of a file: beside its target, locked, hashed as it grows.

A part is renamed to its target when it is complete, so that no process ever sees half of a file.
Another hash has another part.

Runs on every Python from 3.8: the slug carries it along for models that are fetched at boot.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from typing import TYPE_CHECKING, BinaryIO

from slugfit.base.file_lock import lock_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


_BLOCK = 1 << 20
_FLAGS = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC


def partial_path(target: Path, sha256: str) -> Path:
    """The part's own file, in the target's folder, so that a rename suffices."""
    return target.with_name(f".{sha256[:16]}.part")


class PartialDownload:
    """An open file, its size in bytes and its hash, both kept as it grows; methods raise OSError.

    One process at a time has it.
    """

    def __init__(self, place: Path, file: BinaryIO) -> None:
        self.place = place
        self.size = 0
        self._file = file
        self._hash = hashlib.sha256()
        for block in iter(lambda: file.read(_BLOCK), b""):
            self._count(block)

    def digest(self) -> str:
        """The SHA-256 of what is there."""
        return self._hash.hexdigest()

    def add(self, block: bytes) -> None:
        """Write what comes next."""
        self._file.write(block)
        self._count(block)

    def restart(self) -> None:
        """Throw away what is there."""
        self._file.seek(0)
        self._file.truncate()
        self._hash = hashlib.sha256()
        self.size = 0

    def become(self, target: Path) -> None:
        """Take the target's place, with everything on the disk."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self.place.replace(target)

    def _count(self, block: bytes) -> None:
        self._hash.update(block)
        self.size += len(block)


@contextlib.contextmanager
def locked_partial(place: Path, waiting: Callable[[], None]) -> Iterator[PartialDownload]:
    """The part in ``place``, for this process alone; ``waiting`` is called if another has it.

    Raises OSError.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    while True:
        with os.fdopen(os.open(place, _FLAGS, 0o666), "r+b") as file:
            lock_file(file, waiting)
            # The process that held the lock has renamed or removed what was opened here.
            if _is_still(file, place):
                yield PartialDownload(place, file)
                return


def _is_still(file: BinaryIO, place: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), place.stat())
    except FileNotFoundError:
        return False
