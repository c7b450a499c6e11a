"""Who would use what the app never reaches: modules that import it, and are not reached either."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from slugfit.scan.module_names import import_targets

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from slugfit.scan.module_names import Module
    from slugfit.unused.search import Search
    from slugfit.unused.tree_code import TreeCode


def would_use(
    code: TreeCode, search: Search, unused: Mapping[str, str]
) -> Mapping[str, tuple[str, ...]]:
    """By distribution of ``unused`` files: the modules of those that require it which import it.

    Dotted names, sorted. Only what requires it is read: others may import it if it is there, but
    do not count on it.
    """
    owners = code.owners.by_path
    gone = {owners.get(path, "") for path in unused}
    tops: dict[str, set[str]] = defaultdict(set)
    for path in unused:
        module = search.index.by_path.get(path)
        if module is not None:
            tops[owners.get(path, "")].add(module.name.partition(".")[0])
    found = {}
    for dist in sorted(gone & tops.keys()):
        requirers = {other.name for other in code.owners.distributions if dist in other.requires}
        users = tuple(
            module.name
            for module in _unreached_of(code, search, requirers)
            if module.path not in unused and not tops[dist].isdisjoint(_imported(code, module))
        )
        if users:
            found[dist] = users
    return found


def _unreached_of(code: TreeCode, search: Search, names: set[str]) -> Iterator[Module]:
    for path in sorted(search.index.by_path):
        module = search.index.by_path[path]
        if (
            code.owners.by_path.get(path, "") in names
            and path not in search.reached
            and not module.compiled
        ):
            yield module


def _imported(code: TreeCode, module: Module) -> Iterator[str]:
    """The first parts of the names that a module imports."""
    for statement in code.modules.facts_of(module.path).imports:
        for target in import_targets(statement, module.parent):
            yield target.partition(".")[0]
