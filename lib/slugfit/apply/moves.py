"""Single steps of a transaction, each of which a kill leaves done or not done."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from slugfit.base.errors import TreeError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TypeAlias

    from slugfit.base.paths import Places

    Emptied: TypeAlias = tuple[str, int, int, int]
    """A folder: path, mode, user, group."""


NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EMLINK}
"""What comes of a second name where the file system, or the file's owner, allows none."""
_FOREIGN = {errno.EPERM, errno.ENOTSUP, errno.ENODATA, errno.EINVAL}
"""What comes of attributes that are the system's or that another file system does not know."""


def need_file(place: Path) -> None:
    """Refuse what was a file when the tree was read: a link leads elsewhere, a pipe never ends."""
    if not stat.S_ISREG(place.lstat().st_mode):
        raise TreeError(f"{place} is not a file any more", "It was one when the tree was read.")


def need_file_or_link(place: Path) -> None:
    """Refuse what was one when the tree was read: a folder has files of its own, a pipe no end."""
    mode = place.lstat().st_mode
    if not (stat.S_ISREG(mode) or stat.S_ISLNK(mode)):
        raise TreeError(f"{place} is not a file any more", "It was one when the tree was read.")


def adopt(old: Path, new: Path) -> None:
    """Give ``new`` what belongs to the name and not to the bytes: owner, mode, attributes.

    A program's capabilities (``setcap``) are among these; without them it would not be the same.
    Raises OSError.
    """
    status = old.lstat()
    _give(new, status.st_uid, status.st_gid)
    new.chmod(stat.S_IMODE(status.st_mode))  # after the owner: a new one clears setuid
    names = os.listxattr(old, follow_symlinks=False) if hasattr(os, "listxattr") else ()
    for name in names:
        try:
            os.setxattr(new, name, os.getxattr(old, name, follow_symlinks=False))
        except OSError as error:  # noqa: PERF203 - one may fail, the others not
            if error.errno not in _FOREIGN or name == "security.capability":
                raise


def give_owner(new: Path, old: Path) -> None:
    """Give ``new`` the owner of ``old`` if that is needed and allowed."""
    status = old.lstat()
    _give(new, status.st_uid, status.st_gid)


def _give(place: Path, user: int, group: int) -> None:
    """Change the owner if that is needed and allowed."""
    status = place.lstat()
    if (status.st_uid, status.st_gid) != (user, group):
        with contextlib.suppress(PermissionError):
            os.chown(place, user, group, follow_symlinks=False)


def move_file(source: Path, target: Path) -> None:
    """Rename, into a folder that is made if need be. Raises OSError."""
    try:
        source.rename(target)
    except FileNotFoundError:
        if not os.path.lexists(source):
            raise
        target.parent.mkdir(parents=True, exist_ok=True)
        source.rename(target)


def make_folders(emptied: Iterable[Emptied], folder: Path, places: Places) -> None:
    """Make the folders that were emptied again, the highest first; drafts stand in ``folder``."""
    for path, mode, user, group in emptied:
        if not os.path.lexists(places.root / path):
            # Named only when it has its mode: a kill in between leaves nothing half made.
            made = Path(tempfile.mkdtemp(dir=folder))
            _give(made, user, group)
            made.chmod(mode)
            move_file(made, places.of(path))


def remove_if_empty(folder: Path) -> None:
    """Remove a folder unless somebody has put something there meanwhile."""
    with contextlib.suppress(OSError):
        folder.rmdir()
