"""What is known of a change that is tried: what failed, what was tried, and what came back."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from slugfit.apply.change import Change
    from slugfit.apply.transaction import Transaction
    from slugfit.measure.sizes import Sizes
    from slugfit.plan.decision import Group, Plan
    from slugfit.verify.step import Failure, Step


@dataclass(frozen=True, slots=True)
class Returned:
    """A group of files that stays because something fails without it."""

    group: Group
    """Whose files they are, and which rule had taken them."""
    files: int
    """How many."""
    size: int
    """Bytes uncompressed that they would have saved."""
    failure: Failure
    """What happens without them; one that was not ``tried`` if too little of ``beside`` was."""
    beside: tuple[int, int] | None = None
    """How much of what stands beside them was tried, and of how much; None if that was enough."""


@dataclass(slots=True)
class Found:
    """What came of the steps, as far as it is known."""

    known: dict[Step, Failure] = field(default_factory=dict)
    """Failures that happen with and without the change."""
    untried: dict[Step, Failure] = field(default_factory=dict)
    """What there was no time for."""
    doubtful: dict[Step, Failure] = field(default_factory=dict)
    """Failures of which there was no time to find out whose they are."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A change that is made and proved, not yet committed."""

    transaction: Transaction
    """To be committed: what is not goes back."""
    planned: Plan
    """The plan as it was carried out."""
    change: Change
    """What it does to the tree."""
    sizes: Sizes
    """The slug with the change and without it."""
    tried: tuple[Step, ...]
    """What was verified."""
    known: tuple[Failure, ...]
    """Failures that happen with and without the change."""
    returned: tuple[Returned, ...]
    """What stays because it turned out to be needed."""
    untried: tuple[Failure, ...] = ()
    """What there was no time to verify."""
    shown_before: int = 0
    """How many of the steps were not tried, as an earlier build has shown them."""
    state: bytes = b""
    """The digest of the files and of the change if it is known, else b""."""


def returned_group(planned: Plan, group: Group, failure: Failure) -> Returned:
    """A group of the plan's files that stays because of this failure."""
    taken = [
        item
        for item in planned.decisions
        if item.action != "keep" and (item.owner, item.rule) == (group.owner, group.rule)
    ]
    return Returned(group, len(taken), sum(item.saves for item in taken), failure)


def returned_untried(
    planned: Plan, found: Found, group: Group, beside: tuple[int, int]
) -> Returned:
    """A group that stays because too little of what stands ``beside`` it was tried."""
    failures = (*found.doubtful.values(), *found.untried.values())
    return replace(returned_group(planned, group, failures[0]), beside=beside)
