"""Next steps that save more than any rule, as data; advice_words.py says them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from slugfit.catalog.languages import SOURCE_LANGUAGE, WORDS_TOO
from slugfit.catalog.swaps import GPU_NAMES, GPU_PREFIXES, SWAPS, USELESS_VARIABLES
from slugfit.measure.sizes import ZERO

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from slugfit.catalog.limits import Measure
    from slugfit.catalog.swaps import Swap
    from slugfit.measure.sizes import Bytes
    from slugfit.models.wanted import WantedModel
    from slugfit.report.model_files import ModelFile
    from slugfit.report.unused import UnusedTotal, What


_LEAST_OF_LOCALES = 500_000
"""Compressed bytes of translations that are worth a setting."""


class Saving:
    """Advice that makes the slug smaller."""

    __slots__ = ()
    saves: int
    unpacked: int

    def saves_of(self, measure: Measure) -> int:
        """About how many bytes, of the size that ``measure`` names."""
        return self.saves if measure == "compressed" else self.unpacked


@dataclass(frozen=True, slots=True)
class SwapAdvice(Saving):
    """A smaller distribution in place of an installed one."""

    swap: Swap
    version: str
    """The installed version."""
    saves: int
    """About how many compressed bytes."""
    unpacked: int = 0
    """About how many bytes unpacked."""
    required_by: tuple[str, ...] = ()
    """The other installed distributions that require the larger one by its name."""


@dataclass(frozen=True, slots=True)
class GpuAdvice(Saving):
    """Distributions that only serve a GPU."""

    names: tuple[str, ...]
    saves: int
    """About how many compressed bytes."""
    unpacked: int = 0
    """About how many bytes unpacked."""


@dataclass(frozen=True, slots=True)
class VariableAdvice(Saving):
    """A config var that does nothing."""

    name: str
    instead: str
    """Why it does nothing, and what does."""
    saves: int = 0
    unpacked: int = 0


@dataclass(frozen=True, slots=True)
class ModelAdvice(Saving):
    """A model file in the slug that a process could fetch when it starts."""

    kind: Literal["unknown", "in the source", "at build"]
    """Not in pyproject.toml; there with when = "boot", and in the source too; fetched at build."""
    file: ModelFile
    over: bool
    """Whether the slug is over its limit."""
    saves: int
    """About how many compressed bytes."""
    unpacked: int = 0
    """About how many bytes unpacked."""


@dataclass(frozen=True, slots=True)
class UnusedAdvice(Saving):
    """Distributions, and certain files of distributions, that the app never reaches."""

    parts: tuple[tuple[What, str], ...]
    """What of which distribution."""
    saves: int
    """About how many compressed bytes."""
    unpacked: int = 0
    """About how many bytes unpacked."""


@dataclass(frozen=True, slots=True)
class LocaleAdvice(Saving):
    """Translations of distributions into languages that the app does not name."""

    names: tuple[str, ...]
    """The distributions, the largest part first."""
    locales: tuple[str, ...]
    """The languages that it names, and English."""
    saves: int
    """About how many compressed bytes."""
    unpacked: int = 0
    """About how many bytes unpacked."""


def enough_advice(advice: Iterable[Advice], left: int, measure: Measure) -> tuple[Advice, ...]:
    """What saves ``left`` bytes together, the most valuable first; all of it if that does not.

    What a setting of Slugfit's does is not among it, nor a swap after which both are installed.
    """
    own = (item for item in advice if not isinstance(item, (UnusedAdvice, LocaleAdvice)))
    own = (item for item in own if not (isinstance(item, SwapAdvice) and brings_both(item)))
    found: list[Advice] = []
    for item in sorted(own, key=lambda item: -item.saves_of(measure)):
        if left > 0 and item.saves_of(measure):
            found.append(item)
            left -= item.saves_of(measure)
    return tuple(found)


def brings_both(advice: SwapAdvice) -> bool:
    """Whether the larger one is installed all the same, because others ask for it by its name."""
    return bool(advice.swap.drop_in and advice.required_by)


Advice: TypeAlias = (
    "SwapAdvice | GpuAdvice | VariableAdvice | ModelAdvice | UnusedAdvice | LocaleAdvice"
)


def advise_swaps(
    versions: Mapping[str, str],
    kept: Mapping[str, Bytes],
    variables: Collection[str],
    required_by: Mapping[str, tuple[str, ...]],
) -> Iterator[Advice]:
    """Advice for the installed distributions, the most valuable first; variables last.

    ``required_by`` are those that require one of them, by its name.
    """
    swaps = _swaps(versions, kept, required_by)
    sized: list[SwapAdvice | GpuAdvice] = [*swaps, *_gpu(versions, kept)]
    yield from sorted(sized, key=lambda advice: -advice.saves)
    for name, (reader, instead) in USELESS_VARIABLES.items():
        if name in variables and any(installed.startswith(reader) for installed in versions):
            yield VariableAdvice(name, instead)


def _swaps(
    versions: Mapping[str, str],
    kept: Mapping[str, Bytes],
    required_by: Mapping[str, tuple[str, ...]],
) -> Iterator[SwapAdvice]:
    for swap in SWAPS:
        size = kept.get(swap.distribution)
        version = versions.get(swap.distribution, "")
        if size is not None and swap.instead not in versions and swap.holds_for(version):
            parts = (size.compressed, size.uncompressed)
            saves, unpacked = (int(part * (1 - swap.keeps)) for part in parts)
            others = required_by.get(swap.distribution, ())
            yield SwapAdvice(swap, versions[swap.distribution], saves, unpacked, others)


def _gpu(versions: Mapping[str, str], kept: Mapping[str, Bytes]) -> Iterator[GpuAdvice]:
    names = sorted(
        name
        for name in versions
        if (name in GPU_NAMES or name.startswith(GPU_PREFIXES)) and name in kept
    )
    if names:
        size = sum((kept[name] for name in names), ZERO)
        yield GpuAdvice(tuple(names), size.compressed, size.uncompressed)


def advise_unused(totals: Iterable[UnusedTotal]) -> Iterator[UnusedAdvice]:
    """Advice to take what the app never reaches, if it stays."""
    stays = [total for total in totals if not total.goes]
    if stays:
        yield UnusedAdvice(
            tuple((total.what, total.name) for total in stays),
            sum(total.size.compressed for total in stays),
            sum(total.size.uncompressed for total in stays),
        )


def advise_locales(parts: Mapping[str, Bytes], named: Iterable[str]) -> Iterator[LocaleAdvice]:
    """Advice to say which languages are needed, if that saves something.

    ``parts`` are about the sizes of translations into others, by distribution; ``named`` are the
    languages that the app names.
    """
    total = sum(parts.values(), ZERO)
    if total.compressed >= _LEAST_OF_LOCALES:
        names = sorted(parts, key=lambda name: (-parts[name].compressed, name))
        locales = dict.fromkeys((SOURCE_LANGUAGE, *sorted(set(named) - WORDS_TOO)))
        yield LocaleAdvice(tuple(names), tuple(locales), total.compressed, total.uncompressed)


def advise_models(
    files: Iterable[ModelFile], wanted: Iterable[WantedModel], app: Bytes, *, over: bool
) -> Iterator[ModelAdvice]:
    """Advice for model files in the slug; ``over`` says whether it is over its limit.

    ``wanted`` are the models of pyproject.toml, ``app`` is the size of the app's own files.
    """
    known = {model.path: model for model in wanted}
    for file in files:
        saves = file.size * app.compressed // max(app.uncompressed, 1)
        model = known.get(file.path)
        if model is None:
            yield ModelAdvice("unknown", file, over, saves, file.size)
        elif model.when == "boot":
            yield ModelAdvice("in the source", file, over, saves, file.size)
        elif over:
            yield ModelAdvice("at build", file, over, saves, file.size)
