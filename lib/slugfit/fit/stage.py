"""A plan that is looked at for the limit: its sizes, and what it can do without."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from slugfit.apply.change import change_of
from slugfit.fit.start_bytecode import items_of, read_bytecode
from slugfit.measure.members import top_entry
from slugfit.packing.outlook import PACKED_PART, packing_outlook, sites_to_measure
from slugfit.rebuild.sizes import Measuring, measure_again

if TYPE_CHECKING:
    from slugfit.base.cover import Amounts, Item
    from slugfit.catalog.limits import Limit
    from slugfit.fit.actions import ActionName
    from slugfit.measure.sizes import Bytes, Sizes
    from slugfit.packing.outlook import Outlook
    from slugfit.plan.decision import Plan
    from slugfit.settings.config import Config
    from slugfit.settings.current_run import Run


@dataclass(frozen=True, slots=True)
class Stage:
    """A plan with all the bytecode of its start."""

    plan: Plan
    """The plan."""
    sizes: Sizes
    """What it comes to, at least from a sample."""
    outlook: Outlook
    """What could be packed of it."""
    items: tuple[Item, ...]
    """The bytecode of its start: work, and (compressed, uncompressed) bytes; none if all stays."""

    def has(self, action: ActionName) -> bool:
        """Whether there is something for an action to take."""
        if action == "unused":
            return any(path not in self.plan.unused_barred for path, _ in self.plan.unused)
        return bool(self.outlook.bundles if action == "packing" else self.items)

    def when_packed(self) -> tuple[Item, ...]:
        """The items, of which those in packages that are packed give less."""
        folders = {unit.path for bundle in self.outlook.bundles for unit in bundle.units}
        sites = self.plan.layout.site_packages
        return tuple(
            replace(item, gives=(int(item.gives[0] * PACKED_PART), item.gives[1]))
            if top_entry(item.name, sites) in folders
            else item
            for item in self.items
        )


def measured(plan: Plan, config: Config, run: Run, *, sampled: bool) -> Sizes:
    """The sizes of a plan; a sample is near enough to choose by, and not to say that it fits."""
    limit = config.limit if sampled else None
    how = Measuring(limit, sites_to_measure(plan, config), run.cache)
    return measure_again(plan, change_of(plan), None, how)


def stage_of(plan: Plan, sizes: Sizes, config: Config, run: Run) -> Stage:
    """A plan with what it can do without. Raises OSError."""
    items: tuple[Item, ...] = ()
    if config.bytecode == "auto":
        compressed = config.limit.bound("compressed") is not None
        items = items_of(read_bytecode(plan, compressed=compressed), sizes.bytecode)
    return Stage(plan, sizes, packing_outlook(plan, sizes, config, run), items)


def missing_of(after: Bytes, limit: Limit, packing: int = 0) -> Amounts:
    """By how many bytes both sizes are too large; at most 0 where they fit, or nothing is said."""
    compressed, uncompressed = limit.bound("compressed"), limit.bound("uncompressed")
    return (
        after.compressed - packing - compressed.size if compressed else 0,
        after.uncompressed - uncompressed.size if uncompressed else 0,
    )
