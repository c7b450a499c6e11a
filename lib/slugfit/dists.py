"""Which distribution owns which file: RECORD, METADATA and entry points, read as data.

Formats: the "Recording installed projects" and "Entry points" specifications of PyPA. Everything
in these files is somebody's words: a broken line is counted, never trusted.
"""

from __future__ import annotations

import csv
import io
import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slugfit.tree import inside

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from slugfit.layout import Layout
    from slugfit.tree import Tree

_INFO = re.compile(r"(?P<name>[^/]+?)-(?P<version>[^/-]+)(-[^/]*)?\.(dist|egg)-info")
_CACHED = re.compile(r"(.+?)\.[a-z]+-?\d.*\.py[co]", re.DOTALL)
_LARGEST = 1 << 26
"""Bytes of a metadata file; the largest real ones have two million."""
APP = "(app)"
PYTHON = "(python)"
UNOWNED = "(other)"


@dataclass(frozen=True, slots=True)
class EntryPoint:
    """One ``name = module:attribute`` line of a group."""

    group: str
    name: str
    module: str


@dataclass(frozen=True, slots=True)
class Distribution:
    """An installed distribution; paths are relative to the tree's root.

    ``name`` is normalised (PEP 503). ``files`` are those of RECORD that stay inside the tree.
    ``faults`` say in words what could not be read.
    """

    name: str
    version: str
    site: str
    info: str
    files: frozenset[str]
    entry_points: tuple[EntryPoint, ...]
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Owners:
    """Who owns what: distributions by name, and every path's owner.

    ``vendored`` are the files that the RECORD of a distribution inside another one names.
    """

    distributions: tuple[Distribution, ...]
    by_path: Mapping[str, str]
    vendored: frozenset[str] = frozenset()

    def names(self) -> frozenset[str]:
        """The normalised names of all installed distributions."""
        return frozenset(dist.name for dist in self.distributions)


def normalise(name: str) -> str:
    """A distribution's name as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def read(tree: Tree, layout: Layout) -> Owners:
    """Find the distributions of ``tree`` and give every file its owner."""
    paths = {entry.path for entry in tree.entries}
    infos = sorted(
        entry.path
        for entry in tree.entries
        if entry.kind == "folder" and _INFO.fullmatch(posixpath.basename(entry.path))
    )
    own = [info for info in infos if posixpath.dirname(info) in layout.site_packages]
    inner = [info for info in infos if info not in own and layout.scope(info)[0] == "site"]
    distributions = tuple(_read_one(tree.root, info, paths) for info in own)
    vendored = (_read_one(tree.root, info, paths).files for info in inner)
    return Owners(distributions, _own(tree, layout, distributions), frozenset().union(*vendored))


def _read_one(root: Path, info: str, paths: set[str]) -> Distribution:
    site = posixpath.dirname(info)
    faults: list[str] = []
    found = _INFO.fullmatch(posixpath.basename(info))
    name, version = (found["name"], found["version"]) if found else (info, "")
    headers = _text(root / info / "METADATA") or _text(root / info / "PKG-INFO") or ""
    name = _header(headers, "Name") or name
    version = _header(headers, "Version") or version
    record = _text(root / info / "RECORD")
    if record is None:
        faults.append("RECORD is missing; its files are guessed from their places")
    listed = frozenset(_recorded(record or "", site, faults) & paths)
    points = tuple(parse_entry_points(_text(root / info / "entry_points.txt") or "", faults))
    return Distribution(normalise(name), version, site, info, listed, points, tuple(faults))


def _text(file: Path) -> str | None:
    try:
        if file.is_symlink() or not file.is_file() or file.stat().st_size > _LARGEST:
            return None
        # As it is: a name in RECORD may hold line ends of any kind.
        return file.read_bytes().decode("utf-8", "surrogateescape")
    except OSError:
        return None


def _header(text: str, name: str) -> str | None:
    for line in text.splitlines():
        if not line:
            return None
        key, colon, value = line.partition(":")
        if colon and key.strip().lower() == name.lower():
            return value.strip() or None
    return None


def _recorded(text: str, site: str, faults: list[str]) -> set[str]:
    found = set()
    for row in rows(text, faults):
        path = inside(site, row[0])
        if path is None:
            faults.append(f"RECORD names {row[0]!r}, which leaves the tree; ignored")
        else:
            found.add(path)
    return found


def rows(text: str, faults: list[str]) -> Iterator[list[str]]:
    """The non-empty rows of a RECORD (path, hash, size); a fault ends the reading."""
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        for row in reader:
            if row and row[0]:
                yield row
    except csv.Error as error:
        faults.append(f"RECORD line {reader.line_num} cannot be read: {error}")


def parse_entry_points(text: str, faults: list[str]) -> Iterator[EntryPoint]:
    """Entry points of one ``entry_points.txt``, line by line, as importlib.metadata reads them.

    A line of another form is a fault; the others still count.
    """
    group = ""
    for number, line in enumerate(map(str.strip, text.splitlines()), 1):
        name, equals, value = line.partition("=")
        if not line or line.startswith("#"):
            continue
        if line.startswith("[") and line.endswith("]"):
            group = line[1:-1].strip()
        elif not group or not equals:
            faults.append(f"entry_points.txt line {number} cannot be read")
        elif module := value.partition("[")[0].partition(":")[0].strip():
            yield EntryPoint(group, name.strip(), module)


def _own(tree: Tree, layout: Layout, distributions: Iterable[Distribution]) -> Mapping[str, str]:
    recorded = {path: dist.name for dist in distributions for path in dist.files}
    by_info = {dist.info: dist.name for dist in distributions}
    folders = _package_folders(recorded, layout)
    owners: dict[str, str] = {}
    for entry in tree.entries:
        path = entry.path
        scope, name = layout.scope(path)
        if path in recorded:
            owners[path] = recorded[path]
        elif scope == "app":
            owners[path] = APP
        elif scope in ("stdlib", "prefix"):
            owners[path] = PYTHON
        else:
            site = path[: len(path) - len(name)]
            top = site + name.split("/", 1)[0]
            owners[path] = by_info.get(top) or _guess(path, top, recorded, folders)
    return owners


def _package_folders(recorded: Mapping[str, str], layout: Layout) -> Mapping[str, str]:
    """Each folder below site-packages, by the distribution that put most files into it.

    Namespace packages (google/, sphinxcontrib/) are shared, hence by folder, not by top name.
    """
    votes: dict[str, dict[str, int]] = {}
    for path, name in recorded.items():
        folder = posixpath.dirname(path)
        if layout.scope(path)[0] == "site":
            tally = votes.setdefault(folder, {})
            tally[name] = tally.get(name, 0) + 1
    return {folder: max(sorted(tally), key=tally.__getitem__) for folder, tally in votes.items()}


def _guess(path: str, top: str, recorded: Mapping[str, str], folders: Mapping[str, str]) -> str:
    source = source_of(path)
    if source is not None and source in recorded:
        return recorded[source]
    folder = posixpath.dirname(path)
    while len(folder) >= len(top):
        if folder in folders:
            return folders[folder]
        folder = posixpath.dirname(folder)
    return UNOWNED


def source_of(path: str) -> str | None:
    """The ``.py`` that a ``.pyc`` was compiled from (PEP 3147), or None if it is no ``.pyc``."""
    folder, name = posixpath.split(path)
    if not name.endswith((".pyc", ".pyo")):
        return None
    if posixpath.basename(folder) == "__pycache__":
        cached = _CACHED.fullmatch(name)
        return posixpath.join(posixpath.dirname(folder), f"{cached[1]}.py") if cached else None
    return path[:-1]
