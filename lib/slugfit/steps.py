"""What a verification tries: the app's own imports, and all that stands next to a removal. Pure."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from slugfit import app as apps
from slugfit import names
from slugfit.verify import Step

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from slugfit.config import Config
    from slugfit.layout import Layout
    from slugfit.plan import Decision
    from slugfit.planning import Planned


def needed(planned: Planned) -> tuple[str, ...]:
    """What the app imports, or each package where there is no app."""
    return planned.app.imports or apps.top_level(planned.tree, planned.layout)


def of(planned: Planned, config: Config) -> tuple[Step, ...]:
    """The steps for this plan, each once; none if there is nothing to try them with."""
    if config.verify == "off":
        return ()
    steps: list[Step] = []
    if planned.layout.python is not None:
        own = [Step("import", name) for name in needed(planned)]
        known = {step.name for step in own}
        others = [
            *planned.app.strings,
            *_entry_points(planned),
            *neighbours(planned.decisions, planned.layout),
        ]
        steps += own
        steps += [Step("load", path, needed=False) for path in _libraries(planned)]
        steps += [
            Step("import", name, needed=False)
            for name in dict.fromkeys(others)
            if name not in known
        ]
        if planned.app.settings:
            steps.append(Step("setup", planned.app.settings))
    if config.smoke:
        steps.append(Step("smoke", config.smoke))
    return tuple(steps)


def _entry_points(planned: Planned) -> Iterator[str]:
    for dist in planned.owners.distributions:
        for point in dist.entry_points:
            yield point.module


def _libraries(planned: Planned) -> Iterator[str]:
    for item in planned.decisions:
        if item.action == "cut" and ".so" in posixpath.basename(item.path):
            yield str(planned.tree.root / item.path)


def neighbours(decisions: Sequence[Decision], layout: Layout) -> Iterator[str]:
    """Every kept module of site-packages that stands in a folder from which something went."""
    kept = [item.path for item in decisions if item.action != "remove"]
    gone = (item.path for item in decisions if item.action == "remove")
    beside = _folders_left(gone, kept)
    for module in names.modules(kept, layout):
        parts = module.name.split(".")
        if (
            posixpath.dirname(module.path) in beside
            and layout.scope(module.path)[0] == "site"
            and parts[-1] != "__main__"
            and all(part.isidentifier() for part in parts)
        ):
            yield module.name


def _folders_left(gone: Iterable[str], kept: Iterable[str]) -> frozenset[str]:
    """The folders that something left, or the nearest above them that are still there.

    Bytecode does not count: its source is beside it.
    """
    standing = {folder for path in kept for folder in _above(path)}
    found = set()
    for path in gone:
        if not path.endswith((".pyc", ".pyo")):
            found.add(next((folder for folder in _above(path) if folder in standing), ""))
    return frozenset(found)


def _above(path: str) -> Iterator[str]:
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path
