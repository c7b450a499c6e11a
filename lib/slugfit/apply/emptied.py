"""Which folders hold nothing once the removed files are gone."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from slugfit.scan.tree import Tree


def emptied_folders(
    tree: Tree, removed: Collection[str], created: Collection[str] = ()
) -> Iterator[str]:
    """Paths of the folders that are empty without ``removed`` and can be removed, deepest first.

    Folders that were empty before stay, and so do those of files that are ``created``.
    """
    left = Counter(_folder_of(entry.path) for entry in tree.entries)
    left.update(map(_folder_of, created))
    fixed = {entry.path for entry in tree.entries if not entry.writable}
    touched: set[str] = set()
    for path in removed:
        left[_folder_of(path)] -= 1
        touched.add(_folder_of(path))
    for folder in sorted(touched | _above(touched), key=lambda name: (-name.count("/"), name)):
        if folder and left[folder] == 0 and folder not in fixed:
            left[_folder_of(folder)] -= 1
            yield folder


def _folder_of(path: str) -> str:
    return path.rpartition("/")[0]


def _above(folders: set[str]) -> set[str]:
    found = set()
    for folder in folders:
        above = _folder_of(folder)
        while above and above not in found:
            found.add(above)
            above = _folder_of(above)
    return found
