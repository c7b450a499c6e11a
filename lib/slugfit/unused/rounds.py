"""What follows from what is reached, in rounds: entry points, programs, libraries, texts."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from typing import TYPE_CHECKING

from slugfit.base.text import decode_text
from slugfit.elf.needed import needed_libraries
from slugfit.refer.reference import Reference
from slugfit.scan.bytecode import read_regular_file
from slugfit.scan.libraries import library_facts
from slugfit.unused.follow import follow_all, follow_facts, reach_put_together
from slugfit.unused.placed import reach_placed
from slugfit.unused.roots import reach_distribution
from slugfit.unused.words import reach_words_of_code

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from slugfit.scan.distributions import Distribution
    from slugfit.unused.search import Search
    from slugfit.unused.tree_code import TreeCode

PROGRAM_GROUPS = frozenset(("console_scripts", "gui_scripts"))
"""https://packaging.python.org/en/latest/specifications/entry-points/#use-for-scripts"""
LOADED_FOR = {
    # https://docs.python.org/3/library/zoneinfo.html#data-sources
    "zoneinfo": "tzdata",
    # Its own, before the standard library's, which has none from Python 3.12 on:
    # https://setuptools.pypa.io/en/latest/deprecated/distutils-legacy.html
    "distutils": "setuptools",
    # Its own vendored parts lie in setuptools/_vendor, from setuptools 71 on.
    "pkg_resources": "setuptools",
}
"""By module: the package that importing it loads, or that its functions do."""
_TEXTS = (".json", ".yaml", ".yml", ".toml", ".ini", ".zcml", ".xml", ".cfg")
_LARGEST = 1 << 18
_WORD = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)+")
_SHORT = 6
"""Letters of a name that can be part of another word."""


def follow_rounds(search: Search, code: TreeCode) -> None:
    """Follow everything, until nothing new is reached."""
    seen: set[str] = set()
    linked: dict[str, frozenset[str]] = {}
    before = -1
    while len(search.reached) > before:
        before = len(search.reached)
        follow_all(search)
        _reach_entry_points(search, code)
        _reach_loaded(search)
        reach_put_together(search)
        reach_words_of_code(search)
        follow_all(search)
        unreached = _unreached(search, code)
        _reach_libraries(search, code, unreached, linked)
        reach_placed(search, code, unreached.values())
        _read_others(search, code, seen)
        follow_all(search)


def _reach_loaded(search: Search) -> None:
    """What the import of another module loads."""
    for name, package in LOADED_FOR.items():
        # Python's own does for what may never be imported; of zoneinfo it has the code alone.
        enough = name == "distutils" and search.is_python(name)
        for path in sorted(search.importers.get(name, ())):
            if not (enough and path in search.guessed):
                by = search.owners.get(path, "")
                search.reach_name(package, Reference("needs", by, name))


def _unreached(search: Search, code: TreeCode) -> Mapping[str, Distribution]:
    """The distributions that have modules of which none is reached, by name."""
    owners = {code.owners.by_path.get(path, "") for path in search.reached}
    return {
        dist.name: dist
        for dist in code.owners.distributions
        if dist.name not in owners and not search.index.by_path.keys().isdisjoint(dist.files)
    }


def _reach_entry_points(search: Search, code: TreeCode) -> None:
    tops = {
        module.name.partition(".")[0]
        for path in search.reached
        if (module := search.index.by_path.get(path)) is not None
    }
    for dist in code.owners.distributions:
        for point in dist.entry_points:
            if point.group in PROGRAM_GROUPS:
                if point.name in search.said:
                    reference = Reference("runs", search.said[point.name], point.name)
                    search.reach_name(point.module, reference)
            elif point.group in search.said:
                reference = Reference("group", search.said[point.group], point.group)
                search.reach_name(point.module, reference)
            elif (first := re.split(r"[._:-]", point.group)[0]) in tops and first != "":
                # Its name may be put together: "flask" + ".commands".
                search.reach_name(point.module, Reference("group", first, point.group))
    _reach_scripts(search, code)


