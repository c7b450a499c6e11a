"""Questions about the paths of a tree, answered as the file system does: links are followed."""

from __future__ import annotations

import os
import posixpath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from slugfit.scan.tree import Tree


class TreePaths:
    """The files and folders of a tree by their paths.

    The tree knows them, and the disk is not asked again, with one exception: a path that leads
    through a link, or into another file system. The scan does not enter either, and what is there
    may lie outside of the tree.
    """

    def __init__(self, tree: Tree) -> None:
        self.root: Path = tree.root
        self._kinds = {entry.path: entry.kind for entry in tree.entries}
        self._mounts = frozenset(tree.mounts)
        self._names: dict[str, list[str]] = {}
        for entry in tree.entries:
            folder, name = posixpath.split(entry.path)
            self._names.setdefault(folder, []).append(name)

    def is_file(self, path: str) -> bool:
        """Whether ``path`` is a regular file, or a link to one."""
        if self._is_elsewhere(path):
            return os.path.isfile(self.root / path)
        return self._kinds.get(path) == "file"

    def is_folder(self, path: str) -> bool:
        """Whether ``path`` is a folder, or a link to one."""
        if self._is_elsewhere(path):
            return os.path.isdir(self.root / path)
        return self._kinds.get(path) == "folder"

    def names_in(self, folder: str) -> list[str]:
        """The names in ``folder`` ("" is the root), sorted; none if it cannot be read."""
        if not self._is_elsewhere(folder):
            return self._names.get(folder, [])
        try:
            return sorted(os.listdir(self.root / folder))
        except OSError:
            return []

    def _is_elsewhere(self, path: str) -> bool:
        """Whether ``path``, or a folder that it lies in, was not entered by the scan."""
        while path:
            if self._kinds.get(path) == "link" or path in self._mounts:
                return True
            path = posixpath.dirname(path)
        return False
