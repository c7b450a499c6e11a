"""The folder of one transaction: its lock, where moved files lie, and how all of it goes back.

.slugfit/<n>/journal.json   the moves, while the transaction is open
.slugfit/<n>/kept.json      the same, once committed with its files kept for ``restore``
.slugfit/<n>/done.json      the same, when all that is left is to delete the folder
.slugfit/<n>/lock           held by the process that works on it, for as long as it lives
.slugfit/<n>/old/…          what was moved aside
.slugfit/<n>/new/…          new contents, until they are renamed into the tree
.slugfit/<n>/shown/…        the same, while the old contents are looked at in their place
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from slugfit.apply.journal import (
    DONE_JOURNAL,
    KEPT_JOURNAL,
    OPEN_JOURNAL,
    created_files,
    journal_folders,
    moved_files,
)
from slugfit.apply.moves import make_folders, move_file, remove_if_empty
from slugfit.base.errors import RollBackError, TreeError
from slugfit.base.paths import WORK_FOLDER, Places

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


_NUMBER = re.compile(r"[1-9][0-9]*")


@dataclass(frozen=True, slots=True)
class Stash:
    """One transaction on the disk; its files alone tell what state it is in."""

    root: Path
    """The root of the tree that it belongs to."""
    folder: Path
    """``.slugfit/<n>`` in the root."""
    _lock: list[int] = field(default_factory=list, compare=False)
    """The lock's descriptor while this process holds it."""

    @property
    def old(self) -> Path:
        """Where the moved files lie, under their own names."""
        return self.folder / "old"

    @property
    def new(self) -> Path:
        """Where new files are written."""
        return self.folder / "new"

    @property
    def is_kept(self) -> bool:
        """Whether it was committed with its files kept."""
        return (self.folder / KEPT_JOURNAL).exists()

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to do but to delete it."""
        return (self.folder / DONE_JOURNAL).exists()

    def close(self, *, keep: bool) -> None:
        """Turn an open stash into a kept or a done one: the moment of a commit. Raises OSError."""
        (self.folder / OPEN_JOURNAL).rename(self.folder / (KEPT_JOURNAL if keep else DONE_JOURNAL))

    def reopen(self) -> None:
        """Turn a kept stash into an open one. Raises OSError."""
        (self.folder / KEPT_JOURNAL).rename(self.folder / OPEN_JOURNAL)

    def roll_back(self) -> int:
        """Put everything back and delete the folder; how many files.

        Raises RollBackError with the folder kept. Interrupted, the next call goes on.
        """
        try:
            count = self._put_back()
        except (OSError, ValueError, TreeError) as error:
            raise RollBackError(
                "The tree could not be put back whole",
                str(error),
                f"What was moved is kept in {self.folder}; solve the cause, then run "
                f"`slugfit recover {self.root}`.",
            ) from error
        finally:
            self.unlock()
        self.discard()
        return count

    def _put_back(self) -> int:
        """Everything under old/ returns to its name; folders that were emptied come back first."""
        journal = self.folder / OPEN_JOURNAL
        if not journal.exists():
            return 0
        places = Places(self.root)
        files, folders = created_files(journal)
        for path in files:
            places.of(path).unlink(missing_ok=True)
        for path in reversed(folders):
            remove_if_empty(places.of(path))
        make_folders(reversed(journal_folders(journal)), self.folder, places)
        moved = moved_files(self.old)
        for path in moved:
            move_file(self.old / path, places.of(path))
        # Deleting takes a while: killed in the middle, there is nothing to put back any more.
        self.close(keep=False)
        return len(moved)

    def discard(self) -> None:
        """Delete the folder; what resists is not worth failing a build for."""
        shutil.rmtree(self.folder, ignore_errors=True)
        remove_if_empty(self.folder.parent)

    def lock(self) -> None:
        """Lock it for this process; raise TreeError if another one that still lives has it."""
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK
        try:
            self._lock.append(os.open(self.folder / "lock", flags, 0o600))
            fcntl.lockf(self._lock[-1], fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self.unlock()
            raise TreeError(
                f"Another run of Slugfit is changing {self.root}",
                todo="Wait until it has ended, then run this again.",
            ) from error
        except OSError:
            # A file system that knows no locks, or will not be written: that is told elsewhere.
            self.unlock()

    def unlock(self) -> None:
        """Release the lock, however often it is called."""
        while self._lock:
            os.close(self._lock.pop())


def new_stash(root: Path) -> Stash:
    """An empty, locked stash in the tree at ``root``; raise TreeError if that cannot be written."""
    base = root / WORK_FOLDER
    try:
        if base.is_symlink():
            raise NotADirectoryError(f"{base} is a link")
        base.mkdir(exist_ok=True)
        stash = Stash(root, base / str(max(_numbers(base), default=0) + 1))
        stash.folder.mkdir()
        stash.lock()
        stash.new.mkdir()
        stash.old.mkdir()
    except OSError as error:
        raise TreeError(
            f"{root} cannot be changed", str(error), "Run as a user who may write there."
        ) from error
    return stash


def all_stashes(root: Path) -> Sequence[Stash]:
    """Every stash in the tree at ``root``, oldest first; links are not ours."""
    base = root / WORK_FOLDER
    if base.is_symlink() or not base.is_dir():
        return ()
    folders = [base / str(number) for number in sorted(_numbers(base))]
    return [Stash(root, folder) for folder in folders if not folder.is_symlink()]


def _numbers(base: Path) -> Sequence[int]:
    return [int(name) for name in os.listdir(base) if _NUMBER.fullmatch(name)]
