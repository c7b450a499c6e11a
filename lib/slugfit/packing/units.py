"""Which folders are packed: large ones at the top of site-packages, whole. Pure.

A folder is what one rename puts in its place, so that a start finds it whole or not at all.
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slugfit.measure.members import top_entry
from slugfit.scan.owners import APP

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from slugfit.measure.sizes import Bytes
    from slugfit.scan.layout import Layout
    from slugfit.scan.path_files import PathFiles
    from slugfit.scan.tree import Entry, Tree


SMALLEST = 1 << 20
"""Bytes of a folder's files from which on it is packed; what is smaller saves little."""
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]*")
"""What stands in a shell script's list as it is; whatever is inside may have any name."""
_METADATA = (".dist-info", ".egg-info")
_WORD = re.compile(r"\w+")
_OWNERS_OWN = 0o700
"""What the owner of a folder needs to rename it to another one, and to unpack into it."""


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """What has a say in it beside the tree."""

    path_files: PathFiles
    """What .pth and .start files say."""
    links: Mapping[str, str]
    """Where each link of the tree leads, as it says."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One folder that is packed."""

    path: str
    """From the tree's root."""
    owner: str
    """The distribution that most of it belongs to."""
    size: int
    """Bytes of its files."""
    files: int
    """How many."""
    compressed: int
    """What it takes of the slug as it is, in bytes."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """What one archive holds: the folders of one distribution in one folder of packages."""

    owner: str
    """The distribution."""
    site: str
    """The folder of packages."""
    units: tuple[Unit, ...]
    """Sorted by path."""

    @property
    def size(self) -> int:
        """Bytes of its files."""
        return sum(unit.size for unit in self.units)

    @property
    def compressed(self) -> int:
        """What it takes of the slug as it is, in bytes."""
        return sum(unit.compressed for unit in self.units)


def find_bundles(
    tree: Tree, layout: Layout, tops: Mapping[tuple[str, str], Bytes], told: SiteFacts
) -> tuple[Bundle, ...]:
    """What can be packed, that which takes most of the slug first.

    ``tops`` tells what each top-level entry takes of the slug, by owner.
    """
    by_owner: dict[tuple[str, str], list[Unit]] = defaultdict(list)
    for unit in _units(tree, layout, tops, told):
        by_owner[unit.owner, posixpath.dirname(unit.path)].append(unit)
    bundles = [
        Bundle(owner, site, tuple(sorted(units, key=lambda unit: unit.path)))
        for (owner, site), units in by_owner.items()
    ]
    return tuple(sorted(bundles, key=lambda item: (-item.compressed, item.owner, item.site)))


def _units(
    tree: Tree, layout: Layout, tops: Mapping[tuple[str, str], Bytes], told: SiteFacts
) -> Iterator[Unit]:
    sites = layout.site_packages
    parts: dict[str, list[Entry]] = defaultdict(list)
    for entry in tree.entries:
        parts[top_entry(entry.path, sites)].append(entry)
    barred = {top_entry(path, sites) for path in (*tree.unreadable, *tree.mounts)}
    barred |= _named_at_start(told.path_files, sites)
    barred |= {top_entry(path, sites) for path in told.links if _leads_out(path, told, sites)}
    takes: dict[str, Counter[str]] = defaultdict(Counter)
    for (path, owner), weight in tops.items():
        takes[path][owner] += weight.compressed
    # Folders themselves are nobody's, and count as the app's.
    owned = {path: sorted(set(owners) - {APP}) for path, owners in takes.items()}
    for path, entries in parts.items():
        if owned.get(path) and path not in barred and _is_unit(path, entries):
            files = [entry.size for entry in entries if entry.kind == "file"]
            owner = max(owned[path], key=takes[path].__getitem__)
            if sum(files) >= SMALLEST:
                yield Unit(path, owner, sum(files), len(files), sum(takes[path].values()))


def _named_at_start(path_files: PathFiles, sites: Collection[str]) -> frozenset[str]:
    """What ``.pth`` and ``.start`` files lead to: Python itself looks there when it starts."""
    found = {top_entry(entry.folder, sites) for entry in path_files.entries}
    texts = [*path_files.code.items()]
    texts += [(file, " ".join(points)) for file, points in path_files.starts.items()]
    for file, text in texts:
        found |= {f"{posixpath.dirname(file)}/{word}" for word in _WORD.findall(text)}
    return frozenset(found)


def _is_unit(path: str, entries: Sequence[Entry]) -> bool:
    """Whether it is a folder of packages' files that comes back as it was."""
    name = posixpath.basename(path)
    return (
        entries[0].path == path
        and entries[0].kind == "folder"
        and _NAME.fullmatch(name) is not None
        and _NAME.fullmatch(path.replace("/", "_").lstrip(".")) is not None
        and name != "__pycache__"
        and not name.endswith(_METADATA)
        and all(map(_comes_back, entries))
    )


def _comes_back(entry: Entry) -> bool:
    if entry.kind == "folder":
        return entry.writable and entry.mode & _OWNERS_OWN == _OWNERS_OWN
    return entry.writable and entry.kind in ("file", "link")


def _leads_out(path: str, told: SiteFacts, sites: Collection[str]) -> bool:
    """Whether a link leads out of the top-level entry that it lies in."""
    target = told.links[path]
    place = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
    return target.startswith("/") or top_entry(place, sites) != top_entry(path, sites)
