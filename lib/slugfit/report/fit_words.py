"""How a slug came under its limit, or what would bring it there, in words and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from slugfit.base.words import megabytes
from slugfit.report.advice_words import advice_line, advice_sentence
from slugfit.report.packing_words import refusal_sentence

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from slugfit.catalog.limits import Measure
    from slugfit.fit.actions import ActionName
    from slugfit.fit.fitting import Fitting, Possible
    from slugfit.measure.sizes import Bytes
    from slugfit.report.advice import Advice

Lines: TypeAlias = "Iterator[tuple[str, str]]"
"""Sentences, each with its bullet, or COPIED where somebody is to copy it."""
_TAKEN: Mapping[ActionName, str] = {
    "bytecode by worth": "the start's bytecode that spares least",
    "unused": "what the app never reaches",
    "packing": "packing",
    "bytecode strip": "bytecode of the start, by worth",
}
_POSSIBLE: Mapping[ActionName, str] = {
    "unused": "what the app never reaches",
    "packing": "packing, which each start unpacks",
    "bytecode strip": "bytecode of the start, which each start compiles then",
}
COPIED = "copied"


def fit_lines(
    fit: Fitting, would: Sequence[Advice], measures: Sequence[Measure], *, planned: bool
) -> Lines:
    """What is to be said; ``measures`` are the sizes that count, the tightest first.

    ``would`` is what somebody could do himself where nothing else is enough.
    """
    if fit.taken:
        verb = "would take" if planned else "took"
        named = ", ".join(
            f"{_TAKEN[item.action]} ({_saved(item.saved, measures)})" for item in fit.taken
        )
        aim = "Towards the limit" if fit.over else "To come under the limit"
        yield "", f"{aim} it {verb}: {named}."
    elif fit.chosen and not fit.over:
        yield "", "The limit asks for nothing beyond the level standard."
    measure = measures[0]
    more = [item for item in fit.possible if item.saves.weigh(measure)]
    if fit.over:
        yield from _still(fit, more, measure)
        yield from _would(fit, would, measure, last=bool(more))
    elif fit.chosen and more:
        named = "; ".join(
            f"{_POSSIBLE[item.action]} ({_about(item, measure)}: {item.line})" for item in more
        )
        yield "", f"Not needed: {named}."


def _still(fit: Fitting, more: Sequence[Possible], measure: Measure) -> Lines:
    if not more:
        return
    enough = not any(item.left for item in fit.over)
    what = "It would fit with some of this" if enough else "It could still take"
    level = "" if fit.chosen else "; SLUGFIT_LEVEL=auto takes as little of it as it needs"
    yield "", f"{what}{level}:"
    for item in more:
        yield "- ", f"{_POSSIBLE[item.action]}, {_about(item, measure)}"
        yield COPIED, item.line


def _would(fit: Fitting, would: Sequence[Advice], measure: Measure, *, last: bool) -> Lines:
    """What is to be done where all that is possible is not enough."""
    left = sum(item.left for item in fit.over if item.bound.measure == measure)
    if not left:
        return
    still = "Even then it is" if last else "It is still" if fit.taken else "It is"
    told = f"{still} {megabytes(left)} MB over."
    saves = sum(advice.saves_of(measure) for advice in would)
    if not would:
        yield "", f"{told} No swap is known that would help; the table says where the bytes are."
        return
    enough = "What would do" if saves >= left else f"{megabytes(saves)} MB of it would be saved by"
    yield "", f"{told} {enough}:"
    for advice in would:
        about = f"about {megabytes(advice.saves_of(measure))} MB"
        yield "- ", f"{advice_sentence(advice)} ({about})"
        yield COPIED, advice_line(advice)


def _saved(size: Bytes, measures: Sequence[Measure]) -> str:
    """What an action saved; with two limits by both."""
    if len(measures) == 1:
        return f"-{megabytes(size.weigh(measures[0]))} MB"
    return ", ".join(f"-{megabytes(size.weigh(item))} MB {item}" for item in measures)


def _about(item: Possible, measure: Measure) -> str:
    return f"about {megabytes(item.saves.weigh(measure))} MB"


def fit_document(fit: Fitting | None, would: Sequence[Advice]) -> Mapping[str, Any] | None:
    """The same as a JSON object; sizes in bytes."""
    if fit is None:
        return None
    return {
        "fits": not fit.over,
        "took": [
            {"action": item.action, "expected": item.expected, "saved": _size(item.saved)}
            for item in fit.taken
        ],
        "could_take": [_possible(item) for item in fit.possible],
        "over": [
            {"measure": item.bound.measure, "bytes": item.over, "bytes_left": item.left}
            for item in fit.over
        ],
        "would_do": [
            {"what": advice_sentence(item), "line": advice_line(item), "saves": item.saves}
            for item in would
        ],
    }


def _possible(item: Possible) -> Mapping[str, Any]:
    return {
        "action": item.action,
        "saves": _size(item.saves),
        "line": item.line,
        "refused": None if item.refusal is None else refusal_sentence(item.refusal),
    }


def _size(size: Bytes) -> Mapping[str, int]:
    return {"compressed": size.compressed, "uncompressed": size.uncompressed}
