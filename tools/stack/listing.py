"""What is in a tree, as inside/list.sh tells it, and how two trees differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

SHOWN = 10
"""Paths that are named when trees differ."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Paths that only one of two trees has, and those that are not the same in both."""

    gone: tuple[str, ...]
    new: tuple[str, ...]
    changed: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.gone or self.new or self.changed)

    def __str__(self) -> str:
        """``2 changed, 1 gone``, and the first paths, a line each."""
        kinds = {"changed": self.changed, "gone": self.gone, "new": self.new}
        counts = ", ".join(f"{len(paths)} {kind}" for kind, paths in kinds.items() if paths)
        lines = [f"{kind}: {path}" for kind, paths in kinds.items() for path in paths[:SHOWN]]
        return "\n".join([counts, *lines])


def parse(text: str) -> Mapping[str, str]:
    """What each path is: its kind with its mode, and its content's hash or its target."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        what, tab, rest = line.partition("\t")
        if tab:
            path, _, more = rest.partition("\t")
        else:
            more, _, path = line.partition("  ")
            what = ""
        name = path.removeprefix("./")
        found[name] = f"{found.get(name, '')} {what} {more}".strip()
    found.pop(".", None)
    return found


def files(listing: Mapping[str, str]) -> list[str]:
    """Paths of the files."""
    return [path for path, what in listing.items() if what.startswith("f ")]


def bytecode(listing: Mapping[str, str]) -> list[str]:
    """Paths of the packages' bytecode."""
    return [path for path in files(listing) if "site-packages" in path and path.endswith(".pyc")]


def compare(before: Mapping[str, str], after: Mapping[str, str]) -> Difference:
    """How ``after`` differs from ``before``."""
    return Difference(
        tuple(sorted(before.keys() - after.keys())),
        tuple(sorted(after.keys() - before.keys())),
        tuple(sorted(path for path in before.keys() & after.keys() if before[path] != after[path])),
    )
