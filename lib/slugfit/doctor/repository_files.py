"""The files of a repository: which there are, and what they say."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slugfit.base.errors import TreeError
from slugfit.base.git import pushed_names
from slugfit.base.text import decode_text
from slugfit.scan.loose_code import NOT_DEPLOYED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


LOCKS = ("Pipfile.lock", "poetry.lock", "uv.lock", "pdm.lock", "pylock.toml")
LEFT_OUT = NOT_DEPLOYED | {".venv", "venv", "env", "node_modules", "__pycache__", ".heroku"}
"""Folders that hold nothing of the app's own."""
_LARGEST = 1 << 20
_LARGEST_LOCK = 1 << 24


@dataclass(frozen=True, slots=True)
class Repository:
    """Its folder, and the bytes of its files."""

    folder: Path
    files: Mapping[str, int]

    def text(self, path: str) -> str | None:
        """The text of one file; None if there is none, or it is too large to be one."""
        data = self.data(path, _LARGEST_LOCK if path in LOCKS else _LARGEST)
        if data is None or (
            b"\0" in data[:1024] and not data.startswith((b"\xff\xfe", b"\xfe\xff"))
        ):
            return None
        return decode_text(data, "replace").text

    def data(self, path: str, most: int = _LARGEST) -> bytes | None:
        """The bytes of one file; None without it, or if it cannot be read or has more than most.

        A link counts as what it leads to, within the folder: a deployment gets nothing else.
        """
        if path not in self.files:
            return None
        try:
            return _content(os.path.realpath(self.folder), os.path.join(self.folder, path), most)
        except (OSError, ValueError):
            return None


def _content(root: str, path: str, most: int) -> bytes | None:
    place = os.path.realpath(path)
    if os.path.commonpath((root, place)) != root:
        return None
    # A pipe that nobody writes to is opened at once, and is not read.
    with open(os.open(place, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode) or status.st_size > most:
            return None
        return file.read(most)


def repository_of(folder: Path) -> Repository:
    """What git tracks of ``folder``, or else what lies there; raise TreeError if it cannot be."""
    return Repository(folder, dict(_files(folder)))


def _files(folder: Path) -> Iterator[tuple[str, int]]:
    names = pushed_names(folder)
    for path in _walked(folder) if names is None else names:
        try:
            status = os.lstat(folder / path)
        except OSError:
            continue
        if stat.S_ISREG(status.st_mode) or stat.S_ISLNK(status.st_mode):
            yield path, status.st_size


def _walked(folder: Path) -> list[str]:
    found: list[str] = []

    def refuse(error: OSError) -> None:
        if error.filename in (os.fspath(folder), folder):
            raise TreeError(f"{folder} cannot be read.", error.strerror or str(error))

    for place, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = sorted(name for name in folders if name not in LEFT_OUT)
        found += (os.path.relpath(os.path.join(place, name), folder) for name in names)
    return sorted(found)
