"""Whose fault a failure is: the app's own circumstances, or something that was removed. Pure.

A failure that is ours is narrowed down to the groups of files, by distribution and rule, that
must come back for it to go away; the rest stays gone.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slugfit.plan.decision import Decision, Group
from slugfit.scan.module_names import importable_modules, name_and_parents

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from slugfit.scan.layout import Layout
    from slugfit.verify.step import Failure


_NO_LIBRARY = re.compile(r"\w+: ([^:\s]+): cannot open shared object file")
"""What the dynamic linker of glibc says of a library that it did not find.

https://sourceware.org/git/?p=glibc.git;a=blob;f=elf/dl-load.c. That of musl has other words.
"""


@dataclass(frozen=True, slots=True)
class TreeBefore:
    """What the tree held before anything left it."""

    modules: frozenset[str]
    """The dotted names of its modules and packages."""
    basenames: frozenset[str]
    """The names of its files, without their folders."""
    lost: frozenset[str] = frozenset()
    """Every part of a name that a module which goes can have, from whichever folder of sys.path:
    a ``.pth`` line can name any."""


def tree_before(decisions: Sequence[Decision], layout: Layout) -> TreeBefore:
    """The tree as it was, kept files and others alike."""
    paths = [item.path for item in decisions]
    modules: set[str] = set()
    for module in importable_modules(paths, layout):
        modules.update(name_and_parents(module.name))
        if layout.scope(module.path)[0] == "app":
            # Its folder may be on the app's own path.
            modules.add(module.name.rpartition(".")[2])
    gone = [item.path for item in decisions if item.action == "remove"]
    lost = {part for module in importable_modules(gone, layout) for part in module.name.split(".")}
    return TreeBefore(
        frozenset(modules), frozenset(map(posixpath.basename, paths)), frozenset(lost)
    )


def is_foreign(failure: Failure, before: TreeBefore) -> bool:
    """Whether nothing that the tree lost can be the reason.

    So it is when all that was missing, at every step to the error, was never in the tree: an
    optional dependency that is not installed, a GPU's driver library.
    """
    absent = _NO_LIBRARY.match(failure.error)
    if absent is not None:
        return posixpath.basename(absent[1]) not in before.basenames
    missing = failure.missing or ()
    lost = any(name.rpartition(".")[2] in before.lost for name in missing)
    return bool(missing) and not lost and before.modules.isdisjoint(missing)


def groups_of(decisions: Iterable[Decision]) -> frozenset[Group]:
    """Every group of which a plan takes something."""
    return frozenset(Group(item.owner, item.rule) for item in decisions if item.action != "keep")


def suspects_first(
    decisions: Sequence[Decision], failures: Sequence[Failure], layout: Layout
) -> tuple[Group, ...]:
    """All groups, the likely ones first: what the error names, then the failing package's own."""
    named = {name for failure in failures for name in failure.missing or ()}
    gone = [item for item in decisions if item.action != "keep"]
    by_path = {item.path: item for item in gone}
    first = {
        Group(by_path[module.path].owner, by_path[module.path].rule)
        for module in importable_modules(by_path, layout)
        if named.intersection(name_and_parents(module.name))
    }
    tops = {failure.step.top for failure in failures}
    owners = {
        item.owner
        for item in decisions
        for scope, inner in (layout.scope(item.path),)
        if scope == "site" and inner.partition("/")[0] in tops
    }
    return tuple(
        sorted(
            groups_of(gone), key=lambda item: (item not in first, item.owner not in owners, item)
        )
    )


def find_culprits(
    ordered: Sequence[Group], works: Callable[[frozenset[Group]], bool]
) -> frozenset[Group]:
    """The groups that must come back; few trials when the guilty stand near the front.

    ``works`` tells whether all is well with these groups back; with none it is not, with all of
    ``ordered`` it is. For each culprit the shortest prefix that works is found by doubling, then
    by halving; its last group is one that is needed.
    """
    culprits: frozenset[Group] = frozenset()
    upper = len(ordered)
    while upper and (not culprits or not works(culprits)):
        fails, step = 0, 1
        while fails + step < upper and not works(culprits.union(ordered[: fails + step])):
            fails, step = fails + step, step * 2
        upper = min(fails + step, upper)
        while upper - fails > 1:
            middle = (fails + upper) // 2
            if works(culprits.union(ordered[:middle])):
                upper = middle
            else:
                fails = middle
        culprits |= {ordered[upper - 1]}
        upper -= 1
    return culprits
