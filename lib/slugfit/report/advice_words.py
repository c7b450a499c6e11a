"""Advice in words: what, and the exact line or command."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from slugfit.base.words import megabytes
from slugfit.models.keys import model_lines
from slugfit.report.advice import (
    GpuAdvice,
    LocaleAdvice,
    ModelAdvice,
    SwapAdvice,
    UnusedAdvice,
    VariableAdvice,
    brings_both,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slugfit.report.advice import Advice
    from slugfit.report.unused import What


UNUSED_PARTS: Mapping[What, str] = {
    "packages": "",
    "service data": "services",
    "translations": "translations",
}
"""Which part of a distribution is never reached; "" for packages of it."""
_SHOWN = 6
"""Names that a sentence lists."""


def advice_sentence(advice: Advice) -> str:
    """What could be done, and why."""
    if isinstance(advice, SwapAdvice):
        return _swap_sentence(advice)
    if isinstance(advice, GpuAdvice):
        return f"{len(advice.names)} distributions only serve a GPU: {', '.join(advice.names)}."
    if isinstance(advice, VariableAdvice):
        return f"{advice.name} does nothing: {advice.instead} does."
    if isinstance(advice, UnusedAdvice):
        return (
            f"The app never reaches {_some(tuple(_unused_part(*part) for part in advice.parts))}."
        )
    if isinstance(advice, LocaleAdvice):
        return f"Translations into languages that the app does not name: {_some(advice.names)}."
    return _model_sentence(advice)


def _swap_sentence(advice: SwapAdvice) -> str:
    swap = advice.swap
    said = [f"{swap.distribution} -> {swap.instead}: {swap.because}."]
    said += [swap.caveat] if swap.caveat else []
    if brings_both(advice):
        verb = "requires" if len(advice.required_by) == 1 else "require"
        names = _some(advice.required_by)
        said.append(f"{names} {verb} {swap.distribution}: pip installs both as long as that is so.")
    return " ".join(said)


def _unused_part(what: What, name: str) -> str:
    part = UNUSED_PARTS[what]
    return f"{part} of {name}" if part else name


def _some(names: tuple[str, ...]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")


def advice_line(advice: Advice) -> str:
    """The line or command; one of several lines is to be copied as it stands."""
    if isinstance(advice, SwapAdvice):
        return advice.swap.line.replace("VERSION", advice.version)
    if isinstance(advice, GpuAdvice):
        return "torch: set SLUGFIT_TORCH=cpu, or use the CPU wheels' index"
    if isinstance(advice, VariableAdvice):
        return f"{advice.name}: unset it"
    if isinstance(advice, UnusedAdvice):
        return "SLUGFIT_LEVEL=unused"
    if isinstance(advice, LocaleAdvice):
        return f"SLUGFIT_LEVEL=unused SLUGFIT_LOCALES={','.join(advice.locales)}"
    return _model_line(advice)


def _model_sentence(advice: ModelAdvice) -> str:
    name = f"{advice.file.path} ({megabytes(advice.file.size)} MB)"
    if advice.kind == "in the source":
        return f'{name} is in the app\'s source, although its model says when = "boot".'
    if advice.kind == "at build":
        return (
            f"The slug is too large, and {name} is a model in it; with this in pyproject.toml "
            "each process fetches it when it starts."
        )
    way = "with these lines in pyproject.toml each process fetches it when it starts."
    if advice.over:
        return f"The slug is too large, and {name} is a model file in it; {way}"
    return f"{name} is a model file in the slug; {way}"


def _model_line(advice: ModelAdvice) -> str:
    if advice.kind == "in the source":
        return f"git rm --cached {shlex.quote(advice.file.path)}"
    if advice.kind == "at build":
        return 'when = "boot"'
    return model_lines(advice.file.path, advice.file.sha256)
