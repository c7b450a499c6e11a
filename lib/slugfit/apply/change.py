"""A plan turned into what a transaction carries out: removals, cuts, and true RECORDs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slugfit.apply.emptied import emptied_folders
from slugfit.apply.moves import need_file
from slugfit.apply.record import RewrittenRecord, rewrite_record, touched_records
from slugfit.base.errors import TreeError
from slugfit.measure.sizes import Sizes, measure_sizes

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

    from slugfit.elf.tail import Tail
    from slugfit.plan.decision import Plan


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

    @property
    def written(self) -> tuple[str, ...]:
        """Files that are replaced by new ones, sorted."""
        return tuple(sorted((*self.cut, *self.records)))

    @property
    def does_nothing(self) -> bool:
        """Whether the tree stays as it is."""
        return not (self.removed or self.cut or self.records)


def change_of(plan: Plan) -> Change:
    """The Change that makes a tree what its plan says; raise TreeError if a RECORD is unreadable.

    Reads each RECORD that changes, and writes nothing.
    """
    removed = tuple(item.path for item in plan.decisions if item.action == "remove")
    cut = {item.path: item.tail for item in plan.decisions if item.tail is not None}
    modes = {entry.path: entry.mode & 0o7777 for entry in plan.tree.entries}
    return Change(
        removed,
        cut,
        dict(_records(plan, frozenset(removed), cut)),
        tuple((path, modes[path]) for path in emptied_folders(plan.tree, removed)),
    )


def _records(
    plan: Plan, gone: frozenset[str], cut: Collection[str]
) -> Iterator[tuple[str, RewrittenRecord]]:
    """Each RECORD that stays and would be wrong, by path."""
    for dist in touched_records(plan.owners.distributions, gone, cut):
        path = f"{dist.info}/RECORD"
        if path not in gone:
            yield path, rewrite_record(_read(plan.tree.root / path), dist.site, gone, cut)


def _read(file: Path) -> bytes:
    try:
        need_file(file)
        return file.read_bytes()
    except OSError as error:
        raise TreeError("A RECORD could not be read", str(error)) from error


def measure_change(plan: Plan, change: Change, old: Path | None = None, every: int = 1) -> Sizes:
    """Sizes of a plan's tree with its change; ``old`` is where moved files lie if it was applied.

    The same before and after it is applied. One block in ``every`` is compressed. Raises OSError.
    """
    records = {path: record.with_old_hashes() for path, record in change.records.items()}
    emptied = {path for path, _ in change.emptied}
    return measure_sizes(
        plan.tree, plan.decisions, old, records=records, emptied=emptied, every=every
    )
