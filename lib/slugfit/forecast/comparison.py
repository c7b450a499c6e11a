"""Two forecasts side by side, in words and as JSON. MB are 1,000,000 bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slugfit.base.words import megabytes, signed_megabytes
from slugfit.forecast.table import forecast_document
from slugfit.report.layout import EMPTY, Line, Table, wrapped
from slugfit.report.limit_words import limit_sentences

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from slugfit.forecast.forecast import Forecast

_NAME = 37
_ROWS = 20
_SMALL = 50_000
"""Compressed bytes that are 0.0 or 0.1 MB: no row of their own."""
_FIRST, _SECOND = "first", "second"


def comparison_lines(first: Forecast, second: Forecast) -> Iterator[Line]:
    """What each comes to, plain, and where they differ most."""
    for word, forecast in ((_FIRST, first), (_SECOND, second)):
        yield from wrapped(f"{word}: {forecast.basis.source}", tone="title")
    yield EMPTY
    yield from Table(
        ("MB compressed", _FIRST, _SECOND, "change"),
        (_NAME, 11, 11, 11),
        [
            *_rows(first, second),
            _row("Python itself, with pip", first.python.compressed, second.python.compressed),
            _row("total, plain", first.before.compressed, second.before.compressed),
            _row("total, slimmed", first.after.compressed, second.after.compressed),
        ],
    ).lines()
    yield EMPTY
    for word, forecast in ((_FIRST, first), (_SECOND, second)):
        for state, size in (("plain", forecast.before), ("slimmed", forecast.after)):
            for sentence, over in limit_sentences(forecast.basis.limit, size):
                yield from wrapped(sentence, f"{word}, {state}: ", "bad" if over else "good")


def _rows(first: Forecast, second: Forecast) -> Iterator[tuple[str, ...]]:
    sizes = [
        {share.name: share.before.compressed for share in forecast.shares}
        for forecast in (first, second)
    ]
    names = {*sizes[0], *sizes[1]}
    pairs = [(name, sizes[0].get(name), sizes[1].get(name)) for name in names]
    order = sorted(pairs, key=lambda pair: (-max(pair[1] or 0, pair[2] or 0), pair[0]))
    large = [pair for pair in order[:_ROWS] if max(pair[1] or 0, pair[2] or 0) >= _SMALL]
    for name, before, after in large:
        yield _row(name, before, after)
    rest = order[len(large) :]
    if rest:
        sums = sum(pair[1] or 0 for pair in rest), sum(pair[2] or 0 for pair in rest)
        yield _row(f"and {len(rest)} smaller", *sums)


def _row(name: str, first: int | None, second: int | None) -> tuple[str, ...]:
    shown = ("-" if size is None else megabytes(size) for size in (first, second))
    return (name, *shown, signed_megabytes((second or 0) - (first or 0)))


def comparison_document(first: Forecast, second: Forecast) -> Mapping[str, Any]:
    """Both as a JSON object; sizes in bytes."""
    return {
        "version": 1,
        "first": forecast_document(first),
        "second": forecast_document(second),
    }
