"""Finding: one thing to mend before a deployment, as data; words.py says it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from slugfit.doctor.sizes import Size


Severity = Literal["error", "warning", "advice"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "advice")
"""From the gravest: the build or the start fails; it costs much; it could be better."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of one file."""

    file: str
    """From the app's root; one that is not there is made."""
    line: int
    """The first line that is replaced, from 1; 0 adds at the end."""
    count: int
    """How many lines are replaced."""
    lines: tuple[str, ...] | None
    """What stands there then, without line ends; None where the file goes."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found."""

    rule: str
    """The name of the rule, which never changes."""
    file: str
    """The file, from the app's root."""
    line: int = 0
    """The line, from 1; 0 if it is about all of the file."""
    about: str = ""
    """What it is about: a distribution, a variable, an option."""
    why: tuple[str, ...] = ()
    """The evidence, as the rule's sentences need it."""
    size: Size | None = None
    """The bytes that it costs; None where they are not known."""
    edits: tuple[Edit, ...] = ()
    """The change, where it is known exactly."""
    write: tuple[str, ...] = ()
    """Lines or commands in its place, where a person has to choose or to lock again."""
    mechanical: bool = True
    """Whether ``edits`` mean the same app, so that --fix may make them."""
