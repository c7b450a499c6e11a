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
from slugfit.errors import RollBackError, TreeError, VerificationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from slugfit.blame import Group
    from slugfit.clock import Clock
    from slugfit.config import Config
    from slugfit.measure import Sizes
    from slugfit.slim import Planned
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


def carry_out(planned: Planned, config: Config, clock: Clock) -> Proof:
    """Apply, verify and measure.

    Raises VerificationError or TreeError with everything put back, and RollBackError if that
    failed.
    """
    tried = steps.of(planned, config)
    known: dict[Step, Failure] = {}
    returned: tuple[Returned, ...] = ()
    failed: list[Failure] = []
    for _ in range(ROUNDS):
        with _applied(planned, clock) as transaction:
            sizes, found = _check(planned, transaction, tried, config, clock)
        failed = _unexplained(planned, found, known)
        if failed:
            transaction.roll_back()
            failed = _ours(planned, failed, known, config, clock)
            if not failed:
                with _applied(planned, clock) as transaction:
                    pass
        if not failed:
            return Proof(transaction, planned, sizes, tried, tuple(known.values()), returned)
        if config.strict:
            break
        groups = _culprits(planned, failed, config, clock)
        returned += tuple(_returned(planned, group, failed[0]) for group in sorted(groups))
        reason = f"Put back: without it {failed[0].step.broken}."
        planned = replace(planned, decisions=plan.hold(planned.decisions, groups, reason))
    raise VerificationError(failed[0].step.broken, failed[0].error)


def _returned(planned: Planned, group: Group, failure: Failure) -> Returned:
    taken = [
        item
        for item in planned.decisions
        if item.action != "keep" and (item.owner, item.rule) == (group.owner, group.rule)
    ]
    return Returned(group, len(taken), sum(item.saves for item in taken), failure)


@contextmanager
def _applied(planned: Planned, clock: Clock | None = None) -> Iterator[Stash]:
    """The change made; it is put back if anything is raised inside."""
    transaction = stash.begin(planned.tree.root)
    change = changes.from_plan(planned.tree, planned.owners, planned.tails, planned.decisions)
    try:
        if clock is None:
            transaction.apply(change)
        else:
            clock.time("apply", lambda: transaction.apply(change))
        yield transaction
    except (RollBackError, TreeError):
        # What apply raises, it has put back itself.
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
    planned: Planned, transaction: Stash, tried: Sequence[Step], config: Config, clock: Clock
) -> tuple[Sizes, tuple[Failure, ...]]:
    """Measure while the verification's child runs: neither changes anything.

    The child is this thread's, so that a signal ends it at once.
    """
    with ThreadPoolExecutor(1) as pool:
        sizes = pool.submit(
            clock.time,
            "measure",
            lambda: measure.measure(planned.tree, planned.decisions, transaction.old),
        )
        seconds = clock.left()
        found = clock.time("verify", lambda: _try(planned, transaction, tried, config, seconds))
        return sizes.result(), found


def _try(
    planned: Planned,
    transaction: Stash,
    tried: Sequence[Step],
    config: Config,
    seconds: float,
) -> tuple[Failure, ...]:
    child = _child(planned, transaction.old, config)
    return verify.run(child, tried, _is_foreign(planned), min(verify.SECONDS, seconds))


def _child(planned: Planned, old: Path | None, config: Config) -> Child:
    return verify.Child(planned.tree.root, planned.layout, old, config.env_dir, config.app_dir)


def _is_foreign(planned: Planned) -> Callable[[Failure], bool]:
    before = blame.whole(planned.decisions, planned.layout)
    return lambda failure: blame.is_foreign(failure, before)


def _unexplained(
    planned: Planned, found: Sequence[Failure], known: dict[Step, Failure]
) -> list[Failure]:
    """Failures that may be ours; those that cannot are added to ``known``."""
    is_foreign = _is_foreign(planned)
    known |= {failure.step: failure for failure in found if is_foreign(failure)}
    return [failure for failure in found if failure.step not in known]


def _ours(
    planned: Planned,
    failed: Sequence[Failure],
    known: dict[Step, Failure],
    config: Config,
    clock: Clock,
) -> list[Failure]:
    """Those of ``failed`` that work with everything put back; the others are added to ``known``.

    Raises VerificationError if that cannot be tried.
    """
    tried = [failure.step for failure in failed]
    # They failed alone, so alone they are tried.
    seconds = min(verify.SECONDS, clock.left())
    child = _child(planned, None, config)
    found = clock.time("verify", lambda: verify.run_alone(child, tried, seconds))
    untried = next((failure for failure in found if not failure.tried), None)
    if untried is not None:
        raise VerificationError("The app's packages could not be tried", untried.error)
    known |= {failure.step: failure for failure in found}
    return [failure for failure in failed if failure.step not in known]


def _culprits(
    planned: Planned, failed: Sequence[Failure], config: Config, clock: Clock
) -> frozenset[Group]:
    """The groups of files without which the failed steps do not work."""
    end = time.monotonic() + min(NARROWING_SECONDS, clock.left())
    tried = [failure.step for failure in failed]

    def works(held: frozenset[Group]) -> bool:
        if time.monotonic() > end:
            late = "there was no time to find out through which removal"
            raise VerificationError(f"{failed[0].step.broken}; {late}", failed[0].error)
        trial = replace(planned, decisions=plan.hold(planned.decisions, held, "Tried."))
        with _applied(trial) as transaction:
            still = _try(trial, transaction, tried, config, clock.left())
        transaction.roll_back()
        return not still

    suspects = blame.suspects(planned.decisions, failed, planned.layout)
    return clock.time("narrow", lambda: blame.culprits(suspects, works))
