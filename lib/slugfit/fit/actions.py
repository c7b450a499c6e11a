"""ACTIONS: what brings a slug under its limit, from the least drastic to the most, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from slugfit.settings.config import Config

ActionName: TypeAlias = Literal[
    "standard", "bytecode by worth", "unused", "packing", "bytecode strip"
]


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that can be done."""

    name: ActionName
    does: str
    """What that is, and what it costs the app."""
    setting: str = ""
    """The setting that allows it, as a field of Config; "" for what is always done."""
    values: tuple[str, ...] = ()
    """The values of it with which the planner may choose it."""
    enough: str = ""
    """What to set for as much of it as the limit asks for."""
    whole: str = ""
    """What to set for all of it, whatever the limit is."""

    def line(self, config: Config, *, over: bool) -> str:
        """What to set so that more is taken; ``over`` says whether the slug is over its limit."""
        allowed = getattr(config, self.setting) in self.values
        return self.enough if over and not allowed else self.whole


ACTIONS = (
    Action("standard", "what is inert goes; it costs nothing"),
    Action(
        "bytecode by worth",
        "the start's bytecode that spares least work for its bytes goes; a start compiles a "
        "quarter of it at most",
        "bytecode",
        ("auto",),
    ),
    Action(
        "unused",
        "what the app never reaches goes; a search says so, and no proof",
        "level",
        ("auto",),
        "SLUGFIT_LEVEL=unused",
        "SLUGFIT_LEVEL=unused",
    ),
    Action(
        "packing",
        "large packages are stored as archives; each start of a process unpacks them",
        "pack",
        ("auto", "on"),
        "SLUGFIT_PACK=auto",
        "SLUGFIT_PACK=on",
    ),
    Action(
        "bytecode strip",
        "as much of the start's bytecode as it takes goes; each start compiles that again",
        "bytecode",
        ("auto",),
        "SLUGFIT_BYTECODE=auto",
        "SLUGFIT_BYTECODE=strip",
    ),
)
WORTH_WORK = 0.25
"""Which part of a start's compiling the first of them may cost."""


def allowed_actions(config: Config) -> tuple[ActionName, ...]:
    """Those that the settings let the planner choose, in their order."""
    return tuple(
        action.name
        for action in ACTIONS
        if action.setting and getattr(config, action.setting) in action.values
    )
