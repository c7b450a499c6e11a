"""What follows from what is reached, in rounds: entry points, programs, libraries."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from slugfit.elf.needed import needed_libraries
from slugfit.refer.reference import Reference
from slugfit.scan.owners import PYTHON
from slugfit.unused.building import is_test_part
from slugfit.unused.follow import follow_all, follow_facts, reach_put_together
from slugfit.unused.others import read_others
from slugfit.unused.placed import reach_placed
from slugfit.unused.roots import reach_distribution
from slugfit.unused.words import reach_words_of_code

if TYPE_CHECKING:
    from collections.abc import Mapping

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
        read_others(search, code, seen)
        follow_all(search)


def _reach_loaded(search: Search) -> None:
    """What the import of another module loads."""
    for name, package in LOADED_FOR.items():
        for path in sorted(search.importers.get(name, ())):
            by = search.owners.get(path, "")
            if name != "distutils" or not _python_s_own_will_do(search, path, by):
                search.reach_name(package, Reference("needs", by, name))


def _python_s_own_will_do(search: Search, path: str, owner: str) -> bool:
    """Whether distutils of Python itself is enough for the module at ``path``, where it is there.

    For Python's own modules, for tests, and for what may never be imported. Of zoneinfo Python has
    the code alone.
    """
    module = search.index.by_path.get(path)
    is_test = module is not None and is_test_part(module.name)
    enough = owner == PYTHON or is_test or path in search.guessed
    return enough and search.is_python("distutils")


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
            elif (first := _first(point.group)) in tops and first != "":
                # Its name may be put together: "flask" + ".commands".
                search.reach_name(point.module, Reference("group", first, point.group))
    _reach_scripts(search, code)


def _first(group: str) -> str:
    """The package that a group of entry points is called after; setuptools has distutils' groups.

    https://setuptools.pypa.io/en/latest/userguide/extension.html
    """
    first = re.split(r"[._:-]", group)[0]
    return "setuptools" if first == "distutils" else first


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
