"""What a verification tries, where, and how it fails, as data."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from slugfit.base.errors import VerificationError
from slugfit.settings.config_vars import ConfigVars

if TYPE_CHECKING:
    from pathlib import Path

    from slugfit.scan.layout import Layout


StepKind = Literal["import", "load", "setup", "smoke", "start", "serve", "loaded", "compile"]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to try."""

    kind: StepKind
    """What is done: a module is imported, a library loaded, Django set up, a command run.

    The last four are no trials: start.py says what they find out.
    """
    name: str
    """A module (``module:name`` for a name out of it), the absolute path of a library, a settings
    module, or the command."""
    needed: bool = True
    """Whether it is the app's own; the other steps stand next to what was removed."""

    @property
    def top(self) -> str:
        """The first part of a module's name."""
        return self.name.partition(":")[0].partition(".")[0]


@dataclass(frozen=True, slots=True)
class Failure:
    """A step that failed."""

    step: Step
    """The step."""
    error: str
    """The first line of why."""
    missing: tuple[str, ...] | None = None
    """The modules that were not found if nothing but imports failed, else None."""
    tried: bool = True
    """Whether it was tried; without a Python or time it was not, and that proves nothing."""
    late: bool = False
    """Whether it was not ``tried`` because its time, or all of it, ran out."""


class BrokenError(VerificationError):
    """Something that worked before did not work after, or could not be tried; report/ says it."""

    def __init__(
        self, failure: Failure, kind: Literal["broken", "no time", "untried"] = "broken"
    ) -> None:
        super().__init__(f"{kind}: {failure.step.name}", failure.error)
        self.failure = failure
        self.kind = kind
        """``no time``: to find out through which removal. ``untried``: on the tree as it was."""


@dataclass(frozen=True, slots=True)
class StepContext:
    """Where and how the steps run."""

    root: Path
    """The root of the tree."""
    layout: Layout
    """Its layout, which names the interpreter."""
    stash: Path | None
    """Where moved bytecode lies, None if nothing was moved."""
    config_vars: ConfigVars = field(default_factory=ConfigVars)
    """The app's config vars, which only the smoke command gets to see."""
    app: Path | None = None
    """The app's own folder, None if the app is part of the tree."""

    @property
    def folder(self) -> str:
        """Where the app's code runs, absolute."""
        return os.path.abspath(self.app or self.root)
