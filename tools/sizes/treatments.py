"""What is done to the slugs: other people's rules, and Slugfit's levels."""

from __future__ import annotations

from dataclasses import dataclass

from corpus.treatments import RIVALS, Rival


@dataclass(frozen=True, slots=True)
class Level:
    """Slugfit with settings. ``target`` is the ratio to plain that is wanted, or None."""

    name: str
    title: str
    settings: tuple[str, ...]
    target: float | None = None


_UNUSED = "SLUGFIT_LEVEL=unused"
_BOOT = "SLUGFIT_BYTECODE=boot"
_STRIP = "SLUGFIT_BYTECODE=strip"
_PACK = "SLUGFIT_PACK=on"
LEVELS = (
    Level("standard", "standard", (_BOOT,), 0.77),
    Level("strip", "strip", (_STRIP,), 0.68),
    Level("unused", "unused", (_UNUSED, _BOOT), 0.68),
    Level("unused_strip", "unused, strip", (_UNUSED, _STRIP), 0.62),
    Level("packed", "unused, packed", (_UNUSED, _BOOT, _PACK), 0.45),
    Level("packed_strip", "unused, strip, packed", (_UNUSED, _STRIP, _PACK), 0.45),
)
TREATMENTS: dict[str, Rival | Level] = {each.name: each for each in (*LEVELS, *RIVALS)}
"""All, in the order in which they are tried."""
PLAIN = "plain"
STARTED = (PLAIN, "standard", "packed")
"""The slugs that are started, with bytecode for the start where there is any."""
