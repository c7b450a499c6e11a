"""A plan made again from what the last build left, where nothing that it depends on has changed.

Nothing of the app's own files is taken from there: their sizes, and the bytecode of their modules,
are those of this build.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, fields, replace
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

from slugfit.base.beside import beside
from slugfit.plan.decision import Decision, Plan
from slugfit.plan.make import plan_of
from slugfit.plan.reading import read_for_plan
from slugfit.rebuild.app_facts import app_facts
from slugfit.rebuild.entry import read_entry, write_entry
from slugfit.rebuild.installed import installed_digest
from slugfit.refer.shipped import (
    NewBytecode,
    bytecode_of_start,
    fits_source,
    new_bytecode,
    root_of_running,
)
from slugfit.scan.bytecode import source_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from slugfit.plan.reading import ReadTree
    from slugfit.plan.reasons import Reason
    from slugfit.refer.reference import Reference
    from slugfit.refer.start import AppPython, Start
    from slugfit.scan.layout import Layout
    from slugfit.settings.config import Config
    from slugfit.settings.current_run import Run
    from slugfit.unused.translations import Translations

_FILE = "plan"
_FIELDS = attrgetter(*(field.name for field in fields(Decision)))


@dataclass(frozen=True, slots=True)
class Left:
    """What a build leaves of its plan."""

    digest: bytes
    """Of all that it depends on."""
    rows: tuple[tuple[object, ...], ...]
    """The fields of each Decision: there are many, and so they are read in half the time."""
    start: Start | None
    bytecode: NewBytecode
    unused: Mapping[tuple[str, str], str]
    users: Mapping[str, tuple[str, ...]]
    unused_barred: Mapping[str, Reason]
    reached: Mapping[str, Reference]
    translations: Translations


def plan_again(root: Path, config: Config, run: Run, python: AppPython | None) -> Plan:
    """The plan for a tree; without a build cache, or for a changed tree, made from the start.

    Raises what ``make_plan`` raises.
    """
    read = read_for_plan(Path(os.path.abspath(root)), config, run)
    if run.cache is None or config.level == "measure":
        return plan_of(read, config, run, python)
    left = read_entry(run.cache / _FILE)
    known = _digest(read, config, run, python) if isinstance(left, Left) else b""
    if isinstance(left, Left) and left.digest == known:
        return _made_again(read, left, python)
    # In a first build nothing waits for it but the next one.
    with beside(lambda: known or _digest(read, config, run, python)) as told_digest:
        plan = plan_of(read, config, run, python)
        digest = told_digest()
    rows = tuple(map(_FIELDS, plan.decisions))
    told = (plan.start, plan.bytecode, plan.unused, plan.users, plan.unused_barred, plan.reached)
    whole = Left(digest, rows, *told, plan.translations)
    write_entry(run.cache / _FILE, whole)
    return plan


def _digest(read: ReadTree, config: Config, run: Run, python: AppPython | None) -> bytes:
    runs_in = root_of_running(read.tree.root, read.layout)
    asked = repr((python is not None, runs_in, app_facts(read, run)))
    told = asked.encode("utf-8", "surrogateescape")
    return hashlib.sha256(installed_digest(read, config, run) + told).digest()


def _made_again(read: ReadTree, left: Left, python: AppPython | None) -> Plan:
    sizes = {
        entry.path: entry.size for entry in read.tree.files() if _is_own(read.layout, entry.path)
    }
    planned = (Decision(*row) for row in left.rows)  # type: ignore[arg-type]
    decisions = tuple(
        _with_size(item, sizes[item.path]) if item.path in sizes else item for item in planned
    )
    bytecode = left.bytecode if left.start is None else _bytecode(read, left, left.start, python)
    return Plan(
        read.tree,
        read.layout,
        read.owners,
        read.app,
        decisions,
        read.faults,
        left.start,
        bytecode,
        left.unused,
        left.users,
        left.unused_barred,
        left.reached,
        left.translations,
    )


def _is_own(layout: Layout, path: str) -> bool:
    return layout.scope(path)[0] == "app"


def _with_size(item: Decision, size: int) -> Decision:
    return replace(item, size=size, saves=size if item.action == "remove" else 0)


def _bytecode(read: ReadTree, left: Left, start: Start, python: AppPython | None) -> NewBytecode:
    """What is written of it, with what belongs to the app's modules as they are now."""
    root, layout = read.tree.root, read.layout
    headers = {p: head for p, head in left.bytecode.headers.items() if not _is_own(layout, p)}
    compiled = {
        path: content
        for path, content in left.bytecode.compiled.items()
        if not _is_own(layout, path) or fits_source(root / (source_of(path) or ""), content)
    }
    done = {source_of(path) for path in compiled}
    own = {path for path in start.sources if _is_own(layout, path) and path not in done}
    if not own:
        return NewBytecode(headers, compiled)
    changed = replace(start, sources=frozenset(own))

    def compile_sources(paths: Sequence[str]) -> Mapping[str, bytes]:
        return {} if python is None else python.compile(root, layout, paths)

    there = bytecode_of_start(read.tree, changed, optimised=False)
    new = new_bytecode(read.tree, layout, changed, there, compile_sources)
    return NewBytecode({**headers, **new.headers}, {**compiled, **new.compiled})
