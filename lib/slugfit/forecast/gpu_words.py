"""What of a slug only a GPU could use: how many bytes, and the lines that do without it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slugfit.base.words import megabytes
from slugfit.catalog.torch_wheels import LOCK_FILES, TORCH_INDEX

if TYPE_CHECKING:
    from slugfit.report.advice import GpuAdvice

_SHOWN = 4


def gpu_sentence(advice: GpuAdvice) -> str:
    """How much of the slug only a GPU could use."""
    names = ", ".join(advice.names[:_SHOWN])
    more = len(advice.names) - _SHOWN
    names += f" and {more} more" if more > 0 else ""
    sizes = f"{megabytes(advice.saves)} MB compressed, {megabytes(advice.unpacked)} MB unpacked"
    return f"CUDA, for a GPU that a dyno does not have: {sizes}, in {names}."


def gpu_lines(source: str) -> str:
    """What to write for torch's wheels without CUDA, for the list that was read."""
    for lock in LOCK_FILES:
        if lock.file == source:
            return f"{lock.lines.format(index=TORCH_INDEX)}\nThen: {lock.then}"
    return (
        f"--extra-index-url {TORCH_INDEX}\n"
        "torch==VERSION+cpu\n"
        "In a Dockerfile:\n"
        f"  RUN pip install --index-url {TORCH_INDEX} torch\n"
        "Or, with Slugfit as the buildpack: SLUGFIT_TORCH=cpu"
    )
