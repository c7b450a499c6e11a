"""The transaction: move aside by rename, journal first, then commit or put back.

The order on disk makes every moment recoverable: the journal (what will be moved) is complete
before the first rename, and the state of each file is told by where it lies. Nothing is ever
written in place: the standard buildpack's cache shares these files' inodes.

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
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from slugfit.errors import RollBackError, TreeError
from slugfit.stash import journal, moves, showing
from slugfit.tree import WORK_FOLDER, Places

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

_NUMBER = re.compile(r"[1-9][0-9]*")


@dataclass(frozen=True, slots=True)
class Change:
    """What a transaction does: files that leave, files made anew, folders that are empty then.

    Each maker writes the new file at the path it is given and leaves the old one alone; the new
    file is given the old one's owner, mode and attributes.
    ``emptied`` are (path, mode), the deepest first.
    """

    removed: tuple[str, ...]
    written: Mapping[str, Callable[[Path], None]]
    emptied: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Stash:
    """One transaction of the tree at ``root``; ``held`` is the lock's descriptor while it runs."""

    root: Path
    folder: Path
    held: list[int] = field(default_factory=list, compare=False)

    @property
    def old(self) -> Path:
        """Where the moved files lie, under their own names."""
        return self.folder / "old"

    def apply(self, change: Change) -> None:
        """Move everything; on any error put everything back and raise TreeError."""
        try:
            places = Places(self.root)
            journal.write(self.folder, change, places)
            for path in change.written:
                moves.need_file(places.of(path))
            for number, (path, make) in enumerate(sorted(change.written.items())):
                make(self.folder / "new" / str(number))
                moves.adopt(places.of(path), self.folder / "new" / str(number))
            for path in change.removed:
                moves.move(places.of(path), self.old / path)
            for number, path in enumerate(sorted(change.written)):
                moves.move(places.of(path), self.old / path)
                (self.folder / "new" / str(number)).rename(places.of(path))
            for path, _ in change.emptied:
                moves.remove_if_empty(places.of(path))
        except (OSError, TreeError) as error:
            self.roll_back()
            raise TreeError(
                "The files could not be moved aside; everything was put back",
                str(error),
                "Check free disk space and permissions, then build again.",
            ) from error
        except BaseException:
            self.roll_back()
            raise

    @contextmanager
    def shown_whole(self) -> Iterator[None]:
        """For a while the tree is as it was, and what was moved can still be read in ``old``.

        Raises OSError or TreeError, then or at the end; roll back after that.
        """
        with showing.whole(Places(self.root), self.folder):
            yield

    def commit(self, *, keep: bool) -> None:
        """Make it final; with ``keep`` what was moved stays for a later ``restore``."""
        state = self.folder / journal.OPEN
        state.rename(self.folder / (journal.KEPT if keep else journal.DONE))
        if not keep:
            _discard(self.folder)
        self.let_go()

    def roll_back(self) -> int:
        """Put everything back, this many files; or raise RollBackError and keep the stash."""
        try:
            count = _put_back(self.root, self.folder)
        except (OSError, ValueError, TreeError) as error:
            raise RollBackError(
                "The tree could not be put back whole",
                str(error),
                f"What was moved is kept in {self.folder}; solve the cause, then run "
                f"`slugfit recover {self.root}`.",
            ) from error
        finally:
            self.let_go()
        _discard(self.folder)
        return count

    def hold(self) -> None:
        """Lock it for this process; raise TreeError if another one that still lives has it."""
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK
        try:
            self.held.append(os.open(self.folder / "lock", flags, 0o600))
            fcntl.lockf(self.held[-1], fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self.let_go()
            raise TreeError(
                f"Another run of Slugfit is changing {self.root}",
                todo="Wait until it has ended, then run this again.",
            ) from error
        except OSError:
            # A file system that knows no locks, or will not be written: that is told elsewhere.
            self.let_go()

    def let_go(self) -> None:
        """Open the lock, however often it is called."""
        while self.held:
            os.close(self.held.pop())


def begin(root: Path) -> Stash:
    """A new transaction's place; raise TreeError if the root cannot be written."""
    base = root / WORK_FOLDER
    try:
        if base.is_symlink():
            raise NotADirectoryError(f"{base} is a link")
        base.mkdir(exist_ok=True)
        folder = base / str(max(_numbers(base), default=0) + 1)
        stash = Stash(root, folder)
        folder.mkdir()
        stash.hold()
        (folder / "new").mkdir()
        (folder / "old").mkdir()
    except OSError as error:
        raise TreeError(
            f"{root} cannot be changed", str(error), "Run as a user who may write there."
        ) from error
    return stash


def recover(root: Path) -> int:
    """Finish what an interrupted run left: committed work is completed, open work put back.

    Returns how many transactions were put back; raises TreeError if a run is still at work.
    """
    undone = 0
    for stash in reversed(_all(root)):
        if (stash.folder / journal.DONE).exists():
            _discard(stash.folder)
        elif not (stash.folder / journal.KEPT).exists():
            stash.hold()
            stash.roll_back()
            undone += 1
    moves.remove_if_empty(root / WORK_FOLDER)
    return undone


def restore(root: Path) -> int:
    """Put back what committed runs kept, newest first; returns the number of files."""
    count = 0
    for stash in reversed(_all(root)):
        if (stash.folder / journal.KEPT).exists():
            stash.hold()
            (stash.folder / journal.KEPT).rename(stash.folder / journal.OPEN)
            count += stash.roll_back()
    return count


def kept(root: Path) -> bool:
    """Whether a ``restore`` would find something."""
    return any((stash.folder / journal.KEPT).exists() for stash in _all(root))


def _all(root: Path) -> Sequence[Stash]:
    """Transactions that were begun, oldest first; links are not ours."""
    base = root / WORK_FOLDER
    if base.is_symlink() or not base.is_dir():
        return ()
    folders = [base / str(number) for number in sorted(_numbers(base))]
    return [Stash(root, folder) for folder in folders if not folder.is_symlink()]


def _numbers(base: Path) -> Sequence[int]:
    return [int(name) for name in os.listdir(base) if _NUMBER.fullmatch(name)]


def _put_back(root: Path, folder: Path) -> int:
    """Everything under old/ returns to its name; folders that were emptied come back first."""
    state = folder / journal.OPEN
    if not state.exists():
        return 0
    places = Places(root)
    moves.make_folders(reversed(journal.emptied(state)), folder, places)
    moved = journal.moved(folder / "old")
    for path in moved:
        moves.move(folder / "old" / path, places.of(path))
    # Deleting takes a while: killed in the middle, there is nothing to put back any more.
    state.rename(folder / journal.DONE)
    return len(moved)


def _discard(folder: Path) -> None:
    """Delete a transaction's folder; what resists is not worth failing a build for."""
    shutil.rmtree(folder, ignore_errors=True)
    moves.remove_if_empty(folder.parent)
