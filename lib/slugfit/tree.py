"""The tree as it lies on disk: one ``lstat`` walk, sorted, no link followed.

This is the one place that turns a name into a path: nothing outside the root can be named.
"""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from slugfit.errors import TreeError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Kind = Literal["file", "link", "folder", "other"]
WORK_FOLDER = ".slugfit"
"""Slugfit's own folder at a root (stash and journal); never part of the tree."""
_UNREADABLE = {errno.EACCES, errno.EPERM, errno.ENAMETOOLONG}
"""Why a folder below the root is left alone; beyond PATH_MAX it has no name to be changed by."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One name in the tree.

    ``path`` is relative to the root, with ``/``, undecodable bytes as surrogates. ``size`` is in
    bytes (a link's is the length of its target). ``writable`` says whether the folder it stands
    in lets its names be changed.
    """

    path: str
    kind: Kind
    size: int
    mode: int
    mtime_ns: int
    writable: bool


@dataclass(frozen=True, slots=True)
class Tree:
    """All entries below ``root``, sorted by path, and the folders that could not be read."""

    root: Path
    entries: tuple[Entry, ...]
    unreadable: tuple[str, ...]

    def files(self) -> Iterator[Entry]:
        """Regular files only."""
        return (entry for entry in self.entries if entry.kind == "file")


def scan(root: Path) -> Tree:
    """Walk ``root``; raise TreeError if it is no readable folder."""
    unreadable: list[str] = []
    try:
        entries = sorted(_walk(root, unreadable), key=lambda entry: entry.path)
    except OSError as error:
        raise TreeError(
            f"{root} cannot be read", str(error), "Give a folder that you may read."
        ) from error
    return Tree(root, tuple(entries), tuple(sorted(unreadable)))


def _walk(root: Path, unreadable: list[str]) -> Iterator[Entry]:
    device = root.stat().st_dev
    waiting = [""]
    while waiting:
        prefix = waiting.pop()
        folder = os.path.join(root, prefix)
        try:
            with os.scandir(folder) as names:
                found = [(name.name, name.stat(follow_symlinks=False)) for name in names]
        except OSError as error:
            # Names that may be listed but not looked at are no use either.
            if not prefix or error.errno not in _UNREADABLE:
                raise
            unreadable.append(prefix[:-1])
            continue
        writable = os.access(folder, os.W_OK | os.X_OK)
        for name, status in found:
            if not prefix and name == WORK_FOLDER:
                continue
            path, kind = prefix + name, _kind(status.st_mode)
            yield Entry(path, kind, status.st_size, status.st_mode, status.st_mtime_ns, writable)
            # Another file system mounted inside is not ours: names cannot be renamed out of it.
            if kind == "folder" and status.st_dev == device:
                waiting.append(path + "/")


def _kind(mode: int) -> Kind:
    if stat.S_ISREG(mode):
        return "file"
    if stat.S_ISDIR(mode):
        return "folder"
    return "link" if stat.S_ISLNK(mode) else "other"


def inside(base: str, name: str) -> str | None:
    """The path that ``name`` means when read in folder ``base``, or None if it leaves the root.

    Pure text, as RECORD and patterns need it: ``..`` is resolved, absolute names are refused.
    """
    if name.startswith("/") or "\0" in name:
        return None
    parts = base.split("/") if base else []
    for part in name.split("/"):
        if part in ("", "."):
            continue
        if part == "..":
            if not parts:
                return None
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts) or None


@dataclass(frozen=True, slots=True)
class Places:
    """Turns paths into files below ``root``, and remembers which folders it has looked at."""

    root: Path
    checked: set[str] = field(default_factory=set)

    def of(self, path: str) -> Path:
        """The file that ``path`` names.

        Raises TreeError if ``path`` would leave the root, or if a folder on the way is a link
        (it was none when the tree was read).
        """
        if inside("", path) != path:
            raise TreeError(f"{path!r} does not lie inside the tree", "It leaves the root.")
        unchecked = []
        folder = path.rpartition("/")[0]
        while folder and folder not in self.checked:
            unchecked.append(folder)
            folder = folder.rpartition("/")[0]
        for folder in reversed(unchecked):
            if (self.root / folder).is_symlink():
                raise TreeError(
                    f"{path!r} cannot be changed",
                    f"{self.root / folder} is a link now; it was a folder when the tree was read.",
                    "Run again when nothing else changes the tree.",
                )
            self.checked.add(folder)
        return self.root / path
