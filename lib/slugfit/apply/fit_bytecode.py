"""How much of the bytecode of the app's start a slug has room for: SLUGFIT_BYTECODE=auto."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slugfit.apply.change import bytecode_of_start, change_of, measure_change
from slugfit.measure.bytecode_worth import Worth, compressed_size, most_worth, work_of
from slugfit.plan.less_bytecode import with_only
from slugfit.scan.bytecode import read_regular_file, source_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slugfit.catalog.limits import Limit
    from slugfit.plan.decision import Plan


def fit_bytecode(plan: Plan, limit: Limit) -> Plan:
    """The plan, without the least useful bytecode if its slug would be over ``limit``.

    Raises OSError, and TreeError if a RECORD is unreadable.
    """
    if not limit.bounds:
        return plan
    bound = limit.bounds[0]
    sizes = measure_change(plan, change_of(plan), limit=limit)
    if sizes.estimated and sizes.after.weigh(bound.measure) > bound.size:
        sizes = measure_change(plan, change_of(plan))
    room = bound.size - sizes.after.weigh(bound.measure) + sizes.bytecode.weigh(bound.measure)
    if room >= sizes.bytecode.weigh(bound.measure):
        return plan
    chosen = most_worth(_worth(plan, limit), room)
    fitting = with_only(plan, chosen)
    if (
        chosen
        and measure_change(fitting, change_of(fitting)).after.weigh(bound.measure) > bound.size
    ):
        return with_only(plan, ())
    return fitting


def _worth(plan: Plan, limit: Limit) -> Iterator[Worth]:
    """What each of these files is worth; none of those that cannot be read."""
    for path in sorted(bytecode_of_start(plan)):
        try:
            source = read_regular_file(plan.tree.root / (source_of(path) or ""))
            content = plan.bytecode.compiled.get(path)
            if content is None:
                content = read_regular_file(plan.tree.root / path)
        except OSError:
            continue
        whole = limit.measure == "uncompressed"
        yield Worth(path, work_of(source), len(content) if whole else compressed_size(content))
