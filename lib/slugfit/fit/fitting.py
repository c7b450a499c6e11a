"""Fitting: what a slug took to come under its limit, and what it could still take, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slugfit.catalog.rules import SEARCHED
from slugfit.fit.actions import ACTIONS
from slugfit.measure.sizes import ZERO, Bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slugfit.catalog.limits import Bound
    from slugfit.fit.actions import ActionName
    from slugfit.fit.choose_plan import Choice
    from slugfit.measure.sizes import Sizes
    from slugfit.packing.outcome import Packing, Refusal
    from slugfit.packing.outlook import Outlook
    from slugfit.plan.decision import Plan
    from slugfit.settings.config import Config


@dataclass(frozen=True, slots=True)
class Taken:
    """An action that the limit asked for."""

    action: ActionName
    saved: Bytes
    """What the slug is smaller for it."""
    expected: bool = False
    """Whether a plan only expects that: nothing is packed before the slug is slimmed."""


@dataclass(frozen=True, slots=True)
class Possible:
    """An action that was not taken."""

    action: ActionName
    saves: Bytes
    """About what the slug would be smaller for it."""
    line: str
    """What to set for it."""
    refusal: Refusal | None = None
    """Why it cannot be taken here."""


@dataclass(frozen=True, slots=True)
class Excess:
    """A bound that the slug is over."""

    bound: Bound
    over: int
    """By how many bytes."""
    left: int
    """How many of them would be left with everything that is possible; 0 if it would fit."""


@dataclass(frozen=True, slots=True)
class Fitting:
    """How a slug stands to its limit."""

    taken: tuple[Taken, ...]
    """What it took, in the order of ACTIONS."""
    possible: tuple[Possible, ...]
    """What could be taken still, in that order."""
    over: tuple[Excess, ...]
    """The bounds that it is over; none if it fits."""
    chosen: bool
    """Whether the settings leave the choice to the planner: SLUGFIT_LEVEL=auto."""


def asks_for_fit(sizes: Sizes, config: Config) -> bool:
    """Whether there is something to say of the limit: the slug is over it, or the level is auto."""
    bounds = config.limit.bounds
    over = any(bound.over(sizes.after.weigh(bound.measure)) for bound in bounds)
    return over or (bool(bounds) and "auto" in (config.level, config.bytecode))


@dataclass(frozen=True, slots=True)
class Slimmed:
    """A slug as it is when all is done."""

    plan: Plan
    """The plan that was carried out."""
    sizes: Sizes
    """What it came to, packing included."""
    outlook: Outlook
    """What could have been packed."""
    packing: Packing | None
    """What was packed."""


def fitting_of(choice: Choice, slimmed: Slimmed, config: Config) -> Fitting:
    """How a slug stands to its limit; ``choice`` is what the planner chose for it."""
    taken = tuple(_taken(choice, slimmed, config))
    bounds, after = config.limit.bounds, slimmed.sizes.after
    is_over = any(bound.over(after.weigh(bound.measure)) for bound in bounds)
    lines = {action.name: action.line(config, over=is_over) for action in ACTIONS if action.enough}
    possible = tuple(
        Possible(name, saves, lines[name], refusal)
        for name, saves, refusal in _possible(taken, slimmed, config)
    )
    over = tuple(_over(slimmed.sizes, config, possible))
    return Fitting(taken, possible, over, config.level == "auto")


def _taken(choice: Choice, slimmed: Slimmed, config: Config) -> Iterator[Taken]:
    sizes, packing = slimmed.sizes, slimmed.packing
    bytecode = Bytes(
        max(choice.bytecode.uncompressed - sizes.bytecode.uncompressed, 0),
        max(choice.bytecode.compressed - sizes.bytecode.compressed, 0),
    )
    strips = "bytecode strip" in choice.actions
    if "bytecode by worth" in choice.actions and not strips and bytecode != ZERO:
        yield Taken("bytecode by worth", bytecode)
    if "unused" in choice.actions:
        rules = {rule.name for rule in SEARCHED}
        gone = (size for (rule, _), size in sizes.gone.items() if rule in rules)
        yield Taken("unused", sum(gone, ZERO))
    if packing is not None and packing.packed and config.pack == "auto":
        saved = sum(item.saved for item in packing.packed)
        yield Taken("packing", Bytes(0, saved), packing.expected)
    if strips and bytecode != ZERO:
        yield Taken("bytecode strip", bytecode)


def _possible(
    taken: tuple[Taken, ...], slimmed: Slimmed, config: Config
) -> Iterator[tuple[ActionName, Bytes, Refusal | None]]:
    done = {item.action for item in taken}
    plan, sizes, packing = slimmed.plan, slimmed.sizes, slimmed.packing
    if "unused" not in done and config.level != "unused":
        size = _unused_size(plan, sizes)
        if size != ZERO:
            yield "unused", size, None
    packed = () if packing is None else packing.packed
    left = slimmed.outlook.without(item.bundle for item in packed)
    # Nobody who has not asked for it has to hear why it cannot be.
    refused = left.refusal is not None and config.pack != "off"
    if config.limit.bound("compressed") and (left.saves or refused):
        yield "packing", Bytes(0, left.saves), left.refusal
    if sizes.bytecode != ZERO and config.bytecode in ("boot", "auto"):
        yield "bytecode strip", sizes.bytecode, None


def _unused_size(plan: Plan, sizes: Sizes) -> Bytes:
    """About what the app never reaches of what stays: its part of its distributions' bytes."""
    found = ZERO
    unused = {path for path, _ in plan.unused} - set(plan.unused_barred)
    for item in plan.decisions:
        if item.path in unused and item.action != "remove":
            whole, size = sizes.kept.get(item.owner, ZERO), item.size - item.saves
            part = whole.compressed * size // max(whole.uncompressed, 1)
            found += Bytes(size, part)
    return found


def _over(sizes: Sizes, config: Config, possible: tuple[Possible, ...]) -> Iterator[Excess]:
    saves = sum((item.saves for item in possible), ZERO)
    for bound in config.limit.bounds:
        over = bound.over(sizes.after.weigh(bound.measure))
        if over:
            yield Excess(bound, over, max(over - saves.weigh(bound.measure), 0))
