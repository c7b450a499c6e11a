"""The plan that fits the limit with the least drastic actions: SLUGFIT_LEVEL=auto and its parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slugfit.apply.change import bytecode_of_start
from slugfit.base.cover import cheapest_cover
from slugfit.fit.actions import WORTH_WORK, allowed_actions
from slugfit.fit.choose import least_drastic
from slugfit.fit.stage import Stage, measured, missing_of, stage_of
from slugfit.measure.sizes import ZERO, Bytes
from slugfit.packing.outlook import packing_outlook, reserve_of
from slugfit.plan.less_bytecode import with_only
from slugfit.plan.unused_too import with_unused

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from slugfit.base.cover import Amounts, Item
    from slugfit.fit.actions import ActionName
    from slugfit.plan.decision import Plan
    from slugfit.settings.config import Config
    from slugfit.settings.current_run import Run

    Actions = tuple[ActionName, ...]

_ROUNDS = 3
"""Of leaving out bytecode and measuring; each is as good as the measuring of the one before."""
_SURE = 1.1
"""How much more than it is told to give bytecode may be asked for before it is measured."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A plan, and what it takes to fit."""

    plan: Plan
    """The plan."""
    actions: tuple[ActionName, ...] = ()
    """What had to be done beyond the settings to get under the limit, in the order of ACTIONS."""
    bytecode: Bytes = ZERO
    """The bytecode of the start before some of it was left out."""


def choose_plan(planned: Plan, config: Config, run: Run) -> Choice:
    """The plan that fits, or comes nearest to it. Packing, if chosen, is what packing has to do.

    Raises OSError, and TreeError if a RECORD is unreadable.
    """
    names = allowed_actions(config)
    if not config.limit.bounds or not {*names} - {"packing"}:
        return Choice(planned)
    sizes = measured(planned, config, run, sampled=True)
    if max(missing_of(sizes.after, config.limit)) <= 0:
        return Choice(planned)
    stages = {"standard": stage_of(planned, sizes, config, run)}
    allowed = tuple(name for name in names if stages["standard"].has(name))
    if "unused" in allowed:
        leaner = with_unused(planned)
        sizes = measured(leaner, config, run, sampled=True)
        stages["unused"] = stage_of(leaner, sizes, config, run)
    return _chosen(stages, allowed, config, run)


def _chosen(stages: Mapping[str, Stage], allowed: Actions, config: Config, run: Run) -> Choice:
    """What the least drastic of the allowed actions come to; all of them if none is enough."""
    # What the settings ask for anyway is not chosen.
    always = tuple(name for name in allowed if name == "packing" and config.pack == "on")
    free = tuple(name for name in allowed if name not in always)

    def stage_for(actions: Actions) -> Stage:
        return stages["unused" if "unused" in actions else "standard"]

    def fits(actions: Actions) -> Plan | None:
        return _fitting(stage_for(actions), (*actions, *always), config, run)

    found = least_drastic(free, fits)
    if found is not None:
        return Choice(found[1], found[0], stage_for(found[0]).sizes.bytecode)
    stage = stage_for(free)
    nearest = with_only(stage.plan, ()) if "bytecode strip" in free else stage.plan
    return Choice(nearest, free, stage.sizes.bytecode)


def _fitting(stage: Stage, actions: Actions, config: Config, run: Run) -> Plan | None:
    """The stage's plan with as little bytecode left out as these actions allow; None if over."""
    packs, strips = "packing" in actions, "bytecode strip" in actions
    packing = (stage.outlook.saves if packs else 0) - reserve_of(config.limit)
    start = missing_of(stage.sizes.after, config.limit, packing)
    if max(start) <= 0:
        return stage.plan
    by_worth = "bytecode by worth" in actions
    if strips == by_worth:
        # Neither; or both, which are no more than the one without the other.
        return None
    items = stage.when_packed() if packs else stage.items
    most = sum(item.cost for item in items) * (1 if strips else WORTH_WORK)
    needs = start
    for _ in range(_ROUNDS):
        left_out = cheapest_cover(items, needs)
        if left_out is None or sum(item.cost for item in left_out) > most:
            break
        plan = _without(stage, {item.name for item in left_out})
        missing = _still_missing(plan, config, run, packs=packs)
        if max(missing) <= 0:
            return plan
        needs = _more(needs, start, missing)
    if not strips or not _is_plausible(items, start):
        return None
    plan = _without(stage, {item.name for item in items})
    return plan if max(_still_missing(plan, config, run, packs=packs)) <= 0 else None


def _is_plausible(items: Sequence[Item], needs: Amounts) -> bool:
    """Whether all items could give what is needed, as far as that is told before measuring."""
    gives = (sum(item.gives[index] for item in items) for index in range(len(needs)))
    return all(need <= give * _SURE for need, give in zip(needs, gives, strict=True) if need > 0)


def _without(stage: Stage, paths: Collection[str]) -> Plan:
    return with_only(stage.plan, bytecode_of_start(stage.plan).difference(paths))


def _still_missing(plan: Plan, config: Config, run: Run, *, packs: bool) -> Amounts:
    """By how much a plan is over, measured whole."""
    sizes = measured(plan, config, run, sampled=False)
    packing = packing_outlook(plan, sizes, config, run).saves if packs else 0
    return missing_of(sizes.after, config.limit, packing - reserve_of(config.limit))


def _more(needs: Amounts, start: Amounts, missing: Amounts) -> Amounts:
    """What to ask for where ``needs`` came to less: a small slug's parts are not told so well."""
    return tuple(
        max(need + left, need * first // max(first - left, 1)) if left > 0 else need
        for need, first, left in zip(needs, start, missing, strict=True)
    )
