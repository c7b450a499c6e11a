"""The report in words, 80 columns, for a build log or a terminal. MB are 1,000,000 bytes."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from slugfit.base.words import megabytes, printable
from slugfit.measure.sizes import ZERO, Bytes
from slugfit.report.advice import UnusedAdvice
from slugfit.report.advice_words import UNUSED_PARTS, advice_line, advice_sentence
from slugfit.report.evidence_words import EVIDENCE
from slugfit.report.fault_words import fault_sentence
from slugfit.report.fit_words import COPIED, fit_lines
from slugfit.report.limit_words import limit_sentences
from slugfit.report.packing_words import packing_sentences
from slugfit.report.reasons import broken, reason_sentence, shown_module
from slugfit.scan.owners import APP, INSTALLER, PYTHON, UNOWNED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slugfit.proof import Returned
    from slugfit.report.make import Report
    from slugfit.report.unused import UnusedTotal
    from slugfit.verify.step import Failure, StepKind


WIDTH = 80
INDENT = 7
_LISTED = 12
_FAULTS = 8
_EXPLAINED = 3
_SMALL = 50_000
_NAMES = {
    APP: "your app",
    PYTHON: "Python itself",
    INSTALLER: "Pipenv, the installer",
    UNOWNED: "not owned by a package",
}
_ACTIONS = {
    "plan": "What slim would do (nothing was changed)",
    "slim": "Slimmed",
    "measure": "Measured (nothing was changed)",
}


def render_build_log(report: Report) -> str:
    """The report as a build log shows it: a step line, the rest set in."""
    lines = list(report_lines(report))
    head = f"-----> {_head(report)}"
    return "\n".join([head, *((" " * INDENT + line).rstrip() for line in lines)]) + "\n"


def render_terminal(report: Report) -> str:
    """The report for a terminal."""
    return "\n".join([_head(report), "", *report_lines(report)]) + "\n"


def _head(report: Report) -> str:
    return "Not slimmed" if report.undone else _ACTIONS[report.action]


def report_lines(report: Report) -> Iterator[str]:
    """All lines: the verdict first, then where the bytes are, what went, what stays, what next."""
    yield from _verdict(report)
    if report.undone:
        yield from _undone(report)
    yield from _fit(report)
    yield ""
    yield from _distributions(report)
    yield from _rules(report)
    yield from _unused(report)
    yield from _bytecode(report)
    yield from _packing(report)
    yield from _kept(report)
    yield from _verified(report)
    yield from _faults(report)
    yield from _advice(report)


def _verdict(report: Report) -> Iterator[str]:
    saved = report.before.compressed - report.after.compressed
    share = saved / report.before.compressed if report.before.compressed else 0
    yield f"before {_both(report.before)}"
    yield f"after  {_both(report.after)}   -{share:.1%}"
    for sentence in limit_sentences(report.limit, report.after):
        yield from _wrap(sentence, "limit  ")
    if report.estimated:
        yield from _wrap("Compressed sizes come from a sample; they are within half a percent.", "")


def _used(report: Report, size: Bytes) -> str:
    """Which part of the tightest bound that is, as ``12.3%``; "" if there is no limit."""
    bound = report.tightest
    return "" if bound is None else f"{bound.used(size.weigh(bound.measure)):.1%}"


def _both(size: Bytes) -> str:
    packed, plain = megabytes(size.compressed), megabytes(size.uncompressed)
    return f"{packed:>7} MB compressed {plain:>8} MB uncompressed"


def _undone(report: Report) -> Iterator[str]:
    yield ""
    yield from _wrap(
        "NOT SLIMMED: everything was put back, and the app ships as it was built.", "! "
    )
    yield from _wrap(report.undone, "! ")


def _fit(report: Report) -> Iterator[str]:
    """What the limit took, and what would bring the slug under it."""
    bound = report.tightest
    if report.fit is None or bound is None:
        return
    others = (item.measure for item in report.limit.bounds if item is not bound)
    lines = tuple(
        fit_lines(
            report.fit, report.would_do, (bound.measure, *others), planned=report.action == "plan"
        )
    )
    if lines:
        yield ""
    for bullet, text in lines:
        yield from _copied(text) if bullet == COPIED else _wrap(text, bullet)


def _distributions(report: Report) -> Iterator[str]:
    title = "Where the bytes are (MB)"
    limit = "limit" if report.limit.bounds else ""
    yield f"{title:<31}{'compressed':>11}{'unpacked':>10}{'saved':>8}{limit:>9}".rstrip()
    shown = [share for share in report.distributions if share.before.compressed >= _SMALL]
    for share in shown[:_LISTED]:
        name = _NAMES.get(share.name) or printable(f"{share.name} {share.version}")
        saved = share.before.compressed - share.after.compressed
        yield _row(name[:30], share.after, saved, _used(report, share.after))
    rest = report.distributions[len(shown[:_LISTED]) :]
    if rest:
        left = sum((share.after for share in rest), ZERO)
        saved = sum(share.before.compressed - share.after.compressed for share in rest)
        yield _row(f"and {len(rest)} smaller", left, saved, _used(report, left))


def _row(name: str, left: Bytes, saved: int, used: str) -> str:
    return (
        f"{name:<31}{megabytes(left.compressed):>11}{megabytes(left.uncompressed):>10}"
        f"{megabytes(saved):>8}{used:>9}".rstrip()
    )


def _rules(report: Report) -> Iterator[str]:
    if not report.rules:
        return
    yield ""
    verb = "What would go (MB)" if report.action == "plan" else "What went (MB)"
    yield f"{verb:<21}{'compressed':>11}{'unpacked':>10}{'files':>8}  evidence"
    for total in report.rules:
        yield (
            f"{total.name:<21}{megabytes(total.saved.compressed):>11}"
            f"{megabytes(total.saved.uncompressed):>10}{total.files:>8}  {EVIDENCE[total.name]}"
        )


def _unused(report: Report) -> Iterator[str]:
    """What goes because the app never reaches it, and who asks for it."""
    gone = [total for total in report.unused if total.goes]
    if not gone:
        return
    yield ""
    title = "Never reached by the app (MB)"
    yield f"{title:<31}{'compressed':>11}{'unpacked':>10}  asked for by"
    for total in gone[:_LISTED]:
        part = UNUSED_PARTS[total.what]
        name = f"{total.name}: {part}" if part else total.name
        yield (
            f"{printable(name)[:30]:<31}{megabytes(total.size.compressed):>11}"
            f"{megabytes(total.size.uncompressed):>10}  {_asked_by(total)}".rstrip()
        )
    rest = gone[_LISTED:]
    if rest:
        left = sum((total.size for total in rest), ZERO)
        name = f"and {len(rest)} smaller"
        size = f"{megabytes(left.compressed):>11}{megabytes(left.uncompressed):>10}"
        yield f"{name:<31}{size}"
    for total in [total for total in gone if total.users][:_EXPLAINED]:
        more = f" and {len(total.users) - 1} more" if len(total.users) > 1 else ""
        yield from _wrap(
            f"{total.name} would be used by {shown_module(total.users[0])}{more}, which the app "
            "never reaches.",
            "- ",
        )


def _asked_by(total: UnusedTotal) -> str:
    """Who asks for a distribution, in what is left of a line."""
    names = (["the app"] if total.requested else []) + list(total.required_by)
    shown = ", ".join(names[:1])
    return (f"{shown}, …" if len(names) > 1 else shown)[:26]


def _bytecode(report: Report) -> Iterator[str]:
    shipped = report.bytecode
    if shipped is None:
        return
    what = f"Bytecode of what each start loads: {shipped.files} files, "
    what += f"{megabytes(shipped.size.compressed)} MB compressed"
    if shipped.seconds is not None and shipped.seconds_without is not None:
        what += f"; its imports take {shipped.seconds:.1f} s, "
        what += f"about {shipped.seconds_without:.1f} s without"
    yield ""
    yield from _wrap(f"{what}.", "")


def _packing(report: Report) -> Iterator[str]:
    packing = report.packing
    fits = packing is not None and packing.refusal is not None and packing.refusal.kind == "fits"
    # With a planner's choice that is said at the top.
    if packing is not None and not (fits and report.fit is not None):
        mark = "! " if packing.is_failed else ""
        yield ""
        for sentence in packing_sentences(packing):
            yield from _wrap(sentence, mark)


def _kept(report: Report) -> Iterator[str]:
    # What is loaded does not look like dead weight to anybody.
    staying = [kept for kept in report.kept if kept.reason.kind != "loaded at start"]
    if not staying:
        return
    files = sum(kept.files for kept in staying)
    size = sum(kept.uncompressed for kept in staying)
    yield ""
    yield f"{files} files ({megabytes(size)} MB) look like dead weight and stay, for example:"
    told = [kept for kept in staying if kept.reason.kind != "source stays"]
    for kept in told[:3]:
        yield from _wrap(f"{kept.example}: {reason_sentence(kept.reason)}", "- ")


def _verified(report: Report) -> Iterator[str]:
    if report.action != "slim" or report.undone:
        return
    yield ""
    if report.tried:
        before = f" An earlier build showed {report.shown_before} of these for the same files."
        yield from _wrap(
            f"Verified: {_working(report)} work as before; nothing else was tried."
            f"{before if report.shown_before else ''}",
            "",
        )
    else:
        yield "Nothing was tried: no Python here, nothing to import, or SLUGFIT_VERIFY=off."
    told = [failure for failure in report.known_failures if failure.step.needed]
    absent = [failure for failure in told if failure.step.top in (failure.missing or ())]
    for failure in [failure for failure in told if failure not in absent][:3]:
        yield from _wrap(f"{_known(failure)}, with or without Slugfit: {failure.error}", "- ")
    if absent:
        names = ", ".join(dict.fromkeys(failure.step.top for failure in absent))
        yield from _wrap(f"Not installed, though the app's source imports it: {names}.", "- ")
    yield from _untried(report)
    for item in report.returned:
        yield from _wrap(
            f"Put back {item.files} files ({megabytes(item.size)} MB) of {item.group.owner} that "
            f"the rule {item.group.rule} had taken: {_why_back(item)}.",
            "! ",
        )


def _untried(report: Report) -> Iterator[str]:
    """What there was no time for: that proves nothing about it."""
    own = [failure for failure in report.untried if failure.step.needed]
    for failure in own[:3]:
        name = shown_module(failure.step.name)
        yield from _wrap(
            f"{name} was not tried in time, and is not verified: {failure.error}", "- "
        )
    beside = [shown_module(item.step.name) for item in report.untried if not item.step.needed]
    if beside:
        names = ", ".join(name.rpartition("/")[2] for name in beside[:3])
        more = ", …" if len(beside) > len(beside[:3]) else ""
        yield from _wrap(
            f"Not tried in time, and not verified: {len(beside)} modules and libraries beside "
            f"what went ({names}{more}; report.json names all).",
            "- ",
        )


def _why_back(item: Returned) -> str:
    if item.beside is None:
        return f"{_broken(item.failure)} without them ({item.failure.error})"
    tried, wanted = item.beside
    return f"there was time to try {tried} of {wanted} modules and libraries beside them"


def _working(report: Report) -> str:
    """What was tried and works, as "3 imports, 40 of 60 modules beside what went"."""

    def counted(kind: StepKind, *, needed: bool) -> str:
        works, late = report.count(kind, needed=needed), report.count_untried(kind, needed=needed)
        return f"{works} of {works + late}" if late else str(works)

    beside = counted("import", needed=False)
    libraries = counted("load", needed=False)
    parts = [f"{counted('import', needed=True)} imports"]
    parts += [f"{beside} modules beside what went"] if beside != "0" else []
    parts += [f"{libraries} shortened libraries"] if libraries != "0" else []
    parts += ["Django's setup"] if report.count("setup", needed=True) else []
    parts += ["the smoke command"] if report.count("smoke", needed=True) else []
    return ", ".join(parts)


def _broken(failure: Failure) -> str:
    return broken(failure.step.kind, failure.step.name)


def _known(failure: Failure) -> str:
    return {
        "import": f"{shown_module(failure.step.name)} cannot be imported",
        "load": f"{failure.step.name} cannot be loaded",
        "setup": f"Django cannot be set up with {failure.step.name}",
        "smoke": "The smoke command fails",
    }[failure.step.kind]


def _faults(report: Report) -> Iterator[str]:
    if report.faults:
        yield ""
        yield "Found on the way:"
        for fault in report.faults[:_FAULTS]:
            yield from _wrap(fault_sentence(fault), "- ")
        if len(report.faults) > _FAULTS:
            yield f"- and {len(report.faults) - _FAULTS} more in report.json"


def _advice(report: Report) -> Iterator[str]:
    said = report.fit is not None and any(item.action == "unused" for item in report.fit.possible)
    advices = [
        advice
        for advice in report.advice
        if advice not in report.would_do and not (said and isinstance(advice, UnusedAdvice))
    ]
    if advices:
        yield ""
        yield "What would save more:"
        for advice in advices[:3]:
            saves = f" (about {megabytes(advice.saves)} MB)" if advice.saves else ""
            yield from _wrap(f"{advice_sentence(advice)}{saves}", "- ")
            yield from _copied(advice_line(advice))


def _copied(text: str) -> Iterator[str]:
    """What somebody is to copy: several lines stay as they are, one may become several."""
    if "\n" in text:
        yield from (f"    {printable(line)}" for line in text.split("\n"))
    else:
        yield from _wrap(text, "    ")


def _wrap(text: str, bullet: str) -> Iterator[str]:
    """``text`` in lines that fit."""
    yield from textwrap.wrap(
        printable(text),
        WIDTH - INDENT,
        initial_indent=bullet,
        subsequent_indent=" " * len(bullet),
        break_on_hyphens=False,
    )
