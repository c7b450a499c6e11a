"""One forecast: every distribution's share, Python itself, the whole, and what would be smaller."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slugfit.forecast.estimate import share_of
from slugfit.forecast.python_part import python_part
from slugfit.report.advice import advise_swaps

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slugfit.catalog.limits import Limit
    from slugfit.forecast.estimate import Share
    from slugfit.forecast.look import Look
    from slugfit.forecast.target import Target
    from slugfit.measure.sizes import Bytes
    from slugfit.report.advice import Advice


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a slug will be."""

    source: str
    """The list that it was made from."""
    shares: tuple[Share, ...]
    """The largest first."""
    python: Bytes
    """Python itself with pip, as it is installed."""
    python_after: Bytes
    """What is left of it."""
    limit: Limit
    target: Target
    advice: tuple[Advice, ...]

    @property
    def before(self) -> Bytes:
        """The slug without Slugfit."""
        return sum((share.before for share in self.shares), self.python)

    @property
    def after(self) -> Bytes:
        """The slug at the standard level."""
        return sum((share.after for share in self.shares), self.python_after)


def forecast_of(source: str, looks: Iterable[Look], limit: Limit, target: Target) -> Forecast:
    """The forecast of what was looked at."""
    shares = sorted(
        (share_of(look) for look in looks), key=lambda item: (-item.before.compressed, item.name)
    )
    required_by = {
        share.name: share.look.wanted.required_by
        for share in shares
        if share.look.wanted.required_by
    }
    advice = advise_swaps(
        {share.name: share.version for share in shares},
        {share.name: share.after for share in shares},
        (),
        required_by,
    )
    python, after = python_part(target.python, {share.name for share in shares})
    return Forecast(source, tuple(shares), python, after, limit, target, tuple(advice))


def unseen(forecast: Forecast) -> tuple[Share, ...]:
    """What is told by less than its files."""
    return tuple(share for share in forecast.shares if share.look.seen != "files")
