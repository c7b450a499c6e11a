"""The line: scan, own, refer, plan, then apply and verify, measure, report."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from slugfit import changes, measure, planning, proof, stash, store
from slugfit.clock import Clock
from slugfit.errors import OutOfTimeError, SlugfitError, TreeError, VerificationError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from slugfit.config import Config
    from slugfit.measure import Sizes
    from slugfit.planning import Planned
    from slugfit.proof import Proof, Returned
    from slugfit.verify import Failure, Step


PACKED_A_SECOND = 25_000_000
"""Bytes that gzip -6 takes in a second on a busy core; a quiet one took 36 MB."""
STORING_SECONDS = 20
"""For the platform to store the slug and release it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it: the plan as carried out, the sizes, and what verification said.

    ``undone`` says why everything was put back, "" if it was not. ``known_failures`` happen with
    and without Slugfit; ``returned`` is what stays because it turned out to be needed.
    """

    planned: Planned
    sizes: Sizes
    tried: tuple[Step, ...]
    known_failures: tuple[Failure, ...]
    returned: tuple[Returned, ...]
    undone: str
    seconds: Mapping[str, float]


def dry_run(root: Path, config: Config) -> Outcome:
    """What ``slim`` would do, measured; changes nothing and verifies nothing."""
    clock = Clock()
    planned = clock.time("plan", lambda: planning.make_plan(root, config))
    records = changes.records(planned.tree, planned.owners, planned.decisions)
    sizes = clock.time(
        "measure",
        lambda: measure.measure(planned.tree, planned.decisions, records=records),
    )
    return Outcome(planned, sizes, (), (), (), "", clock.seconds)


def slim(
    root: Path, config: Config, *, keep_stash: bool = False, kept_in: Path | None = None
) -> Outcome:
    """Carry the plan out, verify it and measure; on any failure everything is put back.

    With ``kept_in`` it starts from the whole tree that this store remembers, and leaves there what
    it takes. Raises RollBackError if putting back fails, OutOfTimeError if the platform's build
    has to end before, and VerificationError or TreeError (with everything back in its place) if
    ``config.strict``.
    """
    clock = Clock()
    clock.time("recover", lambda: stash.recover(root))
    if kept_in is not None:
        bring_back(root, kept_in)
    planned = clock.time("plan", lambda: planning.make_plan(root, config))
    clock = _limited(clock, planned, config)
    _need_time(clock, planned)
    change = changes.from_plan(planned.tree, planned.owners, planned.decisions)
    if not change.removed and not change.written:
        sizes = clock.time("measure", lambda: measure.measure(planned.tree, planned.decisions))
        return Outcome(planned, sizes, (), (), (), "", clock.seconds)
    try:
        proved = proof.carry_out(planned, config, clock)
        if kept_in is not None:
            _store(kept_in, proved)
    except (VerificationError, TreeError) as error:
        if config.strict:
            raise
        _need_time(clock, planned)
        return _undone(root, config, error, clock)
    proved.transaction.commit(keep=keep_stash)
    return Outcome(
        proved.planned,
        proved.sizes,
        proved.tried,
        proved.known,
        proved.returned,
        "",
        clock.seconds,
    )


def _seconds_to_pack(planned: Planned) -> float:
    """What gzip needs for this tree on a busy core."""
    return sum(entry.size for entry in planned.tree.files()) / PACKED_A_SECOND


def _limited(clock: Clock, planned: Planned, config: Config) -> Clock:
    """The same clock, with an end that leaves the platform the time to pack and store the slug."""
    if config.started is None or not config.build_minutes:
        return clock
    spent = time.time() - config.started
    left = config.build_minutes * 60 - spent - _seconds_to_pack(planned) - STORING_SECONDS
    return replace(clock, end=time.monotonic() + left)


def _need_time(clock: Clock, planned: Planned) -> None:
    """Raise OutOfTimeError unless there is as much as slimming, or measuring, takes at least."""
    needed = _seconds_to_pack(planned)
    if clock.left() < needed:
        raise OutOfTimeError(
            "There is no time to slim: the app ships as it was built.",
            f"The platform needs about {needed + STORING_SECONDS:.0f} s to pack it, slimming as "
            f"much, and {max(clock.left() + needed + STORING_SECONDS, 0):.0f} s are left of what "
            "SLUGFIT_BUILD_MINUTES says.",
            "Build again with the cache that this build leaves, or raise SLUGFIT_BUILD_MINUTES.",
        )


def bring_back(root: Path, kept_in: Path) -> int:
    """Return what a store has for this tree; raise TreeError if that cannot be done."""
    try:
        return store.bring_back(kept_in, root)
    except OSError as error:
        raise TreeError(
            "What an earlier build took could not be brought back",
            str(error),
            "Check free disk space and permissions, then build again.",
        ) from error


def _store(kept_in: Path, proved: Proof) -> None:
    """Keep what goes before it is gone; raise TreeError with everything put back."""
    try:
        store.keep(kept_in, proved.transaction.old, proved.planned)
    except OSError as error:
        proved.transaction.roll_back()
        raise TreeError(
            "What goes could not be kept for the next build; everything was put back", str(error)
        ) from error
    except BaseException:
        proved.transaction.roll_back()
        raise


def _undone(root: Path, config: Config, error: SlugfitError, clock: Clock) -> Outcome:
    """The outcome when everything was put back: the tree as it was, measured."""
    planned = planning.make_plan(root, replace(config, level="measure"))
    sizes = clock.time("measure", lambda: measure.measure(planned.tree, planned.decisions))
    reason = f"{error.what}: {error.why}" if error.why else error.what
    return Outcome(planned, sizes, (), (), (), reason, clock.seconds)
