"""A forecast in words, 80 columns, and as JSON. MB are 1,000,000 bytes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from slugfit.base.words import counted, megabytes
from slugfit.forecast.forecast import unseen
from slugfit.forecast.gpu_words import gpu_lines, gpu_sentence
from slugfit.measure.sizes import ZERO, Bytes
from slugfit.report.advice import GpuAdvice
from slugfit.report.advice_words import advice_line, advice_sentence
from slugfit.report.layout import EMPTY, Line, Table, copied, wrapped
from slugfit.report.limit_words import limit_sentences
from slugfit.report.owner_names import versioned
from slugfit.report.text import both_sizes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from slugfit.forecast.estimate import Share
    from slugfit.forecast.forecast import Forecast
    from slugfit.report.advice import Advice

_NAME = 35
_ROWS = 16
_ADVICE = 4
_UNSEEN = {
    "size": "the server sends whole files only: the wheel's own size stands for it",
    "sources": "there is no wheel: it is built, and the size of its sources stands for it",
    "nothing": "nothing could be read: it is not in the sums",
}
_MARKS = {"size": " (wheel)", "sources": " (sources)", "nothing": " (unknown)"}
_HONEST = "how far it was from measured slugs: docs/forecast.md."


def forecast_lines(forecast: Forecast) -> Iterator[Line]:
    """The verdict, where the bytes will be, what was not seen, what would be smaller."""
    target = forecast.basis.target
    place = f"Python {target.version}, {target.stack}, {target.arch}"
    yield from wrapped(f"Forecast for {forecast.basis.source} ({place})", tone="title")
    yield EMPTY
    yield Line(f"plain   {both_sizes(forecast.before)}")
    yield Line(f"slimmed {both_sizes(forecast.after)}   -{_saved(forecast):.1%}")
    for size, word in ((forecast.before, "plain  "), (forecast.after, "slimmed")):
        for sentence, over in limit_sentences(forecast.basis.limit, size):
            yield from wrapped(sentence, f"{word} ", "bad" if over else "good")
    yield EMPTY
    yield from _table(forecast).lines()
    yield from _unseen_lines(unseen(forecast))
    yield from _advice_lines(forecast)
    yield EMPTY
    own = "" if forecast.basis.own is not None else "without your own files (--app counts them); "
    yield from wrapped(f"A forecast from what the wheels list; {own}{_HONEST}")


def _saved(forecast: Forecast) -> float:
    before = forecast.before.compressed
    return 1 - forecast.after.compressed / before if before else 0.0


def _table(forecast: Forecast) -> Table:
    shown = forecast.shares[:_ROWS]
    rest = forecast.shares[_ROWS:]
    rows = [(_marked(item), item.before, item.gone.compressed) for item in shown]
    if rest:
        size = sum((item.before for item in rest[1:]), rest[0].before)
        rows.append((f"and {len(rest)} smaller", size, sum(item.gone.compressed for item in rest)))
    saved = forecast.python.compressed - forecast.python_after.compressed
    rows.append(("Python itself, with pip", forecast.python, saved))
    if forecast.basis.own is not None:
        rows.append(("Your own files", forecast.basis.own, 0))
    whole = forecast.before.compressed - forecast.after.compressed
    rows.append(("total", forecast.before, whole))
    bound = next(iter(forecast.basis.limit.bounds), None)
    heading = ["Package (MB)", "compressed", "unpacked", "would go"]
    widths = [_NAME, 10, 10, 9]
    if bound is not None:
        heading.append("of limit")
        widths.append(9)
    cells = []
    for name, size, goes in rows:
        used = () if bound is None else (f"{bound.used(size.weigh(bound.measure)):.1%}",)
        sizes = (megabytes(size.compressed), megabytes(size.uncompressed), megabytes(goes))
        cells.append((name, *sizes, *used))
    return Table(heading, widths, cells)


def _marked(share: Share) -> str:
    """Its name and version, and what its sizes are of where that is not its files."""
    mark = _MARKS.get(share.look.seen, "")
    return versioned(share.name, share.version, _NAME - 1 - len(mark)) + mark


def _unseen_lines(shares: Sequence[Share]) -> Iterator[Line]:
    if not shares:
        return
    yield EMPTY
    yield Line(f"Of {counted(len(shares), 'package')} the files are not known:", "title")
    for share in shares:
        text = f"{share.name} {share.version}: {_UNSEEN[share.look.seen]}. {share.look.why}"
        yield from wrapped(text.rstrip(), "- ", "warning")


def _advice_lines(forecast: Forecast) -> Iterator[Line]:
    if not forecast.advice:
        return
    yield EMPTY
    yield Line("What would be smaller:", "title")
    for advice in forecast.advice[:_ADVICE]:
        if isinstance(advice, GpuAdvice):
            yield from wrapped(gpu_sentence(advice), "- ", "warning")
            yield from copied(_gpu_line(forecast, advice))
        else:
            yield from wrapped(f"{advice_sentence(advice)}{_saves(advice)}", "- ")
            yield from copied(advice_line(advice))


def _gpu_line(forecast: Forecast, advice: GpuAdvice) -> str:
    versions = {share.name: share.version.partition("+")[0] for share in forecast.shares}
    if "torch" not in versions:
        return f"Ask for the package without them: {', '.join(_users(forecast, advice))}"
    return gpu_lines(os.path.basename(forecast.basis.source)).replace("VERSION", versions["torch"])


def _users(forecast: Forecast, advice: GpuAdvice) -> list[str]:
    """Who asks for what only serves a GPU."""
    wanted = [share.look.wanted for share in forecast.shares if share.name in advice.names]
    users = {user for item in wanted for user in item.required_by} - set(advice.names)
    return sorted(users) or ["your own list"]


def _saves(advice: Advice) -> str:
    return f" (about {megabytes(advice.saves)} MB)" if advice.saves else ""


def forecast_document(forecast: Forecast) -> Mapping[str, Any]:
    """The same as a JSON object; sizes in bytes."""
    return {
        "version": 1,
        "source": forecast.basis.source,
        "target": {
            "python": forecast.basis.target.version,
            "stack": forecast.basis.target.stack,
            "arch": forecast.basis.target.arch,
        },
        "before": _document(forecast.before),
        "after": _document(forecast.after),
        "own": None if forecast.basis.own is None else _document(forecast.basis.own),
        "python": {"before": _document(forecast.python), "after": _document(forecast.python_after)},
        "limit": forecast.basis.limit.name,
        "verdict": forecast.verdict,
        "cuda": _document(sum((_cuda(advice) for advice in forecast.advice), ZERO)),
        "distributions": [
            {
                "name": share.name,
                "version": share.version,
                "seen": share.look.seen,
                "before": _document(share.before),
                "after": _document(share.after),
                "rules": {rule: _document(size) for rule, size in share.taken.items()},
            }
            for share in forecast.shares
        ],
    }


def _cuda(advice: Advice) -> Bytes:
    """What of an advice only serves a GPU."""
    return Bytes(advice.unpacked, advice.saves) if isinstance(advice, GpuAdvice) else ZERO


def _document(size: Bytes) -> Mapping[str, int]:
    return {"compressed": size.compressed, "uncompressed": size.uncompressed}
