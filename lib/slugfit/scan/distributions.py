"""Installed distributions: METADATA, RECORD and entry points, read as data.

The formats are PyPA's: https://packaging.python.org/en/latest/specifications/recording-installed-packages/
and https://packaging.python.org/en/latest/specifications/entry-points/. Anybody may have written
these files: a broken line is counted, never trusted.
"""

from __future__ import annotations

import csv
import io
import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slugfit.base.paths import path_inside

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from slugfit.scan.layout import Layout
    from slugfit.scan.tree import Tree


_INFO = re.compile(r"(?P<name>[^/]+?)-(?P<version>[^/-]+)(-[^/]*)?\.(dist|egg)-info")
_REQUIRED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_LARGEST = 1 << 26
"""Bytes of a metadata file that is read; the largest known ones have two million."""


@dataclass(frozen=True, slots=True)
class EntryPoint:
    """One ``name = module:attribute`` line of entry_points.txt."""

    group: str
    """The section that it stands in, such as ``console_scripts``."""
    name: str
    """What it is called in its group."""
    module: str
    """The module that it loads, a dotted name."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """An installed distribution; paths are relative to the tree's root."""

    name: str
    """Its normalised name (see normalise_name)."""
    version: str
    """Its version as METADATA, or else the name of its folder, says."""
    site: str
    """The folder that it is installed in, "" for the root."""
    info: str
    """The folder of its metadata: .dist-info or .egg-info."""
    files: frozenset[str]
    """What its RECORD names and the tree holds."""
    entry_points: tuple[EntryPoint, ...]
    """The entry points that it declares."""
    faults: tuple[str, ...]
    """What of its metadata could not be read, in words."""
    requires: frozenset[str] = frozenset()
    """The normalised names of what it requires, without what only its extras do."""
    extras: frozenset[str] = frozenset()
    """Of what only its extras require."""
    requested: bool = False
    """Whether it was asked for by its own name: https://peps.python.org/pep-0376/#requested."""


def normalise_name(name: str) -> str:
    """A distribution's name as indexes compare it.

    https://packaging.python.org/en/latest/specifications/name-normalization/
    """
    return re.sub(r"[-_.]+", "-", name).lower()


def requirers_of(distributions: Iterable[Distribution]) -> Mapping[str, tuple[str, ...]]:
    """By normalised name the distributions that require it, sorted."""
    found: dict[str, set[str]] = {}
    for dist in distributions:
        for name in dist.requires:
            found.setdefault(name, set()).add(dist.name)
    return {name: tuple(sorted(by)) for name, by in found.items()}


def read_distributions(
    tree: Tree, layout: Layout
) -> tuple[tuple[Distribution, ...], tuple[Distribution, ...]]:
    """The distributions of ``tree``: those installed, and those vendored inside of others."""
    paths = {entry.path for entry in tree.entries}
    infos = sorted(
        entry.path
        for entry in tree.entries
        if entry.kind == "folder" and _INFO.fullmatch(posixpath.basename(entry.path))
    )
    own = [info for info in infos if posixpath.dirname(info) in layout.site_packages]
    inner = [info for info in infos if info not in own and layout.scope(info)[0] == "site"]
    return (
        tuple(_read_one(tree.root, info, paths) for info in own),
        tuple(_read_one(tree.root, info, paths) for info in inner),
    )


def _read_one(root: Path, info: str, paths: set[str]) -> Distribution:
    site = posixpath.dirname(info)
    faults: list[str] = []
    parts = _INFO.fullmatch(posixpath.basename(info))
    name, version = (parts["name"], parts["version"]) if parts else (info, "")
    headers = _text(root / info / "METADATA") or _text(root / info / "PKG-INFO") or ""
    name = _header(headers, "Name") or name
    version = _header(headers, "Version") or version
    record = _text(root / info / "RECORD")
    if record is None:
        faults.append("RECORD is missing; its files are guessed from their places")
    listed = frozenset(_recorded(record or "", site, faults) & paths)
    points = tuple(parse_entry_points(_text(root / info / "entry_points.txt") or "", faults))
    return Distribution(
        normalise_name(name),
        version,
        site,
        info,
        listed,
        points,
        tuple(faults),
        frozenset(_required(headers, extra=False)),
        frozenset(_required(headers, extra=True)),
        (root / info / "REQUESTED").is_file(),
    )


def _text(file: Path) -> str | None:
    """The text of a metadata file, None if there is none to be read."""
    try:
        if file.is_symlink() or not file.is_file() or file.stat().st_size > _LARGEST:
            return None
        # As it is: a name in RECORD may hold line ends of any kind.
        return file.read_bytes().decode("utf-8", "surrogateescape")
    except OSError:
        return None


def _header(text: str, name: str) -> str | None:
    """A field of METADATA: https://packaging.python.org/en/latest/specifications/core-metadata/."""
    for line in text.splitlines():
        if not line:
            return None
        key, colon, value = line.partition(":")
        if colon and key.strip().lower() == name.lower():
            return value.strip() or None
    return None


def _required(text: str, *, extra: bool) -> Iterator[str]:
    """The names in Requires-Dist, of METADATA, for which an extra has to be asked for, or none."""
    for line in text.splitlines():
        if not line:
            return
        key, _, value = line.partition(":")
        requirement, _, marker = value.partition(";")
        if key.strip().lower() == "requires-dist" and ("extra" in marker) == extra:
            found = _REQUIRED.match(requirement.strip())
            if found:
                yield normalise_name(found[0])


def _recorded(text: str, site: str, faults: list[str]) -> set[str]:
    paths = set()
    for row in record_rows(text, faults):
        path = path_inside(site, row[0])
        if path is None:
            faults.append(f"RECORD names {row[0]!r}, which leaves the tree; ignored")
        else:
            paths.add(path)
    return paths


def record_rows(text: str, faults: list[str]) -> Iterator[list[str]]:
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
