"""Patterns that match nothing in a tree, and the nearest that would. Pure."""

from __future__ import annotations

import difflib
import posixpath
import re
from typing import TYPE_CHECKING

from slugfit.base.patterns import parse_patterns
from slugfit.scan.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from slugfit.base.patterns import Pattern
    from slugfit.scan.layout import Layout
    from slugfit.scan.owners import Owners
    from slugfit.scan.tree import Tree


_GLOB = re.compile(r"[*?\[\\]")
_MOST_NAMES = 4000
"""Names that are compared with one that matches nothing; the first letter chooses."""


def unmatched_patterns(lines: Sequence[str], paths: Mapping[str, bool]) -> tuple[Pattern, ...]:
    """The patterns that match none of ``paths``, which are folders where they say so."""
    wanted = parse_patterns(lines, source="")
    left = {pattern.line: pattern for pattern in wanted.patterns}
    alone = {number: parse_patterns([pattern.text], source="") for number, pattern in left.items()}
    for path, is_folder in paths.items():
        if not left:
            break
        decided = wanted.match(path, is_dir=is_folder)
        if decided is None:
            continue
        # Earlier patterns can match what a later one decides about.
        for number in [number for number in left if number <= decided.line]:
            if alone[number].match(path, is_dir=is_folder):
                del left[number]
    return tuple(left.values())


def unmatched_faults(
    lists: Mapping[str, Sequence[str]],
    trees: Iterable[Tree],
    layout: Layout,
    owners: Owners,
) -> Iterator[Fault]:
    """What matches nothing in any of ``trees``; ``lists`` are lines by the name of their list.

    The first tree is the one that ``layout`` and ``owners`` speak of.
    """
    parts = [{entry.path: entry.kind == "folder" for entry in tree.entries} for tree in trees]
    paths = {path: is_folder for part in reversed(parts) for path, is_folder in part.items()}
    for name, lines in lists.items():
        for pattern in unmatched_patterns(lines, paths):
            nearest = nearest_pattern(pattern, paths, layout, owners)
            meant = (nearest,) if nearest else ()
            yield Fault("no match", name, pattern.line, pattern.text, meant)


def nearest_pattern(
    pattern: Pattern, paths: Mapping[str, bool], layout: Layout, owners: Owners
) -> str:
    """A pattern that matches something and is like this one, "" if there is none."""
    negated = "!" if pattern.negated else ""
    text = pattern.text[len(negated) :]
    guesses = _names(text, paths, owners) if pattern.by_name else _places(text, paths, layout)
    for guess in guesses:
        if not unmatched_patterns([guess], paths) or guess in owners.names():
            return negated + guess
    return ""


def _places(text: str, paths: Mapping[str, bool], layout: Layout) -> Iterator[str]:
    """The same below site-packages, or with other names for the folders that are not there."""
    inner = text.lstrip("/")
    yield f"**/{inner}"
    if _GLOB.search(inner):
        return
    children: dict[str, list[str]] = {}
    for path in paths:
        children.setdefault(posixpath.dirname(path), []).append(posixpath.basename(path))
    root = _corrected(inner, "", children)
    if root:
        yield root
    for site in layout.site_packages:
        below = _corrected(inner, site, children)
        if below:
            yield f"**/{below}"


def _corrected(inner: str, start: str, children: Mapping[str, list[str]]) -> str:
    """``inner`` with the nearest name for each part that is not in its folder, "" without one."""
    folder = start
    parts = []
    for part in inner.rstrip("/").split("/"):
        names = children.get(folder, [])
        near = [part] if part in names else difflib.get_close_matches(part, names, 1)
        if not near:
            return ""
        parts += near
        folder = f"{folder}/{near[0]}" if folder else near[0]
    return "/".join(parts) + ("/" if inner.endswith("/") else "")


def _names(text: str, paths: Mapping[str, bool], owners: Owners) -> Iterator[str]:
    name = text.strip("/")
    if _GLOB.search(name):
        return
    found = {*owners.names(), *_basenames(paths, folders=text.endswith("/"))}
    alike = [item for item in sorted(found) if item[:1].lower() == name[:1].lower()]
    near = difflib.get_close_matches(name, alike[:_MOST_NAMES], 3)
    yield from (item + ("/" if text.endswith("/") else "") for item in near)


def _basenames(paths: Mapping[str, bool], *, folders: bool) -> Iterable[str]:
    return (
        posixpath.basename(path)
        for path, is_folder in paths.items()
        # Python's own names for bytecode are nobody's pattern.
        if (is_folder or not folders) and not path.endswith(".pyc")
    )
