"""A plan turned into what a transaction carries out: removals, cuts, bytecode, true RECORDs."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field, replace
from stat import S_IFDIR, S_IFREG
from typing import TYPE_CHECKING

from slugfit.apply.emptied import emptied_folders
from slugfit.apply.moves import need_file
from slugfit.apply.record import RewrittenRecord, rewrite_record, touched_records
from slugfit.base.errors import TreeError
from slugfit.measure.members import Changed, Measured
from slugfit.measure.sampling import Weighing, sampled_slices
from slugfit.measure.weigh import Weighed, weigh_parts
from slugfit.plan.less_bytecode import is_shipped_for_start
from slugfit.refer.shipped import NewBytecode
from slugfit.scan.bytecode import source_of
from slugfit.scan.tree import Entry, Tree

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

    from slugfit.catalog.limits import Limit
    from slugfit.elf.tail import Tail
    from slugfit.measure.sizes import Sizes
    from slugfit.plan.decision import Plan

_NEAR = 0.01
"""Part of a limit: twice of what a sample can be wrong."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a transaction does; paths are relative to the tree's root."""

    removed: tuple[str, ...]
    """Files and links that leave."""
    cut: Mapping[str, Tail]
    """Files that are replaced by a copy without what no loader reads."""
    records: Mapping[str, RewrittenRecord]
    """The RECORDs that are replaced."""
    emptied: tuple[tuple[str, int], ...]
    """Folders that are empty then, as (path, mode), the deepest first."""
    bytecode: NewBytecode = field(default_factory=NewBytecode)
    """The bytecode that is written."""
    created: Mapping[str, int] = field(default_factory=dict)
    """Which of that was not there before, with its mode."""
    made: Mapping[str, int] = field(default_factory=dict)
    """The folders that are made for it, with their modes; outer ones first."""
    brought: Mapping[str, Path] = field(default_factory=dict)
    """The files from outside of the tree that are copied to new places, beside bytecode."""
    linked: Mapping[str, str] = field(default_factory=dict)
    """Files that are replaced by a hard link, and the file of the tree that each is the same as."""

    @property
    def written(self) -> tuple[str, ...]:
        """Files that are replaced by new ones, sorted."""
        files = {*self.cut, *self.linked, *self.records}
        files |= {*self.bytecode.headers, *self.bytecode.compiled}
        return tuple(sorted(files.difference(self.created)))

    @property
    def does_nothing(self) -> bool:
        """Whether the tree stays as it is."""
        return not (self.removed or self.written or self.created)


def change_of(plan: Plan) -> Change:
    """The Change that makes a tree what its plan says; raise TreeError if a RECORD is unreadable.

    Reads each RECORD that changes, and writes nothing.
    """
    removed = tuple(item.path for item in plan.decisions if item.action == "remove")
    cut = {item.path: item.tail for item in plan.decisions if item.tail is not None}
    linked = {item.path: item.twin for item in plan.decisions if item.twin}
    modes = {entry.path: entry.mode & 0o7777 for entry in plan.tree.entries}
    gone = frozenset(removed)
    shorter = {*cut, *(path for path, twin in linked.items() if twin in cut)}
    change = change_of_bytecode(plan.tree, _bytecode(plan.bytecode, gone))
    written = (*change.bytecode.headers, *change.bytecode.compiled)
    emptied = emptied_folders(plan.tree, removed, change.created)
    return replace(
        change,
        removed=removed,
        cut=cut,
        records=dict(_records(plan, gone, shorter, written)),
        emptied=tuple((path, modes[path]) for path in emptied),
        linked=linked,
    )


