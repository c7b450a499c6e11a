"""The tables of the report: bytes by distribution, by rule, and what the app never reaches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slugfit.base.words import megabytes, printable
from slugfit.measure.sizes import ZERO, Bytes
from slugfit.report.advice_words import UNUSED_PARTS
from slugfit.report.evidence_words import EVIDENCE
from slugfit.report.layout import EMPTY, Line, Table, wrapped
from slugfit.report.owner_names import versioned
from slugfit.report.reasons import shown_module
from slugfit.unused.relations import INSTALLERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from slugfit.report.make import Report, Share
    from slugfit.report.unused import UnusedTotal

_NAME = 35
_LEAST_ROWS = 12
_MOST_ROWS = 30
_REST = 0.05
"""The part of the slug that may be left to the last row."""
_SMALL = 50_000
"""Bytes that are 0.0 or 0.1 MB: no row of their own."""
_EXPLAINED = 3


def distribution_lines(report: Report) -> Iterator[Line]:
    """Where the bytes are, the largest first; as many rows as leave a small rest."""
    order = sorted(report.distributions, key=lambda share: (-share.after.compressed, share.name))
    listed = order[: _rows(order)]
    rows = [
        _row(report, versioned(share.name, share.version, _NAME - 1), share.after, _saved([share]))
        for share in listed
    ]
    rest = order[len(listed) :]
    if rest:
        left = sum((share.after for share in rest), ZERO)
        rows.append(_row(report, f"and {len(rest)} smaller", left, _saved(rest)))
    heading = ["Where the bytes are (MB)", "compressed", "unpacked", "saved"]
    widths = [_NAME, 10, 10, 8]
    if report.limit.bounds:
        heading.append("of limit")
        widths.append(10)
    yield EMPTY
    yield from Table(heading, widths, rows).lines()


def _rows(order: Sequence[Share]) -> int:
    """How many distributions have a row of their own."""
    whole = sum(share.after.compressed for share in order)
    rest = whole
    for number, share in enumerate(order):
        small = share.after.compressed < _SMALL
        enough = number >= _LEAST_ROWS and rest <= whole * _REST
        if small or enough or number == _MOST_ROWS:
            return number
        rest -= share.after.compressed
    return len(order)


def _saved(shares: Sequence[Share]) -> int:
    return sum(share.before.compressed - share.after.compressed for share in shares)


def _row(report: Report, name: str, left: Bytes, saved: int) -> tuple[str, ...]:
    bound = report.tightest
    used = () if bound is None else (f"{bound.used(left.weigh(bound.measure)):.1%}",)
    return (
        name,
        megabytes(left.compressed),
        megabytes(left.uncompressed),
        megabytes(saved),
        *used,
    )


def rule_lines(report: Report) -> Iterator[Line]:
    """What each rule takes, and what shows that this is inert."""
    if not report.rules:
        return
    large = [total for total in report.rules if total.saved.compressed >= _SMALL] or report.rules
    rows = [
        (
            total.name,
            megabytes(total.saved.compressed),
            megabytes(total.saved.uncompressed),
            str(total.files),
            EVIDENCE[total.name],
        )
        for total in large
    ]
    rest = report.rules[len(large) :]
    if rest:
        saved = sum((total.saved for total in rest), ZERO)
        files = str(sum(total.files for total in rest))
        sizes = (megabytes(saved.compressed), megabytes(saved.uncompressed))
        rows.append((f"and {len(rest)} smaller", *sizes, files, ""))
    verb = "What would go" if report.action == "plan" else "What went"
    yield EMPTY
    heading = (f"{verb} (MB)", "compressed", "unpacked", "files", "evidence")
    yield from Table(heading, (21, 11, 10, 8), rows).lines()
    for total in large:
        if total.cuts and total.saved.compressed > total.saved.uncompressed:
            yield from wrapped(
                f"{total.name}: most of them stand inside a file, and are overwritten with zeros, "
                "which compress to nothing."
            )


def unused_lines(report: Report) -> Iterator[Line]:
    """What goes because the app never reaches it, and who asks for it."""
    gone = [total for total in report.unused if total.goes]
    if not gone:
        return
    rows = [_unused_row(total) for total in gone[:_LEAST_ROWS]]
    rest = gone[_LEAST_ROWS:]
    if rest:
        left = sum((total.size for total in rest), ZERO)
        sizes = (megabytes(left.compressed), megabytes(left.uncompressed))
        rows.append((f"and {len(rest)} smaller", *sizes))
    yield EMPTY
    heading = ("Never reached by the app (MB)", "compressed", "unpacked", "asked for by")
    yield from Table(heading, (32, 11, 10), rows).lines()
    for total in [total for total in gone if total.users][:_EXPLAINED]:
        more = f" and {len(total.users) - 1} more" if len(total.users) > 1 else ""
        yield from wrapped(
            f"{total.name} would be used by {shown_module(total.users[0])}{more}, which the app "
            "never reaches.",
            "- ",
        )


def _unused_row(total: UnusedTotal) -> tuple[str, ...]:
    part = UNUSED_PARTS[total.what]
    name = printable(f"{total.name}: {part}" if part else total.name)
    size = total.size
    return name, megabytes(size.compressed), megabytes(size.uncompressed), _asked_by(total)


def _asked_by(total: UnusedTotal) -> str:
    # An installer is there because a build has brought it, whoever marked it as requested.
    asker = "the build" if total.name in INSTALLERS else "the app"
    names = ([asker] if total.requested else []) + list(total.required_by)
    return names[0] + (f" and {len(names) - 1} more" if len(names) > 1 else "") if names else ""
