"""Copies of one shared library in a folder: the later ones can be hard links to the first.

A wheel cannot hold links, so a library that is built with two or three names is in it as often
(``libarrow_python.so``, ``.so.2600``, ``.so.2600.1.0``). gzip looks back 32 KiB only, and does not
see it.

In one folder alone: what a library loads from beside it (``$ORIGIN``) is the same for all names
then. A loader takes a second name of a file that it has loaded for the same library, as it does
for the symbolic links that these names were. Nothing writes to a library while it runs.
"""

from __future__ import annotations

import os
import posixpath
from collections import defaultdict
from typing import TYPE_CHECKING

from slugfit.base.hashing import sha256_of
from slugfit.scan.owners import APP, UNOWNED

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

    from slugfit.scan.tree import Entry, Tree


SMALLEST = 4096
"""Bytes: below one page a link takes no less room than a file."""


def find_copies(tree: Tree, owners: Mapping[str, str]) -> tuple[tuple[Entry, ...], ...]:
    """The shared libraries of one distribution and folder that are the same, sorted by path."""
    alike: dict[tuple[str, str, int, int], list[Entry]] = defaultdict(list)
    for entry in tree.files():
        folder, name = posixpath.split(entry.path)
        owner = owners.get(entry.path, APP)
        if entry.size >= SMALLEST and ".so" in name and owner not in (APP, UNOWNED):
            alike[folder, owner, entry.size, entry.mode].append(entry)
    several = (entries for entries in alike.values() if len(entries) > 1)
    return tuple(same for entries in several for same in _same(tree.root, entries))


def _same(root: Path, entries: Collection[Entry]) -> Iterator[tuple[Entry, ...]]:
    """Those of ``entries`` that are one ELF file, with one owner and the same attributes."""
    groups: dict[tuple[object, ...], list[Entry]] = defaultdict(list)
    for entry in entries:
        place = root / entry.path
        try:
            with place.open("rb") as file:
                if file.read(4) != b"\x7fELF":
                    continue
            status = place.lstat()
            names = os.listxattr(place) if hasattr(os, "listxattr") else ()
            attributes = tuple((name, os.getxattr(place, name)) for name in sorted(names))
            key = (sha256_of(place), status.st_uid, status.st_gid, attributes)
        except OSError:
            continue
        groups[key].append(entry)
    return (tuple(group) for group in groups.values() if len(group) > 1)


def copies_of(copies: Collection[tuple[Entry, ...]], path: str) -> Iterator[str]:
    """What is the same as ``path``, itself included."""
    for group in copies:
        paths = [entry.path for entry in group]
        if path in paths:
            yield from paths
