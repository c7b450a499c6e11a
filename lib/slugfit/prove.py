"""The change made, measured and proved; what turns out to be needed comes back before the commit.

The usual case costs one pass. A failure that also happens with everything put back is not ours;
one that is ours is narrowed down to the distribution and rule at fault (see verify.bisect), those
files stay, and the rest is removed and proved again.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from slugfit.apply.change import Change, change_of, measure_change
from slugfit.apply.transaction import Transaction, transaction
from slugfit.base.clock import Clock
from slugfit.plan.decide import hold_groups
from slugfit.plan.reasons import ON_TRIAL, Reason
from slugfit.verify.bisect import find_culprits, is_foreign, suspects_first, tree_before
from slugfit.verify.checks import steps_for
from slugfit.verify.run import VERIFY_SECONDS, run_steps, run_steps_alone
from slugfit.verify.step import BrokenError, Failure, Step, StepContext

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from slugfit.measure.sizes import Sizes
    from slugfit.plan.decision import Group, Plan
    from slugfit.settings.config import Config
    from slugfit.settings.current_run import Run


ROUNDS = 4
"""Each puts at least one group back; more would mean that this tree is beyond us."""
NARROWING_SECONDS = 240
"""For narrowing failures down; when that is not enough, everything is put back."""


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
    """What happens without them."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A change that is made and proved, not yet committed."""

    transaction: Transaction
    """To be committed: what is not goes back."""
    planned: Plan
    """The plan as it was carried out."""
    sizes: Sizes
    """The slug with the change and without it."""
    tried: tuple[Step, ...]
    """What was verified."""
    known: tuple[Failure, ...]
    """Failures that happen with and without the change."""
    returned: tuple[Returned, ...]
    """What stays because it turned out to be needed."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One change that is to be proved."""

    planned: Plan
    """What it is made from."""
    change: Change
    """What it does to the tree."""
    tried: tuple[Step, ...]
    """The steps that prove it."""
    config: Config
    """The settings."""
    run: Run
    """The facts of this run."""
    clock: Clock
    """In what time."""

    def child(self, old: Path | None) -> StepContext:
        """Where the steps run; ``old`` is where moved bytecode lies."""
        root, layout = self.planned.tree.root, self.planned.layout
        return StepContext(root, layout, old, self.run.config_vars, self.run.app)

    def seconds(self) -> float:
        """For one verification."""
        return min(VERIFY_SECONDS, self.clock.left())

    def is_foreign(self) -> Callable[[Failure], bool]:
        """A function that tells whether a failure cannot come from this plan."""
        before = tree_before(self.planned.decisions, self.planned.layout)
        return lambda failure: is_foreign(failure, before)

    def without(self, groups: frozenset[Group], reason: Reason) -> Trial:
        """The same with these groups of files kept; the tree has to be whole. Raises TreeError."""
        held = hold_groups(self.planned.decisions, groups, reason)
        planned = replace(self.planned, decisions=held)
        return replace(self, planned=planned, change=change_of(planned))


@contextmanager
def proved(
    planned: Plan, change: Change, config: Config, run: Run, clock: Clock
) -> Iterator[Proof]:
    """Apply, measure and verify; the body may commit, and what it does not goes back at its end.

    Raises VerificationError with everything put back, and what ``transaction`` raises.
    """
    trial = Trial(planned, change, steps_for(planned, config), config, run, clock)
    known: dict[Step, Failure] = {}
    returned: tuple[Returned, ...] = ()
    failed: Sequence[Failure] = ()
    for _ in range(ROUNDS):
        with _applied(trial) as opened:
            sizes, failed = _check(trial, opened, known)
            if not failed:
                failures = tuple(known.values())
                yield Proof(opened, trial.planned, sizes, trial.tried, failures, returned)
                return
        if config.strict:
            break
        groups = _culprits(trial, failed)
        returned += tuple(_returned(trial.planned, item, failed[0]) for item in sorted(groups))
        step = failed[0].step
        trial = trial.without(groups, Reason("put back", step=(step.kind, step.name)))
    raise BrokenError(failed[0])


def _returned(planned: Plan, group: Group, failure: Failure) -> Returned:
    taken = [
        item
        for item in planned.decisions
        if item.action != "keep" and (item.owner, item.rule) == (group.owner, group.rule)
    ]
    return Returned(group, len(taken), sum(item.saves for item in taken), failure)


@contextmanager
def _applied(trial: Trial) -> Iterator[Transaction]:
    """The change made; it goes back at the end unless it is committed."""
    with transaction(trial.planned.tree.root) as opened:
        trial.clock.time("apply", lambda: opened.apply(trial.change))
        yield opened


def _check(
    trial: Trial, opened: Transaction, known: dict[Step, Failure]
) -> tuple[Sizes, Sequence[Failure]]:
    """Measure while the verification's children run: neither changes what the other reads.

    The children are this thread's, so that a signal ends them at once.
    """
    clock = trial.clock

    def measure() -> Sizes:
        return measure_change(trial.planned, trial.change, opened.old)

    with ThreadPoolExecutor(1) as pool:
        sizes = pool.submit(clock.time, "measure", measure)
        failed = clock.time("verify", lambda: _ours(trial, opened, known))
        return sizes.result(), failed


def _ours(trial: Trial, opened: Transaction, known: dict[Step, Failure]) -> Sequence[Failure]:
    """What fails because of the change; what cannot, or fails without it too, goes to ``known``.

    Raises VerificationError if it cannot be told.
    """
    child, is_foreign = trial.child(opened.old), trial.is_foreign()
    found = run_steps(child, trial.tried, is_foreign, trial.seconds())
    known |= {failure.step: failure for failure in found if is_foreign(failure)}
    failed = [failure.step for failure in found if failure.step not in known]
    if not failed:
        return ()
    with opened.shown_whole():
        known |= _failing_anyway(trial, failed)
    # What works there may have failed only for the company it was in.
    left = [step for step in failed if step not in known]
    return run_steps_alone(child, left, trial.seconds())


def _failing_anyway(trial: Trial, failed: Sequence[Step]) -> Mapping[Step, Failure]:
    """Those of ``failed`` that fail on the tree as it was, too.

    Raises VerificationError if that cannot be tried.
    """
    found = run_steps_alone(trial.child(None), failed, trial.seconds())
    untried = next((failure for failure in found if not failure.tried), None)
    if untried is not None:
        raise BrokenError(untried, "untried")
    return {failure.step: failure for failure in found}


def _culprits(trial: Trial, failed: Sequence[Failure]) -> frozenset[Group]:
    """The groups of files without which the failed steps do not work."""
    end = time.monotonic() + min(NARROWING_SECONDS, trial.clock.left())
    tried = [failure.step for failure in failed]

    def works(held: frozenset[Group]) -> bool:
        if time.monotonic() > end:
            raise BrokenError(failed[0], "no time")
        # What these trials take is no stage of its own.
        narrowed = replace(trial.without(held, ON_TRIAL), clock=Clock(end=trial.clock.end))
        with _applied(narrowed) as opened:
            return not run_steps_alone(narrowed.child(opened.old), tried, narrowed.seconds())

    planned = trial.planned
    suspects = suspects_first(planned.decisions, failed, planned.layout)
    return trial.clock.time("narrow", lambda: find_culprits(suspects, works))
