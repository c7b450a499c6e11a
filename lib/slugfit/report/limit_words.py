"""The limit in words: a platform's bounds in its own unit and rounding, beside megabytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slugfit.base.words import megabytes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slugfit.catalog.limits import Bound, Limit
    from slugfit.measure.sizes import Bytes


FITS = "fits"
TOO_LARGE = "TOO LARGE"
"""The two verdicts of a bound, as its sentence has them before a comma."""


def limit_sentences(limit: Limit, after: Bytes) -> Iterator[tuple[str, bool]]:
    """What the slug is compared with, and whether it is over: a sentence for each bound."""
    if not limit.bounds:
        yield f"   none is known ({limit.name}); what counts is the {limit.measure} size", False
    for bound in limit.bounds:
        size = after.weigh(bound.measure)
        used = f"{bound.used(size):.1%} of it used"
        over = bound.over(size)
        verdict = f"{TOO_LARGE}, {used}; {_excess(bound, size)}" if over else f"{FITS}, {used}"
        most = f"{megabytes(bound.size):>7} MB {bound.measure}"
        yield f"{most} ({limit.label(bound)}): {verdict}", bool(over)


def over_sentences(limit: Limit, after: Bytes) -> Iterator[str]:
    """By how much each bound is broken that is."""
    for bound in limit.bounds:
        size = after.weigh(bound.measure)
        if bound.over(size):
            label = limit.label(bound)
            yield f"{_excess(bound, size, bound.measure)} the limit ({label})"


def _excess(bound: Bound, size: int, word: str = "") -> str:
    """``623.5M is 123.5M over``: never a rounded size alone, which could be the limit itself."""
    shown = f"{bound.unit.shown(size)} {word}".rstrip()
    return f"{shown} is {bound.unit.exact(bound.over(size))} over"
