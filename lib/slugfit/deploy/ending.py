"""How a build ends when the engine ended with this exit code: decided here, and nowhere else.

bin/compile, bin/build and the hook run the engine in a process of its own and ask here what its end
means, so that also one that was killed is noticed and undone.
"""

from __future__ import annotations

import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from slugfit.apply.transaction import recover_tree
from slugfit.base.errors import Exit, SlugfitError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

STOPS = {
    Exit.USAGE: "its configuration has errors",
    Exit.OVER_LIMIT: "the slug is over the limit, and SLUGFIT_OVER_LIMIT=fail",
    Exit.ROLL_BACK: "the app could not be put back as it was; build again",
    Exit.VERIFICATION: "the slimmed app could not be verified, and SLUGFIT_STRICT is on",
    Exit.MODEL: "a model that pyproject.toml asks for could not be fetched",
}
"""The exit codes for which a build has to stop, and why; each is then the build's own."""

EarlyStep = Literal["config", "models"]
"""The commands of a build that come before slimming, and change nothing that could be undone."""
_EARLY: Mapping[EarlyStep, str] = {
    "config": "check its configuration",
    "models": "look for models",
}

_SHELL = 128
"""What a shell adds to the number of the signal that ended a program."""
_KILL = 9


@dataclass(frozen=True, slots=True)
class Ending:
    """How the build ends."""

    code: int
    """The exit code of the build step; 0 if the build goes on."""
    lines: tuple[str, ...] = ()
    """What there is to say, a sentence each."""


def ending_of(root: Path, status: int, is_strict: Callable[[], bool]) -> Ending:
    """What a build does after the engine ended with ``status``.

    That is negative, or above 128, where a signal ended it. An engine that came to no end of its
    own is undone here. ``is_strict`` is asked only then; if it raises SlugfitError, that means no.
    """
    if status == Exit.OK:
        return Ending(Exit.OK)
    if status in STOPS:
        return Ending(status, (f"The build stops here: {STOPS[Exit(status)]}.",))
    how = how_it_ended(status)
    try:
        recover_tree(root)
    except SlugfitError as error:
        unsaved = f"Slugfit {how}, and the app could not be put back as it was. Build again."
        return Ending(Exit.ROLL_BACK, (unsaved, *filter(None, (error.what, error.why))))
    if _asked(is_strict, unsure=False):
        stops = "The app is as it was before; the build stops because SLUGFIT_STRICT is on."
        return Ending(Exit.INTERNAL, (f"Slugfit {how}. {stops}",))
    return Ending(Exit.OK, (f"Slugfit {how}. The app is as it was before, and ships unslimmed.",))


def ending_before_slimming(
    step: EarlyStep, status: int, asks_for_models: Callable[[], bool]
) -> Ending:
    """What a build does after the command ``step`` ended with ``status``.

    An engine that cannot say is no reason to stop a deploy, except for models: unlike slimming,
    they are what the app needs. ``asks_for_models`` is asked only then; if it raises SlugfitError,
    that means yes.
    """
    if status == Exit.OK:
        return Ending(Exit.OK)
    if status in STOPS:
        return Ending(status, (f"The build stops here: {STOPS[Exit(status)]}.",))
    how = f"Slugfit {how_it_ended(status)} and could not {_EARLY[step]}"
    if step == "models" and _asked(asks_for_models, unsure=True):
        why = "the build stops, because pyproject.toml asks for some"
        return Ending(Exit.MODEL, (f"{how}; {why}.",))
    return Ending(Exit.OK, (f"{how}; the build goes on.",))


def _asked(question: Callable[[], bool], *, unsure: bool) -> bool:
    try:
        return question()
    except SlugfitError:
        return unsure


def how_it_ended(status: int) -> str:
    """How a program ended, in words that follow its name."""
    number = status - _SHELL if status > _SHELL else -status
    if status == Exit.TIME:
        return "had no time left"
    if number == _KILL:
        return "was killed (signal 9: most often too little memory)"
    if number > 0:
        return f"was stopped by signal {number}{_signal_name(number)}"
    return f"failed (exit code {status})"


def _signal_name(number: int) -> str:
    try:
        return f" ({signal.Signals(number).name})"
    except ValueError:
        return ""
