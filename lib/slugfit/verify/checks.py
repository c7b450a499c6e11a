"""What a verification tries: the app's own imports, and all that stands next to a removal. Pure."""

from __future__ import annotations

import itertools
import posixpath
from collections import Counter
from typing import TYPE_CHECKING, TypeAlias

from slugfit.catalog.rules import UNUSED
from slugfit.plan.decision import Group
from slugfit.scan.app import top_level_modules
from slugfit.scan.module_names import importable_modules
from slugfit.verify.step import Step

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from slugfit.plan.decision import Decision, Plan
    from slugfit.scan.layout import Layout
    from slugfit.settings.config import Config
    from slugfit.verify.step import StepKind

Spare: TypeAlias = "tuple[StepKind, str]"
"""Kind and name of a step that is not the app's own."""


def needed_imports(planned: Plan) -> tuple[str, ...]:
    """What the app imports, or each package where there is no app.

    What no file of site-packages has the name of comes last: most of it is not installed.
    """
    own = planned.app.imports or top_level_modules(planned.tree, planned.layout)
    return (*own, *planned.app.elsewhere)


def steps_for(planned: Plan, config: Config) -> tuple[Step, ...]:
    """The steps for this plan, each once; none if there is nothing to try them with."""
    if config.verify == "off":
        return ()
    steps = () if planned.layout.python is None else tuple(_python_steps(planned))
    return (*steps, Step("smoke", config.smoke)) if config.smoke else steps


def _python_steps(planned: Plan) -> Iterator[Step]:
    """The app's own first; then what is worth most: what its texts name, a step of each group."""
    needed = needed_imports(planned)
    yield from (Step("import", name) for name in needed)
    by_group = spare_by_group(planned)
    others = [
        *(("import", name) for name in (*planned.app.strings, *_entry_points(planned))),
        *_in_turn(by_group.values()),
    ]
    known = frozenset(needed)
    for kind, name in dict.fromkeys(others):
        if name not in known:
            yield Step(kind, name, needed=False)
    if planned.app.settings:
        yield Step("setup", planned.app.settings)


def _in_turn(lists: Iterable[Sequence[Spare]]) -> Iterator[Spare]:
    """The first of each list, then the second of each: what is left out is left out of all."""
    for row in itertools.zip_longest(*lists):
        yield from (item for item in row if item is not None)


def _entry_points(planned: Plan) -> Iterator[str]:
    """The modules that entry points load, but for those that go as a whole: nothing loads these."""
    gone = [
        item.path
        for item in planned.decisions
        if item.action == "remove" and item.rule == UNUSED.name
    ]
    names = {module.name for module in importable_modules(gone, planned.layout)}
    for dist in planned.owners.distributions:
        for point in dist.entry_points:
            if point.module not in names:
                yield point.module


def spare_by_group(planned: Plan) -> Mapping[Group, Sequence[Spare]]:
    """What is tried for each group of a plan, beside the app's own imports: largest group first.

    Its neighbours, and for a group that shortens or links libraries these, by their absolute paths.
    """
    found: dict[Group, list[Spare]] = {}
    weights: Counter[Group] = Counter()
    for item in planned.decisions:
        weights[Group(item.owner, item.rule)] += item.saves
        if item.action in ("cut", "link") and ".so" in posixpath.basename(item.path):
            path = str(planned.tree.root / item.path)
            found.setdefault(Group(item.owner, item.rule), []).append(("load", path))
    for group, names in neighbours_by_group(planned.decisions, planned.layout).items():
        found.setdefault(group, []).extend(("import", name) for name in names)
    return {group: found[group] for group in sorted(found, key=lambda item: (-weights[item], item))}


def neighbours(decisions: Sequence[Decision], layout: Layout) -> Iterator[str]:
    """Every kept module of site-packages that stands in a folder from which something went."""
    by_group = neighbours_by_group(decisions, layout)
    yield from dict.fromkeys(name for names in by_group.values() for name in names)


def neighbours_by_group(
    decisions: Sequence[Decision], layout: Layout
) -> Mapping[Group, Sequence[str]]:
    """The same by the groups that went from there."""
    kept = [item.path for item in decisions if item.action != "remove"]
    beside = _folders_left(decisions, kept)
    found: dict[Group, list[str]] = {}
    for module in importable_modules(kept, layout):
        parts = module.name.split(".")
        folder = posixpath.dirname(module.path)
        if (
            folder in beside
            and layout.scope(module.path)[0] == "site"
            and parts[-1] != "__main__"
            and all(part.isidentifier() for part in parts)
        ):
            for group in beside[folder]:
                found.setdefault(group, []).append(module.name)
    return found


def _folders_left(
    decisions: Iterable[Decision], kept: Iterable[str]
) -> Mapping[str, Collection[Group]]:
    """The folders that something left, or the nearest above them that are still there, by whom.

    Bytecode does not count: its source is beside it.
    """
    standing = {folder for path in kept for folder in _above(path)}
    found: dict[str, dict[Group, None]] = {}
    for item in decisions:
        if item.action == "remove" and not item.path.endswith((".pyc", ".pyo")):
            folder = next((folder for folder in _above(item.path) if folder in standing), "")
            found.setdefault(folder, {})[Group(item.owner, item.rule)] = None
    return found


def _above(path: str) -> Iterator[str]:
    """The folders that ``path`` lies in, the nearest first."""
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path
