"""What each stage of a run does, in words that follow "... "."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slugfit.report.layout import INDENT

if TYPE_CHECKING:
    from collections.abc import Mapping

IN_LOG = f"{' ' * INDENT}... "
"""How a line about progress begins in a log."""

STAGES: Mapping[str, str] = {
    "recover": "looking for what an interrupted run left",
    "plan": "looking for what the app does not need",
    "apply": "moving that aside",
    "verify": "trying that everything still works",
    "narrow": "finding out what has to stay",
    "measure": "measuring the slug",
    "pack": "packing large packages",
}


def stage_sentence(stage: str, seconds: float) -> str:
    """``measuring the slug, 8 s``."""
    return f"{STAGES.get(stage, stage)}, {seconds:.0f} s"
