"""docs/unused.md: a row an app."""

from __future__ import annotations

import fcntl
import json
import os
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from corpus import environments, results
from corpus.sets import ROOT, WORK
from unused.slugs import Slimmed
from unused.verdict import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from unused.samples import Sample

TABLE = ROOT / "docs" / "unused.md"
KEPT = WORK / "results" / "apps.json"
NAMED = 3
"""So many of the distributions that went are named; the others are counted."""


def mega(size: int) -> str:
    """Megabytes with a digit behind the point."""
    return f"{size / 1e6:.1f}"


def line(outcome: Outcome) -> str:
    """What is printed of an app: sizes, what went, what is lost."""
    slimmed = outcome.slimmed
    sizes = ", ".join(
        f"{mega(slimmed.bytes('before', how))} -> {mega(slimmed.bytes('after', how))} MB {how}"
        for how in ("compressed", "uncompressed")
    )
    told = [f"{outcome.name}: {sizes}; {len(outcome.gone)} distributions went"]
    told[0] += f"; {len(outcome.differences)} differences; {outcome.seconds:.0f} s"
    if slimmed.put_back:
        told[0] += f"; {slimmed.put_back} put back"
    if outcome.gone:
        told.append("  went: " + ", ".join(outcome.gone))
    if outcome.fault:
        told.append(f"  NOTHING PROVED: {outcome.fault}")
    told += [f"  DIFFERS: {each[:300]}" for each in outcome.differences[:12]]
    return "\n".join(told) + "\n"


def save(engine: Path, level: str, outcome: Outcome) -> Mapping[str, Outcome]:
    """Keep it beside what is kept of this engine and level, and answer with all of that.

    Two runs may try other apps at a time: neither loses what the other found.
    """
    by = f"{results.engine_digest(engine)}-{level}"
    KEPT.parent.mkdir(parents=True, exist_ok=True)
    with open(KEPT.with_suffix(".lock"), "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        found = {**_kept(by), outcome.name: outcome}
        new = KEPT.with_suffix(".new")
        rows = {name: asdict(each) for name, each in found.items()}
        new.write_text(json.dumps({"by": by, "outcomes": rows}, indent=1), "utf-8")
        os.replace(new, KEPT)
    return found


def _kept(by: str) -> Mapping[str, Outcome]:
    try:
        kept = json.loads(KEPT.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    if kept["by"] != by:
        return {}
    return {name: _outcome(each) for name, each in kept["outcomes"].items()}


def _outcome(kept: Mapping[str, Any]) -> Outcome:
    lists = {name: tuple(kept[name]) for name in ("gone", "differences")}
    return Outcome(**{**kept, **lists, "slimmed": Slimmed(**kept["slimmed"])})


def render(samples: Sequence[Sample], outcomes: Mapping[str, Outcome], level: str) -> str:
    """The page."""
    shown = [(each, outcomes[each.name]) for each in samples if each.name in outcomes]
    lost = sum(bool(outcome.differences) for _, outcome in shown)
    proved = sum(outcome.fault is None for _, outcome in shown)
    head = f"""# Apps with dynamic parts, before and after

Small apps after public ones, each in a slug with its requirements, some of which are left over, as
in many real apps. A program uses each app from outside (its web process, its commands, its jobs):
once in the slug as it was built, once after `slugfit slim` with `SLUGFIT_LEVEL={level}`. What it
prints has to be the same, line by line. `make apps` makes this table anew; the apps are in
[tools/corpus/apps](../tools/corpus/apps).

{environments.platform_tag()}. {len(shown)} apps, {proved} of them proved something,
{lost} lost something. MB are 1,000,000 bytes: compressed before -> after.

| app | what it is | what it reaches without an import | MB | distributions that went | differs |
| --- | --- | --- | --- | --- | --- |
"""
    return head + "".join(f"{_row(sample, outcome)}\n" for sample, outcome in shown)


def _row(sample: Sample, outcome: Outcome) -> str:
    before, after = (
        mega(outcome.slimmed.bytes(when, "compressed")) for when in ("before", "after")
    )
    verdict = "not proved" if outcome.fault else str(len(outcome.differences))
    cells = (sample.name, sample.title, sample.dynamic, f"{before} -> {after}")
    return f"| {' | '.join((*cells, _gone(outcome.gone), verdict))} |"


def _gone(names: Sequence[str]) -> str:
    if not names:
        return "none"
    more = len(names) - NAMED
    named = ", ".join(name.partition(" ")[0] for name in names[:NAMED])
    return f"{len(names)}: {named}" + (f" and {more} more" if more > 0 else "")
