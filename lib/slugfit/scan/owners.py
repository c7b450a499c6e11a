"""Who owns which file: a distribution, Python itself, the app, or nobody."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slugfit.scan.bytecode import source_of
from slugfit.scan.distributions import Distribution, read_distributions

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from slugfit.scan.layout import Layout
    from slugfit.scan.tree import Tree


APP = "(app)"
PYTHON = "(python)"
INSTALLER = "(installer)"
UNOWNED = "(other)"


@dataclass(frozen=True, slots=True)
class Owners:
    """Who owns what."""

    distributions: tuple[Distribution, ...]
    """The installed distributions, sorted by the paths of their metadata."""
    by_path: Mapping[str, str]
    """The owner of every path: the normalised name of a distribution, or one of those above."""
    vendored: frozenset[str] = frozenset()
    """The files that the RECORD of a distribution inside another one names."""

    def names(self) -> frozenset[str]:
        """The normalised names of all installed distributions."""
        return frozenset(dist.name for dist in self.distributions)


def read_owners(tree: Tree, layout: Layout) -> Owners:
    """Find the distributions of ``tree`` and give every path its owner."""
    installed, vendored = read_distributions(tree, layout)
    inner = frozenset[str]().union(*(dist.files for dist in vendored))
    return Owners(installed, _owners_by_path(tree, layout, installed), inner)


def _owners_by_path(
    tree: Tree, layout: Layout, distributions: Iterable[Distribution]
) -> Mapping[str, str]:
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
        elif scope == "installer":
            owners[path] = INSTALLER
        elif scope in ("stdlib", "prefix"):
            owners[path] = PYTHON
        else:
            site = path[: len(path) - len(name)]
            top = site + name.split("/", 1)[0]
            owners[path] = by_info.get(top) or _guess(path, top, recorded, folders)
    return owners


def _package_folders(recorded: Mapping[str, str], layout: Layout) -> Mapping[str, str]:
    """Each folder below site-packages, by the distribution that put most files into it.

    Namespace packages (google/, sphinxcontrib/) are shared, hence by folder, not by top name:
    https://packaging.python.org/en/latest/guides/packaging-namespace-packages/.
    """
    votes: dict[str, dict[str, int]] = {}
    for path, name in recorded.items():
        folder = posixpath.dirname(path)
        if layout.scope(path)[0] == "site":
            tally = votes.setdefault(folder, {})
            tally[name] = tally.get(name, 0) + 1
    return {folder: max(sorted(tally), key=tally.__getitem__) for folder, tally in votes.items()}


def _guess(path: str, top: str, recorded: Mapping[str, str], folders: Mapping[str, str]) -> str:
    """The owner of a path that no RECORD names: that of its source, or of the nearest folder."""
    source = source_of(path)
    if source is not None and source in recorded:
        return recorded[source]
    folder = posixpath.dirname(path)
    while len(folder) >= len(top):
        if folder in folders:
            return folders[folder]
        folder = posixpath.dirname(folder)
    return UNOWNED
