"""COMMANDS: those for people, in the order of the help."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slugfit.commands import build, diff, doctor, forecast, hooks, models, plan, review, slim

if TYPE_CHECKING:
    from slugfit.commands.command import Command

COMMANDS: tuple[Command[Any], ...] = (
    *(build.BUILD, plan.PLAN, slim.SLIM, plan.MEASURE, models.MODELS),
    *(slim.RESTORE, slim.RECOVER, plan.WHY),
    *(forecast.FORECAST, doctor.DOCTOR, diff.DIFF, review.REVIEW),
    *(hooks.INSTALL_HOOK, hooks.UPDATE_HOOK, hooks.REMOVE_HOOK, hooks.HOOK, hooks.SINGLE_FILE),
)
