"""SCRIPT_COMMANDS: those for the scripts of the buildpack; no help lists them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slugfit.commands import build_facts, scripts

if TYPE_CHECKING:
    from slugfit.commands.command import Command

SCRIPT_COMMANDS: tuple[Command[Any], ...] = (
    *(scripts.CONFIG, scripts.ENVIRONMENT, scripts.PREPARE, scripts.SETTLE),
    *(scripts.CONCLUDE, build_facts.LABELS, build_facts.REPORT),
)
