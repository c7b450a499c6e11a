"""The report in words, 80 columns, for a build log or a terminal. MB are 1,000,000 bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slugfit.base.style import PLAIN, Style
from slugfit.base.words import megabytes
from slugfit.report.advice import UnusedAdvice
from slugfit.report.advice_words import advice_line, advice_sentence
from slugfit.report.difference_words import difference_lines
from slugfit.report.fault_words import fault_sentence
from slugfit.report.fit_words import COPIED, fit_lines
from slugfit.report.kept_words import kept_lines
from slugfit.report.layout import EMPTY, INDENT, Line, copied, wrapped
from slugfit.report.limit_words import limit_sentences
from slugfit.report.packing_words import packing_sentences
from slugfit.report.tables import distribution_lines, rule_lines, unused_lines
from slugfit.report.verified_words import verified_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from slugfit.measure.sizes import Bytes
    from slugfit.report.difference import Difference
    from slugfit.report.make import Report

_FAULTS = 8
_STEPS = 3
_MOVED = 6
_ACTIONS = {
    "plan": "What slim would do (nothing was changed)",
    "slim": "Slimmed",
    "measure": "Measured (nothing was changed)",
}


def render_build_log(report: Report, since: Difference | None = None, style: Style = PLAIN) -> str:
    """The report as a build log shows it: a step line, the rest set in."""
    head = Line(f"-----> {_head(report)}", "title")
    lines = (Line(" " * INDENT + line.text, line.tone) for line in report_lines(report, since))
    return rendered([head, *lines], style)


def render_terminal(report: Report, style: Style = PLAIN) -> str:
    """The report for a terminal."""
    return rendered([Line(_head(report), "title"), EMPTY, *report_lines(report)], style)


def rendered(lines: Iterable[Line], style: Style = PLAIN) -> str:
    """The lines as one text, in colour where ``style`` has any."""
    return "".join(f"{style.painted(line.text.rstrip(), line.tone)}\n" for line in lines)


def _head(report: Report) -> str:
    return "Not slimmed" if report.undone else _ACTIONS[report.action]


def report_lines(report: Report, since: Difference | None = None) -> Iterator[Line]:
    """All lines: the verdict first, then where the bytes are, what went, what stays, what next."""
    yield from _verdict(report)
    if report.undone:
        yield from _undone(report)
    yield from _fit(report)
    yield from distribution_lines(report)
    if since is not None:
        yield EMPTY
        yield from difference_lines(since, "Since the last build", _MOVED)
    yield from rule_lines(report)
    yield from unused_lines(report)
    yield from _bytecode(report)
    yield from _packing(report)
    yield from kept_lines(report.kept, report.sites)
    yield from verified_lines(report)
    yield from _faults(report)
    yield from _advice(report)


def _verdict(report: Report) -> Iterator[Line]:
    saved = report.before.compressed - report.after.compressed
    share = saved / report.before.compressed if report.before.compressed else 0
    yield Line(f"before {both_sizes(report.before)}")
    yield Line(f"after  {both_sizes(report.after)}   -{share:.1%}")
    for sentence, over in limit_sentences(report.limit, report.after):
        yield from wrapped(sentence, "limit  ", "bad" if over else "good")
    if report.estimated:
        yield from wrapped("Compressed sizes come from a sample; they are within half a percent.")


def both_sizes(size: Bytes) -> str:
    """Compressed and unpacked, in columns."""
    packed, plain = megabytes(size.compressed), megabytes(size.uncompressed)
    return f"{packed:>7} MB compressed {plain:>8} MB uncompressed"


def _undone(report: Report) -> Iterator[Line]:
    yield EMPTY
    told = "NOT SLIMMED: everything was put back, and the app ships as it was built."
    for text in (told, report.undone):
        yield from wrapped(text, "! ", "warning")


def _fit(report: Report) -> Iterator[Line]:
    """What the limit took, and what would bring the slug under it."""
    bound = report.tightest
    if report.fit is None or bound is None:
        return
    others = (item.measure for item in report.limit.bounds if item is not bound)
    measures = (bound.measure, *others)
    told = tuple(fit_lines(report.fit, report.would_do, measures, planned=report.action == "plan"))
    if told:
        yield EMPTY
    for bullet, text in told:
        yield from copied(text) if bullet == COPIED else wrapped(text, bullet)


def _bytecode(report: Report) -> Iterator[Line]:
    shipped = report.bytecode
    if shipped is None:
        return
    what = f"Bytecode of what each start loads: {shipped.files} files, "
    what += f"{megabytes(shipped.size.compressed)} MB compressed"
    if shipped.seconds is not None and shipped.seconds_without is not None:
        what += f"; its imports take {shipped.seconds:.1f} s, "
        what += f"about {shipped.seconds_without:.1f} s without"
    yield EMPTY
    yield from wrapped(f"{what}.")


def _packing(report: Report) -> Iterator[Line]:
    packing = report.packing
    fits = packing is not None and packing.refusal is not None and packing.refusal.kind == "fits"
    # With a planner's choice that is said at the top.
    if packing is not None and not (fits and report.fit is not None):
        yield EMPTY
        for sentence in packing_sentences(packing):
            if packing.is_failed:
                yield from wrapped(sentence, "! ", "warning")
            else:
                yield from wrapped(sentence)


def _faults(report: Report) -> Iterator[Line]:
    if report.faults:
        yield EMPTY
        yield Line("Found on the way:", "title")
        for fault in report.faults[:_FAULTS]:
            yield from wrapped(fault_sentence(fault), "- ")
        if len(report.faults) > _FAULTS:
            yield Line(f"- and {len(report.faults) - _FAULTS} more in report.json")


def _advice(report: Report) -> Iterator[Line]:
    said = report.fit is not None and any(item.action == "unused" for item in report.fit.possible)
    advices = [
        advice
        for advice in report.advice
        if advice not in report.would_do and not (said and isinstance(advice, UnusedAdvice))
    ]
    if advices:
        yield EMPTY
        yield Line("What would save more:", "title")
        for advice in advices[:_STEPS]:
            saves = f" (about {megabytes(advice.saves)} MB)" if advice.saves else ""
            yield from wrapped(f"{advice_sentence(advice)}{saves}", "- ")
            yield from copied(advice_line(advice))
