"""What was tried, what fails with and without Slugfit, and what was put back, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slugfit.base.words import counted, megabytes
from slugfit.report.layout import EMPTY, Line, wrapped
from slugfit.report.paths import with_short_paths
from slugfit.report.reasons import broken, shown_module

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slugfit.proof import Returned
    from slugfit.report.make import Report
    from slugfit.verify.step import Failure, StepKind

_SHOWN = 3


def verified_lines(report: Report) -> Iterator[Line]:
    """Nothing for a run that tried nothing because it changed nothing."""
    if report.action != "slim" or report.undone:
        return
    yield EMPTY
    yield from wrapped(_tried(report))
    for text in (*_known(report), *_untried(report)):
        yield from wrapped(with_short_paths(text, report.sites), "- ")
    for item in report.returned:
        text = (
            f"Put back {counted(item.files, 'file')} ({megabytes(item.size)} MB) of "
            f"{item.group.owner} that the rule {item.group.rule} had taken: {_why_back(item)}."
        )
        yield from wrapped(with_short_paths(text, report.sites), "! ", "warning")


def _tried(report: Report) -> str:
    if not report.tried:
        return "Nothing was tried: no Python here, nothing to import, or SLUGFIT_VERIFY=off."
    parts, number = _working(report)
    before = f" An earlier build showed {report.shown_before} of these for the same files."
    works = "works" if number == 1 else "work"
    return (
        f"Verified: {', '.join(parts)} {works} as before; nothing else was tried."
        f"{before if report.shown_before else ''}"
    )


def _known(report: Report) -> Iterator[str]:
    """What the app needs and that fails in any case."""
    told = [failure for failure in report.known_failures if failure.step.needed]
    absent = [failure for failure in told if failure.step.top in (failure.missing or ())]
    for failure in [failure for failure in told if failure not in absent][:_SHOWN]:
        yield f"{_fails(failure)}, with or without Slugfit: {failure.error}"
    if absent:
        names = ", ".join(dict.fromkeys(failure.step.top for failure in absent))
        yield f"Not installed, though the app's source imports it: {names}."


def _untried(report: Report) -> Iterator[str]:
    """What there was no time for: that proves nothing about it."""
    for failure in [failure for failure in report.untried if failure.step.needed][:_SHOWN]:
        name = shown_module(failure.step.name)
        yield f"{name} was not tried in time, and is not verified: {failure.error}"
    beside = [shown_module(item.step.name) for item in report.untried if not item.step.needed]
    if beside:
        names = ", ".join(name.rpartition("/")[2] for name in beside[:_SHOWN])
        more = ", ..." if len(beside) > _SHOWN else ""
        yield (
            f"Not tried in time, and not verified: {len(beside)} modules and libraries beside "
            f"what went ({names}{more}; report.json names all)."
        )


def _why_back(item: Returned) -> str:
    if item.beside is None:
        step = item.failure.step
        return f"{broken(step.kind, step.name)} without them ({item.failure.error})"
    tried, wanted = item.beside
    return f"there was time to try {tried} of {wanted} modules and libraries beside them"


def _working(report: Report) -> tuple[list[str], int]:
    """What was tried and works, such as "3 imports", and how many things that is."""
    parts, number = [], 0
    names: tuple[tuple[StepKind, bool, str, str], ...] = (
        ("import", True, "import", ""),
        ("import", False, "module beside what went", "modules beside what went"),
        ("load", False, "shortened library", "shortened libraries"),
    )
    for kind, needed, singular, plural in names:
        works = report.count(kind, needed=needed)
        late = report.count_untried(kind, needed=needed)
        number += works + late
        if works or needed:
            text = counted(works + late, singular, plural)
            parts.append(f"{works} of {text}" if late else text)
    for kind, text in (("setup", "Django's setup"), ("smoke", "the smoke command")):
        if report.count(kind, needed=True):
            number += 1
            parts.append(text)
    return parts, number


def _fails(failure: Failure) -> str:
    return {
        "import": f"{shown_module(failure.step.name)} cannot be imported",
        "load": f"{failure.step.name} cannot be loaded",
        "setup": f"Django cannot be set up with {failure.step.name}",
        "smoke": "The smoke command fails",
    }[failure.step.kind]
