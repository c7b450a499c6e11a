"""The change made, measured and proved; what turns out to be needed comes back before the commit.

The usual case costs one pass. A failure that also happens with everything put back is not ours;
one that is ours is narrowed down to the distribution and rule at fault (see verify.bisect), those
files stay, and the rest is removed and proved again.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from slugfit.apply.change import Change, change_of
from slugfit.apply.transaction import Transaction, transaction
from slugfit.packing.outlook import sites_to_measure
from slugfit.plan.decide import hold_groups
from slugfit.plan.reasons import ON_TRIAL, TOO_LITTLE_TRIED, Reason
from slugfit.proof import Found, Proof, Returned, returned_group, returned_untried
from slugfit.rebuild.proofs import Shown
from slugfit.rebuild.sizes import Measuring, measure_again
from slugfit.verify.bisect import find_culprits, is_foreign, suspects_first, tree_before
from slugfit.verify.coverage import thinly_tried
from slugfit.verify.run import VERIFY_SECONDS, run_steps, run_steps_alone
from slugfit.verify.step import BrokenError, Failure, Step, StepContext

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from slugfit.base.clock import Clock
    from slugfit.measure.sizes import Sizes
    from slugfit.plan.decision import Group, Plan
    from slugfit.settings.config import Config
    from slugfit.settings.current_run import Run


ROUNDS = 4
"""Each puts at least one group back; more would mean that this tree is beyond us."""
NARROWING_SECONDS = 240
"""For narrowing failures down; when that is not enough, everything is put back."""


def measuring(planned: Plan, config: Config, run: Run) -> Measuring:
    """How a tree is measured: for packing the entries of site-packages one by one as well."""
    return Measuring(config.limit, sites_to_measure(planned, config), run.cache)


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
    shown: Shown = field(default_factory=Shown)
    """Which of the steps an earlier build has shown for the same files and the same change."""

    def child(self, old: Path | None) -> StepContext:
        """Where the steps run; ``old`` is where moved bytecode lies."""
        root, layout = self.planned.tree.root, self.planned.layout
        return StepContext(root, layout, old, self.run.config_vars, self.run.app)

    def seconds(self, end: float | None = None) -> float:
        """For one verification; with ``end`` for a second look, what is left until then.

        A third of a verification is there in any case.
        """
        whole = VERIFY_SECONDS
        wanted = whole if end is None else max(end - time.monotonic(), whole / 3)
        return min(wanted, self.clock.left())

    def measure(self, opened: Transaction) -> Sizes:
        """The sizes with this change, which ``opened`` has made."""
        how = replace(measuring(self.planned, self.config, self.run), state=self.shown.state)
        return measure_again(self.planned, self.change, opened.old, how)

    def is_foreign(self) -> Callable[[Failure], bool]:
        """A function that tells whether a failure cannot come from this plan."""
        before = tree_before(self.planned.decisions, self.planned.layout)
        return lambda failure: is_foreign(failure, before)

    def without(self, groups: frozenset[Group], reason: Reason) -> Trial:
        """The same with these groups of files kept; the tree has to be whole. Raises TreeError."""
        held = hold_groups(self.planned.decisions, groups, reason)
        planned = replace(self.planned, decisions=held)
        # What was shown before was shown of another change.
        return replace(self, planned=planned, change=change_of(planned), shown=Shown())


@contextmanager
def proved(trial: Trial) -> Iterator[Proof]:
    """Apply, measure and verify; the body may commit, and what it does not goes back at its end.

    Raises VerificationError with everything put back, and what ``transaction`` raises.
    """
    found = Found()
    returned: tuple[Returned, ...] = ()
    failed: Sequence[Failure] = ()
    for _ in range(ROUNDS):
        with _applied(trial) as opened:
            sizes, failed = _check(trial, opened, found)
            thin = {} if failed else _thin(trial, found)
            if not failed and not thin:
                yield _proof(trial, opened, sizes, found, returned)
                return
        if thin:
            returned += tuple(
                returned_untried(trial.planned, found, item, beside)
                for item, beside in thin.items()
            )
            trial = trial.without(frozenset(thin), TOO_LITTLE_TRIED)
            # With more files than were enough nothing new can fail.
            with _applied(trial) as opened:
                sizes = trial.clock.time("measure", partial(trial.measure, opened))
                yield _proof(trial, opened, sizes, found, returned)
            return
        if trial.config.strict:
            break
        groups = _culprits(trial, failed)
        returned += tuple(returned_group(trial.planned, item, failed[0]) for item in sorted(groups))
        step = failed[0].step
        trial = trial.without(groups, Reason("put back", step=(step.kind, step.name)))
    raise BrokenError(failed[0])


def _proof(
    trial: Trial,
    opened: Transaction,
    sizes: Sizes,
    found: Found,
    returned: tuple[Returned, ...],
) -> Proof:
    untried = {**found.untried, **found.doubtful}
    return Proof(
        opened,
        trial.planned,
        trial.change,
        sizes,
        tuple(step for step in trial.tried if step not in untried),
        tuple(found.known.values()),
        returned,
        tuple(untried[step] for step in trial.tried if step in untried),
        len(trial.shown.by),
        trial.shown.state,
    )


def _thin(trial: Trial, found: Found) -> Mapping[Group, tuple[int, int]]:
    """The groups of which too little was tried.

    Raises BrokenError for a doubtful failure that none of them can answer for, and if the build's
    own time is over before the app's imports were tried, or before those groups can come back.
    """
    thin = thinly_tried(trial.planned, trial.tried, found.untried, found.doubtful)
    needed = [failure for step, failure in found.untried.items() if step.needed]
    if trial.clock.left() <= 0 and (needed or thin):
        raise BrokenError(
            [*needed, *found.doubtful.values(), *found.untried.values()][0], "untried"
        )
    if found.doubtful and not thin:
        raise BrokenError(next(iter(found.doubtful.values())), "untried")
    return thin


@contextmanager
def _applied(trial: Trial) -> Iterator[Transaction]:
    """The change made; it goes back at the end unless it is committed."""
    with transaction(trial.planned.tree.root) as opened:
        trial.clock.time("apply", lambda: opened.apply(trial.change))
        yield opened


def _check(trial: Trial, opened: Transaction, found: Found) -> tuple[Sizes, Sequence[Failure]]:
    """Measure while the verification's children run: neither changes what the other reads.

    The children are this thread's, so that a signal ends them at once.
    """
    clock = trial.clock
    with ThreadPoolExecutor(1) as pool:
        sizes = pool.submit(clock.time, "measure", lambda: trial.measure(opened))
        failed = clock.time("verify", lambda: _ours(trial, opened, found))
        return sizes.result(), failed


def _ours(trial: Trial, opened: Transaction, found: Found) -> Sequence[Failure]:
    """What fails because of the change; what cannot, or fails without it too, goes to ``found``.

    Raises VerificationError if it cannot be told.
    """
    child, is_foreign = trial.child(opened.old), trial.is_foreign()
    end = time.monotonic() + trial.seconds()
    steps = [step for step in trial.tried if step not in trial.shown.by]
    failures = run_steps(child, steps, is_foreign, trial.seconds())
    # What is not the app's own is not worth a second look.
    found.untried = {item.step: item for item in failures if item.late and not item.step.needed}
    found.doubtful = {}
    found.known |= {failure.step: failure for failure in trial.shown.known}
    found.known |= {failure.step: failure for failure in failures if is_foreign(failure)}
    failed = [
        item for item in failures if item.step not in found.known and item.step not in found.untried
    ]
    if not failed:
        return ()
    with opened.shown_whole():
        _sort_out(trial, failed, found, trial.seconds(end))
    # What works there may have failed only for the company it was in.
    told = {*found.known, *found.untried, *found.doubtful}
    left = [item.step for item in failed if item.step not in told]
    again = run_steps_alone(child, left, trial.seconds(end))
    # It works on the tree as it was: what has not ended now might be ours.
    found.doubtful |= {failure.step: failure for failure in again if failure.late}
    return [failure for failure in again if not failure.late]


def _sort_out(trial: Trial, failed: Sequence[Failure], found: Found, seconds: float) -> None:
    """Try what ``failed`` on the tree as it was: what fails there too is not ours.

    Raises VerificationError if that cannot be tried.
    """
    before = {failure.step: failure for failure in failed}
    for failure in run_steps_alone(trial.child(None), list(before), seconds):
        step = failure.step
        if failure.tried:
            found.known[step] = failure
        elif failure.late and before[step].late:
            found.untried[step] = failure
        elif failure.late and not step.needed:
            found.doubtful[step] = before[step]
        else:
            raise BrokenError(failure, "untried")


def _culprits(trial: Trial, failed: Sequence[Failure]) -> frozenset[Group]:
    """The groups of files without which the failed steps do not work."""
    end = time.monotonic() + min(NARROWING_SECONDS, trial.clock.left())
    tried = [failure.step for failure in failed]

    def works(held: frozenset[Group]) -> bool:
        if time.monotonic() > end:
            raise BrokenError(failed[0], "no time")
        # What these trials take is no stage of its own.
        narrowed = replace(trial.without(held, ON_TRIAL), clock=replace(trial.clock, seconds={}))
        with _applied(narrowed) as opened:
            return not run_steps_alone(narrowed.child(opened.old), tried, narrowed.seconds())

    planned = trial.planned
    suspects = suspects_first(planned.decisions, failed, planned.layout)
    return trial.clock.time("narrow", lambda: find_culprits(suspects, works))
