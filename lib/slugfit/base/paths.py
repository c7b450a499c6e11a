"""Paths below a root: nothing outside of it can be named."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from slugfit.base.errors import TreeError

if TYPE_CHECKING:
    from pathlib import Path


WORK_FOLDER = ".slugfit"
"""Slugfit's own folder at a root (stash and journal); never part of the tree."""
PACKED_FOLDER = ".heroku/slugfit/packed"
"""Where a slug holds what is unpacked when a process starts, and what unpacks it."""
UNPACK_PROFILE = ".profile.d/000_slugfit_unpack.sh"
"""What starts that, before any script that needs a package: they are sourced in this order."""


def path_inside(base: str, name: str) -> str | None:
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
    """Turns paths into files below one folder."""

    root: Path
    """The folder."""
    checked: set[str] = field(default_factory=set)
    """The folders below it, as paths, that are known not to be links."""

    def of(self, path: str) -> Path:
        """The file that ``path`` names.

        Raises TreeError if ``path`` would leave the root, or if a folder on the way is a link
        (which it was not when the tree was read).
        """
        if path_inside("", path) != path:
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