def change_of_bytecode(tree: Tree, bytecode: NewBytecode) -> Change:
    """The Change that writes bytecode and does nothing else."""
    modes = {entry.path: entry.mode & 0o7777 for entry in tree.entries}
    created = {
        # As Python itself gives them: https://peps.python.org/pep-3147/.
        path: modes[source_of(path) or ""] & 0o666
        for path in sorted(bytecode.compiled)
        if path not in modes
    }
    folders = sorted({posixpath.dirname(path) for path in created})
    made = {
        path: modes.get(posixpath.dirname(path), 0o755) for path in folders if path not in modes
    }
    return Change((), {}, {}, (), bytecode, created, made)


def _bytecode(planned: NewBytecode, gone: frozenset[str]) -> NewBytecode:
    """What is written of it: nothing for what goes."""
    return NewBytecode(
        {path: head for path, head in planned.headers.items() if path not in gone},
        {
            path: content
            for path, content in planned.compiled.items()
            if gone.isdisjoint((path, source_of(path)))
        },
    )


def _records(
    plan: Plan, gone: frozenset[str], cut: Collection[str], bytecode: Collection[str]
) -> Iterator[tuple[str, RewrittenRecord]]:
    """Each RECORD that stays and would be wrong, by path."""
    for dist in touched_records(plan.owners.distributions, gone, {*cut, *bytecode}):
        path = f"{dist.info}/RECORD"
        if path not in gone:
            before = _read(plan.tree.root / path)
            record = rewrite_record(before, dist.site, gone, cut, bytecode)
            if record.shorter or record.cut_rows:
                yield path, record


def _read(file: Path) -> bytes:
    try:
        need_file(file)
        return file.read_bytes()
    except OSError as error:
        raise TreeError("A RECORD could not be read", str(error)) from error


def bytecode_of_start(plan: Plan) -> frozenset[str]:
    """The files that the tree has then for the start of the app: those that stay, and new ones."""
    gone = frozenset(item.path for item in plan.decisions if item.action == "remove")
    kept = (item.path for item in plan.decisions if is_shipped_for_start(item))
    return frozenset((*kept, *_bytecode(plan.bytecode, gone).compiled))


def weigh_change(
    plan: Plan,
    change: Change,
    old: Path | None = None,
    limit: Limit | None = None,
    sites: tuple[str, ...] = (),
) -> Weighed:
    """What a plan's tree takes with its change; ``old`` is where moved files lie if it was applied.

    With a ``limit`` only a sample of a large tree is compressed, unless the slug comes out so near
    to it that it could be on either side. The top-level entries of ``sites`` are measured one by
    one as well. The same before and after the change is applied. Raises OSError.
    """
    if limit is not None:
        weighing = Weighing(sampled_slices(plan.tree), sites)
        measured = measured_change(plan, change, old, weighing)
        weighed = Weighed(measured, weigh_parts(measured))
        if not is_too_near(weighed.sizes, limit):
            return weighed
    measured = measured_change(plan, change, old, Weighing(1, sites))
    return Weighed(measured, weigh_parts(measured))


def is_too_near(sizes: Sizes, limit: Limit) -> bool:
    """Whether a sample cannot tell on which side of a limit the slug is."""
    bound = limit.bound("compressed")
    near = bound is not None and abs(bound.used(sizes.after.compressed) - 1) < _NEAR
    return sizes.estimated and near


def measured_change(plan: Plan, change: Change, old: Path | None, weighing: Weighing) -> Measured:
    """What is measured of a plan's tree with its change."""
    compiled = change.bytecode.compiled
    records = {path: record.with_old_hashes() for path, record in change.records.items()}
    files = [
        Entry(path, "file", len(compiled[path]), mode | S_IFREG, 0, writable=True)
        for path, mode in change.created.items()
    ]
    folders = [
        Entry(path, "folder", 0, mode | S_IFDIR, 0, writable=True)
        for path, mode in change.made.items()
    ]
    return Measured(
        plan.tree,
        plan.decisions,
        old,
        Changed(
            records,
            change.bytecode.headers,
            compiled,
            (*folders, *files),
            frozenset(path for path, _ in change.emptied),
            plan.owners.by_path,
        ),
        weighing,
    )
