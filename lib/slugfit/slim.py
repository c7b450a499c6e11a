"""The line: scan, own, refer, plan, then apply and verify, measure, report."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from slugfit import app as apps
from slugfit import changes, dists, elf, ignores, measure, plan, proof, references, stash, store
from slugfit import layout as layouts
from slugfit import tree as trees
from slugfit.clock import Clock
from slugfit.errors import OutOfTimeError, SlugfitError, TreeError, VerificationError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from slugfit.app import App
    from slugfit.config import Config
    from slugfit.dists import Owners
    from slugfit.elf import Tail
    from slugfit.layout import Layout
    from slugfit.measure import Sizes
    from slugfit.plan import Decision
    from slugfit.proof import Proof, Returned
    from slugfit.tree import Tree
    from slugfit.verify import Failure, Step


PACKED_A_SECOND = 25_000_000
"""Bytes that gzip -6 takes in a second on a busy core; a quiet one took 36 MB."""
STORING_SECONDS = 20
"""For the platform to store the slug and release it."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A tree that has been read, and what is to happen to each of its files."""

    tree: Tree
    layout: Layout
    owners: Owners
    app: App
    decisions: tuple[Decision, ...]
    faults: tuple[str, ...]


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


def make_plan(root: Path, config: Config) -> Planned:
    """Read the tree and decide; changes nothing."""
    # The verification's child runs in another folder.
    root = Path(os.path.abspath(root))
    tree = trees.scan(root)
    layout = layouts.recognise(root)
    owners = dists.read(tree, layout)
    lists = ignores.read(config.app_dir or root, config)
    faults = (*ignores.faults(config.app_dir or root), *_faults(tree, owners))
    outside = apps.elsewhere(config.app_dir, root) if config.app_dir else ()
    ignored = frozenset(
        entry.path
        for entry in tree.files()
        if layout.scope(entry.path)[0] == "app" and lists.slugignore.excludes(entry.path)
    )
    own = apps.read(tree, layout, owners, ignored, outside)
    facts = plan.Facts(
        tree=tree,
        layout=layout,
        owners=owners.by_path,
        config=config,
        ignores=lists,
        unmet=apps.unmet_conditions(own, owners, config.variables),
        cuts={} if "symbols" in config.rules_off else _tails(tree),
        vendored=owners.vendored,
    )
    if config.level == "measure":
        return Planned(tree, layout, owners, own, plan.decide(facts, {}, {}), faults)
    found = plan.claims(facts)
    proposed = plan.decide(facts, found, {})
    candidates = tuple(plan.candidates(found, proposed))
    paths = tuple(decision.path for decision in proposed if decision.action != "remove")
    staying = references.Staying(paths, outside)
    held = references.find(root, layout, owners, candidates, staying)
    return Planned(tree, layout, owners, own, plan.decide(facts, found, held), faults)


def _faults(tree: Tree, owners: Owners) -> Iterator[str]:
    """What could not be read, in words."""
    yield from (f"{folder}/ cannot be read; left alone" for folder in tree.unreadable)
    for dist in owners.distributions:
        yield from (f"{dist.name} {dist.version}: {fault}" for fault in dist.faults[:3])


def _tails(tree: Tree) -> Mapping[str, Tail]:
    """What can be cut off the ELF files; shared libraries and programs, by name or by mode.

    A library with a checksum file beside it (FIPS modules) would no longer accept itself.
    """
    found = {}
    paths = {entry.path for entry in tree.entries}
    for entry in tree.files():
        if paths.intersection({f"{entry.path}.chk", f"{entry.path}.hmac"}):
            continue
        if ".so" in entry.path.rpartition("/")[2] or entry.mode & 0o111:
            tail = elf.removable_tail(tree.root / entry.path)
            if tail is not None:
                found[entry.path] = tail
    return found


def dry_run(root: Path, config: Config) -> Outcome:
    """What ``slim`` would do, measured; changes nothing and verifies nothing."""
    clock = Clock()
    planned = clock.time("plan", lambda: make_plan(root, config))
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
    planned = clock.time("plan", lambda: make_plan(root, config))
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
    planned = make_plan(root, replace(config, level="measure"))
    sizes = clock.time("measure", lambda: measure.measure(planned.tree, planned.decisions))
    reason = f"{error.what}: {error.why}" if error.why else error.what
    return Outcome(planned, sizes, (), (), (), reason, clock.seconds)
