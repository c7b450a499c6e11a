"""Failures in words: what happened, why, what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slugfit.report.reasons import broken
from slugfit.verify.step import BrokenError

if TYPE_CHECKING:
    from slugfit.base.errors import SlugfitError


def error_sentences(error: SlugfitError) -> tuple[str, ...]:
    """What happened, why, and what to do, as far as there is something to say."""
    if not isinstance(error, BrokenError):
        return tuple(filter(None, (error.what, error.why, error.todo)))
    step = error.failure.step
    what = {
        "broken": broken(step.kind, step.name),
        "no time": f"{broken(step.kind, step.name)}; there was no time to find out through which "
        "removal",
        "untried": "The app's packages could not be tried",
    }[error.kind]
    return tuple(filter(None, (what, error.failure.error)))


def error_line(error: SlugfitError) -> str:
    """What happened and why, in one line."""
    return ": ".join(error_sentences(error)[: 2 if error.why else 1])
