"""The tree as it lies on disk: one ``lstat`` walk, sorted, no link followed.

This is the one place that turns a name into a path: nothing outside the root can be named.
"""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from slugfit.base.errors import TreeError
from slugfit.base.paths import WORK_FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


EntryKind = Literal["file", "link", "folder", "other"]
_UNREADABLE = {errno.EACCES, errno.EPERM, errno.ENAMETOOLONG}
"""Why a folder below the root is left alone; beyond PATH_MAX no path leads to its files."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One name in the tree."""

    path: str
    """Relative to the root, with ``/``; undecodable bytes are surrogates."""
    kind: EntryKind
    """What it is, with no link followed."""
    size: int
    """Bytes; a link's is the length of its target."""
    mode: int
    """``st_mode``: the type and the permissions."""
    mtime_ns: int
    """When it was changed: nanoseconds since 1970."""
    writable: bool
    """Whether names may be changed in the folder that it stands in."""
    inode: tuple[int, int] | None = None
    """Device and number of a file that has other names, here or elsewhere; None for all others."""


@dataclass(frozen=True, slots=True)
class Tree:
    """What lies below one folder."""

    root: Path
    """The folder."""
    entries: tuple[Entry, ...]
    """Everything below the root, sorted by path."""
    unreadable: tuple[str, ...]
    """The folders that could not be read, sorted."""
    mounts: tuple[str, ...] = ()
    """The folders that another file system is mounted on, sorted; they were not entered."""

    def files(self) -> Iterator[Entry]:
        """Regular files only."""
        return (entry for entry in self.entries if entry.kind == "file")


def scan_tree(root: Path) -> Tree:
    """Walk ``root``; raise TreeError if it is not a readable folder."""
    unreadable: list[str] = []
    mounts: list[str] = []
    try:
        entries = sorted(_walk(root, unreadable, mounts), key=lambda entry: entry.path)
    except OSError as error:
        raise TreeError(
            f"{root} cannot be read", str(error), "Give a folder that you may read."
        ) from error
    return Tree(root, tuple(entries), tuple(sorted(unreadable)), tuple(sorted(mounts)))


def _walk(root: Path, unreadable: list[str], mounts: list[str]) -> Iterator[Entry]:
    device = root.stat().st_dev
    waiting = [""]
    while waiting:
        prefix = waiting.pop()
        folder = os.path.join(root, prefix)
        try:
            with os.scandir(folder) as names:
                children = [(name.name, name.stat(follow_symlinks=False)) for name in names]
        except OSError as error:
            # Names that may be listed but not looked at are of no use either.
            if not prefix or error.errno not in _UNREADABLE:
                raise
            unreadable.append(prefix[:-1])
            continue
        writable = os.access(folder, os.W_OK | os.X_OK)
        for name, status in children:
            if not prefix and name == WORK_FOLDER:
                continue
            path, kind = prefix + name, _kind(status.st_mode)
            several = kind == "file" and status.st_nlink > 1
            # With the device: an overlay shows files of several under numbers of their own.
            inode = (status.st_dev, status.st_ino) if several else None
            yield Entry(
                path, kind, status.st_size, status.st_mode, status.st_mtime_ns, writable, inode
            )
            if kind == "folder" and status.st_dev == device:
                waiting.append(path + "/")
            elif kind == "folder":
                # Nothing can be renamed out of another file system.
                mounts.append(path)


def _kind(mode: int) -> EntryKind:
    if stat.S_ISREG(mode):
        return "file"
    if stat.S_ISDIR(mode):
        return "folder"
    return "link" if stat.S_ISLNK(mode) else "other"