def _reach_scripts(search: Search, code: TreeCode) -> None:
    """What programs import that a wheel installs as files (not as entry points)."""
    for loose in code.loose:
        path = loose.module.path
        name = posixpath.basename(path)
        if posixpath.basename(posixpath.dirname(path)) == "bin" and name in search.said:
            follow_facts(search, loose.module, loose.facts)


def _reach_libraries(
    search: Search,
    code: TreeCode,
    unreached: Mapping[str, Distribution],
    linked: dict[str, frozenset[str]],
) -> None:
    """Distributions with a shared library that something reached is linked to, or names."""
    offered = {
        posixpath.basename(path): dist
        for dist in unreached.values()
        for path in sorted(dist.files)
        if ".so" in posixpath.basename(path)
    }
    if not offered:
        return
    reached = {code.owners.by_path.get(path, "") for path in search.reached}
    for entry in code.tree.files():
        owner = code.owners.by_path.get(entry.path, "")
        if ".so" in posixpath.basename(entry.path) and owner in reached:
            if entry.path not in linked:
                linked[entry.path] = needed_libraries(code.tree.root / entry.path)
            for name in sorted(linked[entry.path] & offered.keys()):
                reach_distribution(search, offered[name], Reference("links", entry.path, name))
    for literal, by in sorted(search.libraries.items()):
        stem = posixpath.basename(literal).partition(".so")[0] + ".so"
        for name, dist in offered.items():
            if len(stem) > len("x.so") and name.startswith(stem):
                reach_distribution(search, dist, Reference("links", by, name))


def _read_others(search: Search, code: TreeCode, seen: set[str]) -> None:
    """Compiled modules and text files of what is reached, for names of what is not."""
    tops = _tops(search, code)
    if not tops:
        return
    # Others cannot stand in a library as what they are: see library_facts.
    words = tuple(top.encode("ascii") for top in sorted(tops) if top.isascii())
    reached = {code.owners.by_path.get(path, "") for path in search.reached}
    reached.difference_update(("", "(python)"))
    for path in sorted(search.reached):
        module = search.index.by_path.get(path)
        if module is not None and module.compiled and path not in seen:
            seen.add(path)
            for literal in sorted(library_facts(code.tree.root / path, words).literals):
                _reach_literal(search, path, literal, tops)
    for entry in code.tree.files():
        path = entry.path
        if path.endswith(_TEXTS) and path not in seen and entry.size <= _LARGEST:
            owner = code.owners.by_path.get(path, "")
            if owner in reached and not posixpath.dirname(path).endswith("-info"):
                seen.add(path)
                for word in _words(code.tree.root / path):
                    if word.partition(".")[0] in tops:
                        search.reach_name(word, Reference("names", path, word))


def _tops(search: Search, code: TreeCode) -> frozenset[str]:
    """The top-level names of packages of which no module is reached, if they are worth a search."""
    own = {dist.name for dist in code.owners.distributions}
    sizes: Counter[str] = Counter()
    reached: set[str] = set()
    for entry in code.tree.files():
        module = search.index.by_path.get(entry.path)
        if module is not None and code.owners.by_path.get(entry.path) in own:
            top = module.name.partition(".")[0]
            sizes[top] += entry.size
            if entry.path in search.reached:
                reached.add(top)
    return frozenset(top for top, size in sizes.items() if size >= code.least) - reached


def _reach_literal(search: Search, path: str, literal: str, tops: frozenset[str]) -> None:
    """What a text in a library means; where one string runs into the next, any long name in it."""
    for top in sorted(tops):
        if literal == top or literal.startswith(f"{top}."):
            search.reach_name(literal, Reference("names", path, literal))
        elif len(top) >= _SHORT and top in literal:
            search.reach_name(top, Reference("names", path, top))


def _words(file: Path) -> Iterator[str]:
    try:
        text = decode_text(read_regular_file(file), "replace").text
    except OSError:
        return
    yield from dict.fromkeys(_WORD.findall(text))
