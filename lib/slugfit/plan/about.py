"""What a plan about one path has to look at: the path, what keeps it, and what has a say in it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from slugfit.scan.bytecode import source_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from slugfit.plan.decision import Claim
    from slugfit.refer.reference import Reference
    from slugfit.scan.tree import Tree


def around(tree: Tree, paths: Iterable[str]) -> Tree:
    """The tree as if it held but these files, their sources and their folders."""
    wanted: set[str] = set()
    for path in paths:
        for name in (path, source_of(path) or ""):
            inner = name
            while inner and inner not in wanted:
                wanted.add(inner)
                inner = inner.rpartition("/")[0]
    return replace(tree, entries=tuple(entry for entry in tree.entries if entry.path in wanted))


def keepers(about: str, held: Mapping[str, Reference]) -> Iterator[str]:
    """What keeps a path, what keeps that, and so on."""
    seen = {about}
    for path in (about, source_of(about) or ""):
        by = path
        while by in held and held[by].by not in seen:
            by = held[by].by
            seen.add(by)
            yield by


def asks(about: str, claims: Mapping[str, tuple[Claim, ...]], candidates: Collection[str]) -> bool:
    """Whether references, or what the start loads, have a say in what happens to a path."""
    return not {about, source_of(about) or ""}.isdisjoint(candidates) or any(
        claim.rule.needs == "source beside" for claim in claims.get(about, ())
    )


def asks_start(about: str) -> bool:
    """Whether what the start loads has a say in what happens to a path."""
    return about.endswith(".pyc")
