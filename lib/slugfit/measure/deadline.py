"""The platform's time: slimming leaves enough of it to pack and store the slug."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from slugfit.base.errors import OutOfTimeError

if TYPE_CHECKING:
    from slugfit.base.clock import Clock
    from slugfit.scan.tree import Tree
    from slugfit.settings.config import Config
    from slugfit.settings.current_run import Run

PACKED_A_SECOND = 25_000_000
"""Bytes that gzip -6 takes in a second on a busy core (measured: 36 MB on a quiet one)."""
STORING_SECONDS = 20
"""For the platform to store the slug and release it."""


def seconds_to_pack(tree: Tree) -> float:
    """What gzip needs for this tree on a busy core."""
    return sum(entry.size for entry in tree.files()) / PACKED_A_SECOND


def with_deadline(clock: Clock, tree: Tree, config: Config, run: Run) -> Clock:
    """The same clock, with an end that leaves the platform the time to pack and store the slug."""
    if run.started is None or not config.build_minutes:
        return clock
    spent = time.time() - run.started
    left = config.build_minutes * 60 - spent - seconds_to_pack(tree) - STORING_SECONDS
    return replace(clock, end=time.monotonic() + left)


def require_time(clock: Clock, tree: Tree) -> None:
    """Raise OutOfTimeError unless there is as much as slimming, or measuring, takes at least."""
    needed = seconds_to_pack(tree)
    if clock.left() < needed:
        raise OutOfTimeError(
            "There is no time to slim: the app ships as it was built.",
            f"The platform needs about {needed + STORING_SECONDS:.0f} s to pack it, slimming as "
            f"much, and {max(clock.left() + needed + STORING_SECONDS, 0):.0f} s are left of what "
            "SLUGFIT_BUILD_MINUTES says.",
            "Build again with the cache that this build leaves, or raise SLUGFIT_BUILD_MINUTES.",
        )
