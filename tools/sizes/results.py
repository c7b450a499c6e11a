"""What was measured of an app, kept as JSON: a run that ends early loses nothing."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from corpus.sizes import Size

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SHARES = 20
"""So many of the largest distributions are kept of each slug."""


@dataclass(slots=True)
class Outcome:
    """A slug after one treatment.

    ``fault`` is why its program proves nothing; ``differences`` are lines that it no longer says as
    before; ``nameless`` counts distributions whose version is no longer known. ``by`` is the digest
    of the engine, "" for the rivals; its own ``seconds``, peak ``memory`` and what it put back or
    undid are from it, as are ``shares``, compressed bytes by distribution.
    """

    fault: str | None = None
    differences: tuple[str, ...] = ()
    nameless: int = 0
    by: str = ""
    size: Size = field(default_factory=lambda: Size(0, 0))
    seconds: float = 0.0
    memory: int = 0
    put_back: int = 0
    undone: bool = False
    shares: tuple[tuple[str, int], ...] = ()
    is_tried: bool = True
    """Whether it was done at all, or is a plan."""

    @property
    def is_broken(self) -> bool:
        """Whether the app's program does not do what it did."""
        return bool(self.differences)

    def take(self, told: Mapping[str, Any], memory: int) -> None:
        """Note what the engine reports."""
        self.memory = memory
        if told:
            self.put_back = len(told["verification"]["put_back"])
            self.undone = bool(told["undone"])
            sized = [
                (share["name"], share["after"]["compressed"]) for share in told["distributions"]
            ]
            self.shares = tuple(sorted(sized, key=lambda each: -each[1])[:SHARES])


@dataclass(slots=True)
class Result:
    """All of one app; ``starts`` are medians in seconds."""

    plain: Size | None = None
    treated: dict[str, Outcome] = field(default_factory=dict)
    starts: Mapping[str, float] = field(default_factory=dict)
    started: str = ""
    """The digest of the engine that made what was started."""

    def ratio(self, name: str) -> float | None:
        """The compressed slug after a treatment, of the plain one's; None if it was not tried."""
        if self.plain is None or name not in self.treated:
            return None
        return self.treated[name].size.compressed / self.plain.compressed


def load(file: Path) -> Result:
    """What is kept there, or nothing yet."""
    if not file.is_file():
        return Result()
    kept = json.loads(file.read_text("utf-8"))
    treated = {name: _outcome(each) for name, each in kept["treated"].items()}
    plain = kept["plain"] and Size(**kept["plain"])
    kept.pop("seconds", None)
    return Result(**{**kept, "plain": plain, "treated": treated})


def _outcome(kept: Mapping[str, Any]) -> Outcome:
    shares = tuple((name, size) for name, size in kept["shares"])
    differences = tuple(kept["differences"])
    size = Size(**kept["size"])
    return Outcome(**{**kept, "shares": shares, "differences": differences, "size": size})


def save(file: Path, result: Result) -> None:
    """Keep it: all or nothing of it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_suffix(".new")
    new.write_text(json.dumps(asdict(result), indent=1), "utf-8")
    os.replace(new, file)
