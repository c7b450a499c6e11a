"""Files that settings mean by a name: of an installed distribution, or of what is imported. Pure.

``SLUGFIT_KEEP=opencv-python`` or ``plug.example`` name no file, and people write them.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from slugfit.scan.distributions import normalise_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from slugfit.scan.layout import Layout
    from slugfit.scan.owners import Owners
    from slugfit.scan.tree import Tree


_BARE = re.compile(r"[A-Za-z0-9_][\w.-]*")
_SPECIAL = re.compile(r"([\\*?\[\]!# ])")


def patterns_of_names(
    lines: Iterable[str], tree: Tree, layout: Layout, owners: Owners
) -> dict[str, tuple[str, ...]]:
    """For each line that is such a name the patterns of its files; others are left out."""
    found = {}
    for line in lines:
        if _BARE.fullmatch(line):
            wanted = (*_of_distribution(line, tree, owners), *_of_import(line, tree, layout))
            if wanted:
                found[line] = wanted
    return found


def _of_distribution(line: str, tree: Tree, owners: Owners) -> Iterator[str]:
    """The topmost folders that are all its own, and its other files."""
    name = normalise_name(line)
    if name not in owners.names():
        return
    shared: set[str] = set()
    own: list[str] = []
    for entry in tree.entries:
        if entry.kind == "folder":
            continue
        if owners.by_path.get(entry.path) == name:
            own.append(entry.path)
        else:
            shared.update(_above(entry.path))
    covers = (
        next((f"{folder}/" for folder in reversed([*_above(path)]) if folder not in shared), path)
        for path in own
    )
    yield from map(_anchored, dict.fromkeys(covers))


def _of_import(line: str, tree: Tree, layout: Layout) -> Iterator[str]:
    """The folder of a package, or the files of a module; compiled ones and stubs too."""
    if not all(part.isidentifier() for part in line.split(".")):
        return
    inner = line.replace(".", "/")
    paths = {entry.path: entry.kind for entry in tree.entries}
    for site in layout.site_packages:
        path = f"{site}/{inner}" if site else inner
        folder, name = posixpath.split(path)
        if paths.get(path) == "folder":
            yield _anchored(f"{path}/")
        if any(f"{path}{suffix}" in paths for suffix in (".py", ".pyc", ".so")) or any(
            other.startswith(f"{path}.") and other.endswith(".so") for other in paths
        ):
            yield _anchored(path) + ".*"
            yield _anchored(posixpath.join(folder, "__pycache__", name)) + ".*"


def _above(path: str) -> Iterator[str]:
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path


def _anchored(path: str) -> str:
    """The pattern of exactly this path."""
    return "/" + _SPECIAL.sub(r"\\\1", path)
