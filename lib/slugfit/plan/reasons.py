"""Reason: why a file stays or goes, as data; words come from report/."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from slugfit.evidence.lack import Lack
    from slugfit.refer.reference import Reference
    from slugfit.scan.conditions import Unmet

ReasonKind = Literal[
    "rule",  # the rule's own reason: the file goes, or is shortened
    "model",  # pyproject.toml names it as a model
    "kept by setting",  # SLUGFIT_KEEP names it
    "kept by list",  # ``detail`` is the line of .slugfitignore that keeps it
    "read-only",  # its folder does not let names be changed
    "for installers",  # the next build's installer starts from this tree and needs it
    "vendored",  # it belongs to a package inside another one, whose RECORD nobody rewrites
    "condition",  # ``unmet`` says which condition of the rule does not hold
    "no evidence",  # ``lack`` says what is missing
    "reference",  # ``reference`` says what refers to it
    "source stays",  # bytecode of a source that a rule proposed and that stays
    "no source",  # bytecode without a source to make it from again
    "loaded at start",  # bytecode that each start of the app would make again
    "put back",  # without it ``step`` does not work
    "too little tried",  # too little of what stands beside it was tried without it
    "on trial",  # it is back while it is found out what is needed
]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why one file is kept, removed or shortened."""

    kind: ReasonKind
    detail: str = ""
    reference: Reference | None = None
    unmet: Unmet | None = None
    lack: Lack | None = None
    step: tuple[str, str] | None = None
    """Kind and name of the verification's step that fails without it."""


BY_RULE = Reason("rule")
SOURCE_STAYS = Reason("source stays")
NO_SOURCE = Reason("no source")
LOADED_AT_START = Reason("loaded at start")
TOO_LITTLE_TRIED = Reason("too little tried")
ON_TRIAL = Reason("on trial")
