"""One forecast: every distribution's share, Python itself, the whole, and what would be smaller."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from slugfit.forecast.estimate import installed_path, share_of
from slugfit.forecast.python_part import python_part
from slugfit.measure.sizes import ZERO, Bytes
from slugfit.report.advice import advise_swaps

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from slugfit.catalog.limits import Limit
    from slugfit.forecast.estimate import Share
    from slugfit.forecast.look import Look
    from slugfit.forecast.target import Target
    from slugfit.report.advice import Advice

Verdict = Literal["fits", "fits slimmed", "over", "unknown"]
"""Without Slugfit; with it at the standard level; not even then; there is no limit."""


@dataclass(frozen=True, slots=True)
class Basis:
    """What a forecast is about."""

    source: str
    """The list that it is made from."""
    target: Target
    limit: Limit
    own: Bytes | None = None
    """The app's own files, None if they were not looked at."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a slug will be."""

    basis: Basis
    shares: tuple[Share, ...]
    """The largest first."""
    python: Bytes
    """Python itself with pip, as it is installed."""
    python_after: Bytes
    """What is left of it."""
    advice: tuple[Advice, ...]

    @property
    def before(self) -> Bytes:
        """The slug without Slugfit."""
        return sum((share.before for share in self.shares), self.python + self.own)

    @property
    def after(self) -> Bytes:
        """The slug at the standard level."""
        return sum((share.after for share in self.shares), self.python_after + self.own)

    @property
    def own(self) -> Bytes:
        """The app's own files, nothing if they were not looked at."""
        return self.basis.own or ZERO

    @property
    def verdict(self) -> Verdict:
        """How it stands to the limit."""
        if not self.basis.limit.bounds:
            return "unknown"
        if not self._is_over(self.before):
            return "fits"
        return "over" if self._is_over(self.after) else "fits slimmed"

    def _is_over(self, size: Bytes) -> bool:
        return any(bound.over(size.weigh(bound.measure)) for bound in self.basis.limit.bounds)


def without_overwritten(looks: Iterable[Look]) -> Iterator[Look]:
    """Each file of the slug once, where two wheels have it: opencv-python beside the headless one.

    It is counted with what the app asks for itself.
    """
    seen: set[str] = set()
    for look in sorted(looks, key=lambda look: (bool(look.wanted.required_by), look.wanted.name)):
        paths = {entry: installed_path(entry.path)[0] for entry in look.entries}
        kept = tuple(entry for entry, path in paths.items() if path not in seen)
        seen.update(paths.values())
        yield replace(look, entries=kept)


def forecast_of(looks: Iterable[Look], basis: Basis) -> Forecast:
    """The forecast of what was looked at."""
    shares = sorted(
        (share_of(look) for look in without_overwritten(looks)),
        key=lambda item: (-item.before.compressed, item.name),
    )
    names = {share.name for share in shares}
    users = {share.name: share.look.wanted.required_by for share in shares}
    advice = advise_swaps(
        {share.name: share.version for share in shares},
        {share.name: share.after for share in shares},
        (),
        {name: by for name, by in users.items() if by},
    )
    python, after = python_part(basis.target.python, names)
    return Forecast(basis, tuple(shares), python, after, tuple(advice))


def unseen(forecast: Forecast) -> tuple[Share, ...]:
    """What is told by less than its files."""
    return tuple(share for share in forecast.shares if share.look.seen != "files")
