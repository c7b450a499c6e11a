"""What a verification tries: the app's own imports, and all that stands next to a removal. Pure."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from slugfit.scan.app import top_level_modules
from slugfit.scan.module_names import importable_modules
from slugfit.verify.step import Step

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from slugfit.plan.decision import Decision, Plan
    from slugfit.scan.layout import Layout
    from slugfit.settings.config import Config


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
    needed = needed_imports(planned)
    yield from (Step("import", name) for name in needed)
    yield from (Step("load", path, needed=False) for path in _libraries(planned))
    others = [
        *planned.app.strings,
        *_entry_points(planned),
        *neighbours(planned.decisions, planned.layout),
    ]
    known = frozenset(needed)
    for name in dict.fromkeys(others):
        if name not in known:
            yield Step("import", name, needed=False)
    if planned.app.settings:
        yield Step("setup", planned.app.settings)


def _entry_points(planned: Plan) -> Iterator[str]:
    for dist in planned.owners.distributions:
        for point in dist.entry_points:
            yield point.module


def _libraries(planned: Plan) -> Iterator[str]:
    """The libraries that are shortened, by their absolute paths."""
    for item in planned.decisions:
        if item.action == "cut" and ".so" in posixpath.basename(item.path):
            yield str(planned.tree.root / item.path)


def neighbours(decisions: Sequence[Decision], layout: Layout) -> Iterator[str]:
    """Every kept module of site-packages that stands in a folder from which something went."""
    kept = [item.path for item in decisions if item.action != "remove"]
    gone = (item.path for item in decisions if item.action == "remove")
    beside = _folders_left(gone, kept)
    for module in importable_modules(kept, layout):
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
    return frozenset(
        next((folder for folder in _above(path) if folder in standing), "")
        for path in gone
        if not path.endswith((".pyc", ".pyo"))
    )


def _above(path: str) -> Iterator[str]:
    """The folders that ``path`` lies in, the nearest first."""
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path
