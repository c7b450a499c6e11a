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
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import re
import shutil
import stat
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from slugfit.errors import RollBackError, TreeError
from slugfit.tree import WORK_FOLDER, Places

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_OPEN = "journal.json"
_KEPT = "kept.json"
_DONE = "done.json"
_NUMBER = re.compile(r"[1-9][0-9]*")
_IDS = 0xFFFFFFFF
"""How many users, or groups, there can be; the last number means none."""
_FOREIGN = {errno.EPERM, errno.ENOTSUP, errno.ENODATA, errno.EINVAL}
"""What comes of attributes that are the system's or that another file system does not know."""


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
            _journal(self.folder, change, places)
            for path in change.written:
                _need_file(places.of(path))
            for number, (path, make) in enumerate(sorted(change.written.items())):
                make(self.folder / "new" / str(number))
                _adopt(places.of(path), self.folder / "new" / str(number))
            for path in change.removed:
                _move(places.of(path), self.old / path)
            for number, path in enumerate(sorted(change.written)):
                _move(places.of(path), self.old / path)
                (self.folder / "new" / str(number)).rename(places.of(path))
            for path, _ in change.emptied:
                _remove_if_empty(places.of(path))
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

    def commit(self, *, keep: bool) -> None:
        """Make it final; with ``keep`` what was moved stays for a later ``restore``."""
        state = self.folder / _OPEN
        state.rename(self.folder / (_KEPT if keep else _DONE))
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
        if (stash.folder / _DONE).exists():
            _discard(stash.folder)
        elif not (stash.folder / _KEPT).exists():
            stash.hold()
            stash.roll_back()
            undone += 1
    _remove_if_empty(root / WORK_FOLDER)
    return undone


def restore(root: Path) -> int:
    """Put back what committed runs kept, newest first; returns the number of files."""
    count = 0
    for stash in reversed(_all(root)):
        if (stash.folder / _KEPT).exists():
            stash.hold()
            (stash.folder / _KEPT).rename(stash.folder / _OPEN)
            count += stash.roll_back()
    return count


def kept(root: Path) -> bool:
    """Whether a ``restore`` would find something."""
    return any((stash.folder / _KEPT).exists() for stash in _all(root))


def _all(root: Path) -> Sequence[Stash]:
    """Transactions that were begun, oldest first; links are not ours."""
    base = root / WORK_FOLDER
    if base.is_symlink() or not base.is_dir():
        return ()
    folders = [base / str(number) for number in sorted(_numbers(base))]
    return [Stash(root, folder) for folder in folders if not folder.is_symlink()]


def _numbers(base: Path) -> Sequence[int]:
    return [int(name) for name in os.listdir(base) if _NUMBER.fullmatch(name)]


def _journal(folder: Path, change: Change, places: Places) -> None:
    """Write the journal so that it is on the disk, whole, before the first move."""
    owners = [places.of(path).lstat() for path, _ in change.emptied]
    text = json.dumps(
        {
            "version": 1,
            "removed": change.removed,
            "written": sorted(change.written),
            "emptied": [
                (*emptied, owner.st_uid, owner.st_gid)
                for emptied, owner in zip(change.emptied, owners, strict=True)
            ],
        }
    )
    draft = folder / "journal.draft"
    with draft.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(folder / _OPEN)


def _need_file(place: Path) -> None:
    """Refuse what was a file when the tree was read: a link leads elsewhere, a pipe never ends."""
    if not stat.S_ISREG(place.lstat().st_mode):
        raise TreeError(f"{place} is no file any more", "It was one when the tree was read.")


def _adopt(old: Path, new: Path) -> None:
    """Give ``new`` what belongs to the name and not to the bytes: owner, mode, attributes.

    A program's capabilities (``setcap``) are among these; without them it would not be the same.
    """
    status = old.lstat()
    _give(new, status.st_uid, status.st_gid)
    new.chmod(stat.S_IMODE(status.st_mode))  # behind the owner: a new one clears setuid
    names = os.listxattr(old, follow_symlinks=False) if hasattr(os, "listxattr") else ()
    for name in names:
        try:
            os.setxattr(new, name, os.getxattr(old, name, follow_symlinks=False))
        except OSError as error:  # noqa: PERF203 - one may fail, the others not
            if error.errno not in _FOREIGN or name == "security.capability":
                raise


def _give(place: Path, user: int, group: int) -> None:
    """Change the owner if that is needed and allowed."""
    status = place.lstat()
    if (status.st_uid, status.st_gid) != (user, group):
        with contextlib.suppress(PermissionError):
            os.chown(place, user, group, follow_symlinks=False)


def _move(source: Path, target: Path) -> None:
    try:
        source.rename(target)
    except FileNotFoundError:
        if not os.path.lexists(source):
            raise
        target.parent.mkdir(parents=True, exist_ok=True)
        source.rename(target)


def _put_back(root: Path, folder: Path) -> int:
    """Everything under old/ returns to its name; folders that were emptied come back first."""
    journal = folder / _OPEN
    if not journal.exists():
        return 0
    places = Places(root)
    for path, mode, user, group in reversed(_emptied(journal)):
        if not os.path.lexists(root / path):
            # Named only when it has its mode: a kill in between leaves nothing half made.
            made = Path(tempfile.mkdtemp(dir=folder))
            _give(made, user, group)
            made.chmod(mode)
            _move(made, places.of(path))
    moved = _moved(folder / "old")
    for path in moved:
        _move(folder / "old" / path, places.of(path))
    # Deleting takes a while: killed in the middle, there is nothing to put back any more.
    journal.rename(folder / _DONE)
    return len(moved)


def _moved(old: Path) -> Sequence[str]:
    """The files and links under old/, all found before the first of them leaves."""
    if old.is_symlink():
        raise TreeError(f"{old} is a link", "Slugfit makes a folder there.")
    found: list[str] = []
    for above, folders, files in os.walk(old, onerror=_raise):
        # os.walk counts links to folders among the folders.
        links = [name for name in folders if Path(above, name).is_symlink()]
        found += [os.path.relpath(os.path.join(above, name), old) for name in files + links]
    return found


def _emptied(journal: Path) -> Sequence[tuple[str, int, int, int]]:
    """A journal's folders: path, mode, user, group; raise ValueError if it is none of ours."""
    try:
        found = json.loads(journal.read_text("utf-8"))["emptied"]
        return [
            (str(path), int(mode) & 0o7777, int(user) % _IDS, int(group) % _IDS)
            for path, mode, user, group in found
        ]
    except (KeyError, TypeError, OverflowError, RecursionError) as error:
        raise ValueError(f"{journal} was not written by Slugfit: {error}") from error


def _raise(error: OSError) -> None:
    """What os.walk would pass over in silence, and _discard would then delete."""
    raise error


def _discard(folder: Path) -> None:
    """Delete a transaction's folder; what resists is not worth failing a build for."""
    shutil.rmtree(folder, ignore_errors=True)
    _remove_if_empty(folder.parent)


def _remove_if_empty(folder: Path) -> None:
    """What somebody has put there meanwhile is not ours, and no harm."""
    with contextlib.suppress(OSError):
        folder.rmdir()
