"""What was measured of a set, kept as JSON so that the table can be made anew from parts."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpus.sets import WORK
from corpus.sizes import Size
from corpus.sweep import Findings
from corpus.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from corpus.sets import Set

HARNESS = 2
"""Raise it when what is measured changes: results of another number are not used."""

NONE = Size(0, 0)


@dataclass(frozen=True, slots=True)
class Treated:
    """A set after one treatment. ``by`` is the digest of the engine, "" for the rivals."""

    by: str
    seconds: float
    size: Size
    verdict: Verdict
    told: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Upstream:
    """Upstream's own tests of one slice that pass before and after, and which no longer do."""

    distribution: str
    what: str
    before: int
    after: int
    lost: tuple[str, ...]


@dataclass(slots=True)
class Result:
    """All of one set; filled in part by part."""

    name: str
    key: str
    platform: str
    distributions: int = 0
    size: Size = NONE
    before: Findings | None = None
    treated: dict[str, Treated] = field(default_factory=dict)
    upstream: list[Upstream] = field(default_factory=list)
    touched: tuple[str, ...] = ()

    @property
    def working(self) -> int:
        """Modules that could be imported before anything was done."""
        modules = self.before.modules if self.before else {}
        return sum(error is None for error in modules.values())


def key_of(chosen: Set) -> str:
    """What a result is of: the pins, this Python, the program, the harness."""
    program = hashlib.sha256(chosen.smoke.read_bytes()).hexdigest()[:8]
    return f"{chosen.digest}-{program}-{HARNESS}"


def engine_digest(engine: Path) -> str:
    """Of every source file of the engine."""
    found = hashlib.sha256()
    for folder, _, names in sorted(os.walk(engine)):
        for name in sorted(names):
            if name.endswith(".py"):
                found.update(Path(folder, name).read_bytes())
    return found.hexdigest()[:12]


def save(result: Result) -> None:
    """Keep it; a reader sees the old file or the new one."""
    place = _place(result.name)
    place.parent.mkdir(parents=True, exist_ok=True)
    new = place.with_suffix(f".{os.getpid()}.new")
    new.write_text(json.dumps(asdict(result), indent=1, sort_keys=True), "utf-8")
    os.replace(new, place)


@contextlib.contextmanager
def kept(chosen: Set, fresh: Result) -> Iterator[Result]:
    """The kept result, or ``fresh`` if there is none, to be changed and kept again.

    Two runs may measure other treatments of one set at a time: neither loses what the other found.
    """
    place = _place(chosen.name)
    place.parent.mkdir(parents=True, exist_ok=True)
    with open(place.with_suffix(".lock"), "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        result = load(chosen) or fresh
        yield result
        save(result)


def load(chosen: Set) -> Result | None:
    """The kept result of a set, or None if it is of other pins or another harness."""
    try:
        kept = json.loads(_place(chosen.name).read_text("utf-8"))
    except FileNotFoundError:
        return None
    if kept["key"] != key_of(chosen):
        return None
    return Result(
        **{name: kept[name] for name in ("name", "key", "platform", "distributions")},
        size=Size(**kept["size"]),
        before=_findings(kept["before"]),
        treated={name: _treated(each) for name, each in kept["treated"].items()},
        upstream=[Upstream(**{**each, "lost": tuple(each["lost"])}) for each in kept["upstream"]],
        touched=tuple(kept["touched"]),
    )


def _place(name: str) -> Path:
    return WORK / "results" / f"{name}.json"


def _findings(kept: Mapping[str, Any] | None) -> Findings | None:
    return Findings(**{**kept, "absent": tuple(kept["absent"])}) if kept else None


def _treated(kept: Mapping[str, Any]) -> Treated:
    verdict = kept["verdict"]
    for name in ("versions", "absent"):
        verdict[name] = tuple(verdict[name])
    return Treated(
        kept["by"], kept["seconds"], Size(**kept["size"]), Verdict(**verdict), kept["told"]
    )
