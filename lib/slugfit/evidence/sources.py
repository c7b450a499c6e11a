"""Evidence for the rules of sources, static libraries and build files.

They are inert where they are what compiled modules of the same distribution were built from, and
nothing compiles against them at run time.
"""

from __future__ import annotations

import posixpath
from collections import defaultdict
from typing import TYPE_CHECKING

from slugfit.evidence.compiling import names_suffix
from slugfit.evidence.lack import Lack
from slugfit.scan.owners import APP

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from slugfit.evidence.signs import Signs
    from slugfit.evidence.surroundings import Surroundings
    from slugfit.refer.candidates import Candidate

_BUILD_SCRIPTS = frozenset(("setup.py", "setup_package.py", "setup_common.py", "conftest.py"))
"""Modules that packages ship and nobody runs once they are installed."""


def lacking_sources(
    surroundings: Surroundings, candidates: Iterable[Candidate]
) -> Iterator[tuple[str, Lack]]:
    """The candidates that something may compile, or that nothing was compiled from."""
    by_owner: dict[str, list[str]] = defaultdict(list)
    for candidate in candidates:
        by_owner[surroundings.owner(candidate.path)].append(candidate.path)
    askers = _askers(surroundings, by_owner)
    for owner, paths in by_owner.items():
        lack = _lack(surroundings, owner, paths, askers)
        if lack is not None:
            yield from ((path, lack) for path in paths)


def _lack(
    surroundings: Surroundings,
    owner: str,
    paths: Collection[str],
    askers: Mapping[str, str],
) -> Lack | None:
    own = surroundings.staying.get(owner, ())
    if not any(module.compiled for module in own):
        return Lack("nothing compiled")
    suffixes = {_suffix(path) for path in paths}
    for module in own:
        if module.compiled or posixpath.basename(module.path) in _BUILD_SCRIPTS:
            continue
        signs = surroundings.reader.signs_of(module.path)
        if signs.compiles or names_suffix(signs.endings, suffixes):
            return Lack("compiles", module.path)
    return Lack("compiled against", askers[owner]) if owner in askers else None


def _suffix(path: str) -> str:
    return "." + posixpath.basename(path).partition(".")[2]


def _askers(surroundings: Surroundings, wanted: Collection[str]) -> Mapping[str, str]:
    """Which distribution, or the app, asks for the headers of which of ``wanted``.

    It uses a function that tells where they are, and imports that distribution.
    """
    offered: dict[str, set[str]] = defaultdict(set)
    for owner in wanted:
        for module in surroundings.staying.get(owner, ()):
            for name in surroundings.reader.signs_of(module.path).offers:
                offered[name].add(owner)
    tops = {
        module.name.partition(".")[0]: owner
        for owner in wanted
        for module in surroundings.staying.get(owner, ())
    }
    askers: dict[str, str] = {}
    for owner, signs in _signs(surroundings) if offered else ():
        imported = {tops.get(top, owner) for top in signs.imports}
        for name in signs.asks & offered.keys():
            for other in (offered[name] & imported) - {owner}:
                askers.setdefault(other, "the app" if owner == APP else owner)
    return askers


def _signs(surroundings: Surroundings) -> Iterator[tuple[str, Signs]]:
    """What each module shows, with its owner."""
    for owner, modules in surroundings.staying.items():
        for module in modules:
            yield owner, surroundings.reader.signs_of(module.path)
