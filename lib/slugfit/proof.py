"""The change made, measured and proved; what turns out to be needed comes back before the commit.

The usual case costs one pass. A failure that also happens with everything put back is not ours;
one that is ours is narrowed down to the distribution and rule at fault (see blame), those files
stay, and the rest is removed and proved again.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from slugfit import blame, changes, measure, plan, stash, steps, verify
from slugfit.clock import Clock
from slugfit.errors import RollBackError, TreeError, VerificationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from slugfit.blame import Group
    from slugfit.config import Config
    from slugfit.measure import Sizes
    from slugfit.planning import Planned
    from slugfit.stash import Stash
    from slugfit.verify import Child, Failure, Step

ROUNDS = 4
"""Each puts at least one group back; more would mean that this tree is beyond us."""
NARROWING_SECONDS = 240
"""For narrowing failures down; when that is not enough, everything is put back."""


@dataclass(frozen=True, slots=True)
class Returned:
    """A group of files that stays because ``failure`` happens without it; bytes uncompressed."""

    group: Group
    files: int
    size: int
    failure: Failure


@dataclass(frozen=True, slots=True)
class Proof:
    """A change that is made and proved, not yet committed.

    ``known`` are the failures that happen with and without it.
    """

    transaction: Stash
    planned: Planned
    sizes: Sizes
    tried: tuple[Step, ...]
    known: tuple[Failure, ...]
    returned: tuple[Returned, ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """What is to be proved, by which steps, and in what time."""

    planned: Planned
    tried: tuple[Step, ...]
    config: Config
    clock: Clock

    def child(self, old: Path | None) -> Child:
        """Where the steps run; ``old`` is where moved bytecode lies."""
        root, layout = self.planned.tree.root, self.planned.layout
        return verify.Child(root, layout, old, self.config.env_dir, self.config.app_dir)

    def seconds(self) -> float:
        """For one verification."""
        return min(verify.SECONDS, self.clock.left())

    def is_foreign(self) -> Callable[[Failure], bool]:
        """What tells whether a failure cannot come from this plan."""
        before = blame.whole(self.planned.decisions, self.planned.layout)
        return lambda failure: blame.is_foreign(failure, before)

    def without(self, groups: frozenset[Group], reason: str) -> Trial:
        """The same with these groups of files kept."""
        held = plan.hold(self.planned.decisions, groups, reason)
        return replace(self, planned=replace(self.planned, decisions=held))


def carry_out(planned: Planned, config: Config, clock: Clock) -> Proof:
    """Apply, verify and measure.

    Raises VerificationError or TreeError with everything put back, and RollBackError if that
    failed.
    """
    trial = Trial(planned, steps.of(planned, config), config, clock)
    known: dict[Step, Failure] = {}
    returned: tuple[Returned, ...] = ()
    failed: Sequence[Failure] = ()
    for _ in range(ROUNDS):
        with _applied(trial) as transaction:
            sizes, failed = _check(trial, transaction, known)
        if not failed:
            failures = tuple(known.values())
            return Proof(transaction, trial.planned, sizes, trial.tried, failures, returned)
        transaction.roll_back()
        if config.strict:
            break
        groups = _culprits(trial, failed)
        returned += tuple(_returned(trial.planned, item, failed[0]) for item in sorted(groups))
        trial = trial.without(groups, f"Put back: without it {failed[0].step.broken}.")
    raise VerificationError(failed[0].step.broken, failed[0].error)


def _returned(planned: Planned, group: Group, failure: Failure) -> Returned:
    taken = [
        item
        for item in planned.decisions
        if item.action != "keep" and (item.owner, item.rule) == (group.owner, group.rule)
    ]
    return Returned(group, len(taken), sum(item.saves for item in taken), failure)


@contextmanager
def _applied(trial: Trial) -> Iterator[Stash]:
    """The change made; it is put back if anything is raised inside."""
    planned = trial.planned
    transaction = stash.begin(planned.tree.root)
    change = changes.from_plan(planned.tree, planned.owners, planned.decisions)
    try:
        trial.clock.time("apply", lambda: transaction.apply(change))
        yield transaction
    except RollBackError:
        raise
    except OSError as error:
        transaction.roll_back()
        raise TreeError(
            "The tree changed while it was measured; everything was put back", str(error)
        ) from error
    except BaseException:
        transaction.roll_back()
        raise


def _check(
    trial: Trial, transaction: Stash, known: dict[Step, Failure]
) -> tuple[Sizes, Sequence[Failure]]:
    """Measure while the verification's children run: neither changes what the other reads.

    The children are this thread's, so that a signal ends them at once.
    """
    clock = trial.clock
    with ThreadPoolExecutor(1) as pool:
        sizes = pool.submit(clock.time, "measure", lambda: _sizes(trial.planned, transaction.old))
        failed = clock.time("verify", lambda: _ours(trial, transaction, known))
        return sizes.result(), failed


def _sizes(planned: Planned, old: Path) -> Sizes:
    records = changes.records(planned.tree, planned.owners, planned.decisions, old)
    return measure.measure(planned.tree, planned.decisions, old, records)


def _ours(trial: Trial, transaction: Stash, known: dict[Step, Failure]) -> Sequence[Failure]:
    """What fails because of the change; what cannot, or fails without it too, goes to ``known``.

    Raises VerificationError if it cannot be told.
    """
    child, is_foreign = trial.child(transaction.old), trial.is_foreign()
    found = verify.run(child, trial.tried, is_foreign, trial.seconds())
    known |= {failure.step: failure for failure in found if is_foreign(failure)}
    failed = [failure.step for failure in found if failure.step not in known]
    if not failed:
        return ()
    with transaction.shown_whole():
        known |= _failing_anyway(trial, failed)
    # What works there may have failed only for the company it was in.
    left = [step for step in failed if step not in known]
    return verify.run_alone(child, left, trial.seconds())


def _failing_anyway(trial: Trial, failed: Sequence[Step]) -> Mapping[Step, Failure]:
    """Those of ``failed`` that fail on the tree as it was, too.

    Raises VerificationError if that cannot be tried.
    """
    found = verify.run_alone(trial.child(None), failed, trial.seconds())
    untried = next((failure for failure in found if not failure.tried), None)
    if untried is not None:
        raise VerificationError("The app's packages could not be tried", untried.error)
    return {failure.step: failure for failure in found}


def _culprits(trial: Trial, failed: Sequence[Failure]) -> frozenset[Group]:
    """The groups of files without which the failed steps do not work."""
    end = time.monotonic() + min(NARROWING_SECONDS, trial.clock.left())
    tried = [failure.step for failure in failed]

    def works(held: frozenset[Group]) -> bool:
        if time.monotonic() > end:
            late = "there was no time to find out through which removal"
            raise VerificationError(f"{failed[0].step.broken}; {late}", failed[0].error)
        # What these trials take is no stage of its own.
        narrowed = replace(trial.without(held, "Tried."), clock=Clock(end=trial.clock.end))
        with _applied(narrowed) as transaction:
            still = verify.run_alone(narrowed.child(transaction.old), tried, narrowed.seconds())
        transaction.roll_back()
        return not still

    planned = trial.planned
    suspects = blame.suspects(planned.decisions, failed, planned.layout)
    return trial.clock.time("narrow", lambda: blame.culprits(suspects, works))
