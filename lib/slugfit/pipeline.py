"""The line: scan, own, refer, plan, then apply and verify, measure, report."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from slugfit.apply.change import Change, change_of
from slugfit.apply.store import return_stored, store_files
from slugfit.apply.transaction import recover_tree
from slugfit.base.clock import Clock
from slugfit.base.errors import SlugfitError, TreeError, VerificationError
from slugfit.fit.choose_plan import Choice, choose_plan
from slugfit.fit.fitting import Slimmed, asks_for_fit, fitting_of
from slugfit.measure.deadline import require_time, with_deadline
from slugfit.packing.manifest import is_packed
from slugfit.packing.outcome import Packing, Refusal, sizes_when_packed
from slugfit.packing.outlook import expected_packing, packing_outlook
from slugfit.packing.pack import Packer, pack_tree
from slugfit.plan.make import make_plan
from slugfit.prove import Trial, measuring, proved
from slugfit.rebuild.plans import plan_again
from slugfit.rebuild.proofs import leave_proof, shown_before
from slugfit.rebuild.sizes import measure_again
from slugfit.settings.current_run import Run
from slugfit.verify.checks import steps_for
from slugfit.verify.start import python_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from slugfit.fit.fitting import Fitting
    from slugfit.measure.sizes import Sizes
    from slugfit.plan.decision import Plan
    from slugfit.proof import Returned
    from slugfit.settings.config import Config
    from slugfit.verify.step import Failure, Step


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it."""

    planned: Plan
    """The plan as it was carried out."""
    sizes: Sizes
    """The slug before and after."""
    tried: tuple[Step, ...]
    """What was verified."""
    known_failures: tuple[Failure, ...]
    """What fails with and without Slugfit."""
    returned: tuple[Returned, ...]
    """What stays because it turned out to be needed."""
    undone: SlugfitError | None
    """Why everything was put back, None if it was not."""
    seconds: Mapping[str, float]
    """Wall-clock seconds by stage."""
    untried: tuple[Failure, ...] = ()
    """What there was no time to verify."""
    shown_before: int = 0
    """How many steps of what was verified an earlier build has shown for the same files."""
    packing: Packing | None = None
    """What came of SLUGFIT_PACK, None where that is off or nothing was to be changed."""
    fit: Fitting | None = None
    """How the slug stands to its limit, None where it fits and nobody asks for more."""


def dry_run(root: Path, config: Config, run: Run | None = None) -> Outcome:
    """What ``slim`` would do, measured; changes nothing and verifies nothing."""
    run = run or Run()
    clock = Clock(progress=run.progress)
    choice = clock.time("plan", lambda: _planned(root, config, run))
    change = clock.time("plan", lambda: change_of(choice.plan))
    return _fitted(_measured(choice.plan, change, config, run, clock), choice, config, run)


def slim_tree(
    root: Path,
    config: Config,
    run: Run | None = None,
    *,
    keep_stash: bool = False,
    kept_in: Path | None = None,
) -> Outcome:
    """Carry the plan out, verify it and measure; on any failure everything is put back.

    With ``kept_in`` it starts from the whole tree that this store remembers, and leaves there what
    it takes. Raises RollBackError if putting back fails, OutOfTimeError if the platform's build
    has to end before, and VerificationError or TreeError (with everything back in its place) if
    ``config.strict``.
    """
    run = run or Run()
    clock = Clock(progress=run.progress)
    clock.time("recover", lambda: recover_tree(root))
    if is_packed(root):
        raise TreeError(
            f"{root} is packed already",
            "What it holds in archives cannot be looked at.",
            f"`slugfit restore {root}` brings back what slim --keep-stash packed; a slug is whole "
            "again in its next build.",
        )
    if kept_in is not None:
        return_stored(kept_in, root)
    choice = clock.time("plan", lambda: _planned(root, config, run, smoke=True))
    planned = choice.plan
    clock = with_deadline(clock, planned.tree, config, run)
    require_time(clock, planned.tree)
    try:
        change = clock.time("plan", lambda: change_of(planned))
        if change.does_nothing:
            measured = _measured(planned, change, config, run, clock)
            return _fitted(measured, choice, config, run, (clock, keep_stash))
        steps = steps_for(planned, config)
        shown = shown_before(run.cache, planned, change, steps)
        with proved(Trial(planned, change, steps, config, run, clock, shown)) as proof:
            if kept_in is not None:
                store_files(kept_in, proof.transaction.old, proof.planned)
            proof.transaction.commit(keep=keep_stash)
            leave_proof(run.cache, proof)
    except (VerificationError, TreeError) as error:
        if config.strict:
            raise
        require_time(clock, planned.tree)
        return _undone(root, config, run, error, clock)
    outcome = Outcome(
        proof.planned,
        proof.sizes,
        proof.tried,
        proof.known,
        proof.returned,
        None,
        clock.seconds,
        proof.untried,
        proof.shown_before,
    )
    return _fitted(outcome, choice, config, run, (clock, keep_stash))


def _fitted(
    outcome: Outcome,
    choice: Choice,
    config: Config,
    run: Run,
    packs: tuple[Clock, bool] | None = None,
) -> Outcome:
    """The outcome, packed if ``packs`` says how and else as expected, and set beside the limit."""
    if config.level == "measure":
        return outcome
    # Of the tree as it is before anything is packed.
    outlook = packing_outlook(outcome.planned, outcome.sizes, config, run)
    if packs is not None:
        outcome = _packed(outcome, config, run, packs[0], keep=packs[1])
    elif config.pack != "off":
        packing = expected_packing(outlook, outcome.sizes, config)
        sizes = sizes_when_packed(outcome.sizes, packing.packed)
        outcome = replace(outcome, packing=packing, sizes=sizes)
    if not asks_for_fit(outcome.sizes, config):
        return outcome
    slimmed = Slimmed(outcome.planned, outcome.sizes, outlook, outcome.packing)
    return replace(outcome, fit=fitting_of(choice, slimmed, config))


def _packed(outcome: Outcome, config: Config, run: Run, clock: Clock, *, keep: bool) -> Outcome:
    """The outcome with what is large packed, if that is asked for. Raises RollBackError."""
    if config.pack == "off":
        return outcome
    packer = Packer(outcome.planned, outcome.sizes, config, run, clock, keep)
    packing, sizes = clock.time("pack", lambda: pack_tree(packer))
    return replace(outcome, packing=packing, sizes=sizes)


def _planned(root: Path, config: Config, run: Run, *, smoke: bool = False) -> Choice:
    """The plan, by what the app's Python says that a start loads, if that may be tried."""
    planned = plan_again(root, config, run, python_of(config, run, smoke=smoke))
    return Choice(planned) if config.level == "measure" else choose_plan(planned, config, run)


def _measured(planned: Plan, change: Change, config: Config, run: Run, clock: Clock) -> Outcome:
    """The outcome when nothing was tried: a plan's sizes. Raises OSError."""
    how = measuring(planned, config, run)
    sizes = clock.time("measure", lambda: measure_again(planned, change, None, how))
    return Outcome(planned, sizes, (), (), (), None, clock.seconds)


def _undone(root: Path, config: Config, run: Run, error: SlugfitError, clock: Clock) -> Outcome:
    """The outcome when everything was put back: the tree as it was, measured."""
    planned = make_plan(root, replace(config, level="measure"), run)
    outcome = _measured(planned, change_of(planned), config, run, clock)
    refused = None if config.pack == "off" else Packing(refusal=Refusal("not slimmed"))
    return replace(outcome, undone=error, packing=refused)
