"""docs/unused.md: a row an app, and a row a set of packages."""

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

    from corpus.sets import Set
    from unused.samples import Sample

TABLE = ROOT / "docs" / "unused.md"
APPS = WORK / "results" / "apps.json"
PACKAGES = WORK / "results" / "level.json"
"""Where the outcomes of apps and those of sets are kept."""
SETS = "## Sets of packages at this level"
"""The heading of the part that `make corpus CORPUS="--level unused"` makes."""
_SEARCHED = frozenset(("unused", "service-data", "translations"))
"""The rules of this level: SEARCHED in catalog/rules.py."""
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


def save(
    kept: Path, engine: Path, settings: Sequence[str], outcome: Outcome
) -> Mapping[str, Outcome]:
    """Keep it beside what is kept of this engine and settings, and answer with all of that.

    Two runs may try other apps at a time: neither loses what the other found.
    """
    by = " ".join((results.engine_digest(engine), *settings))
    kept.parent.mkdir(parents=True, exist_ok=True)
    with open(kept.with_suffix(".lock"), "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        found = {**_kept(kept, by), outcome.name: outcome}
        new = kept.with_suffix(".new")
        rows = {name: asdict(each) for name, each in found.items()}
        new.write_text(json.dumps({"by": by, "outcomes": rows}, indent=1), "utf-8")
        os.replace(new, kept)
    return found


def _kept(place: Path, by: str) -> Mapping[str, Outcome]:
    try:
        kept = json.loads(place.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    if kept["by"] != by:
        return {}
    return {name: _outcome(each) for name, each in kept["outcomes"].items()}


def _outcome(kept: Mapping[str, Any]) -> Outcome:
    lists = {name: tuple(kept[name]) for name in ("gone", "differences")}
    return Outcome(**{**kept, **lists, "slimmed": Slimmed(**kept["slimmed"])})


def write(section: str, page: Path = TABLE) -> None:
    """Put the apps' part or the sets' part into the page; the other one stays."""
    mark = f"\n{SETS}\n"
    text = page.read_text("utf-8") if page.is_file() else ""
    apps, _, sets = text.partition(mark)
    if section.startswith(mark):
        page.write_text(apps + section, "utf-8")
    else:
        page.write_text(section + (mark + sets if sets else ""), "utf-8")


def render(
    samples: Sequence[Sample], outcomes: Mapping[str, Outcome], settings: Sequence[str]
) -> str:
    """The apps' part of the page."""
    shown = [(each, outcomes[each.name]) for each in samples if each.name in outcomes]
    lost = sum(bool(outcome.differences) for _, outcome in shown)
    proved = sum(outcome.fault is None for _, outcome in shown)
    told = _told(settings)
    head = f"""# Apps with dynamic parts, before and after

Small apps after public ones, each in a slug with its requirements, some of which are left over, as
in many real apps. A program uses each app from outside (its web process, its commands, its jobs):
once in the slug as it was built, once after `slugfit slim` with {told}. What it
prints has to be the same, line by line. `make apps` makes this table anew, and with
`APPS="--config SLUGFIT_VERIFY=off"` so that nothing could come back; the apps are in
[tools/corpus/apps](../tools/corpus/apps).

{environments.platform_tag()}. {len(shown)} apps, {proved} of them proved something,
{lost} lost something. MB are 1,000,000 bytes: compressed before -> after.

| app | what it is | what it reaches without an import | MB | distributions that went | differs |
| --- | --- | --- | --- | --- | --- |
"""
    return head + "".join(f"{_row(sample, outcome)}\n" for sample, outcome in shown)


def _told(settings: Sequence[str]) -> str:
    return " and ".join(f"`{setting}`" for setting in settings)


def render_sets(
    sets: Sequence[Set], outcomes: Mapping[str, Outcome], settings: Sequence[str]
) -> str:
    """The sets' part of the page."""
    shown = [(each, outcomes[each.name]) for each in sets if each.name in outcomes]
    lost = sum(bool(outcome.differences) for _, outcome in shown)
    proved = sum(outcome.fault is None for _, outcome in shown)
    head = f"""
{SETS}

The sets of [the corpus](corpus.md), each in a slug whose app is the set's program, with the set's
own packages as its requirements; nothing in it is left over on purpose. The program is run as the
set was installed, and after `slugfit slim` with {_told(settings)}. It has to
say the same, to load each module that it loaded before (but tests), and to find the version of each
distribution. Modules that it never reaches are meant to go: whether those that stay can be imported
is what [the corpus](corpus.md) shows at the standard level.
`make corpus CORPUS="--level unused"` makes this table anew, a part of it with names of sets.

{environments.platform_tag()}. {len(shown)} sets, {proved} of them proved something, {lost} lost
something. *The level alone* is what goes beyond the rules of the standard level.

| set | what it is | MB | the level alone, MB | distributions that went | differs |
| --- | --- | --- | --- | --- | --- |
"""
    return head + "".join(f"{_set_row(each, outcome)}\n" for each, outcome in shown)


def _set_row(chosen: Set, outcome: Outcome) -> str:
    saved = sum(
        rule["saved"]["compressed"]
        for rule in outcome.slimmed.told.get("rules", ())
        if rule["name"] in _SEARCHED
    )
    return _cells((chosen.name, chosen.title), outcome, mega(saved))


def _row(sample: Sample, outcome: Outcome) -> str:
    return _cells((sample.name, sample.title, sample.dynamic), outcome)


def _cells(first: Sequence[str], outcome: Outcome, *more: str) -> str:
    before, after = (
        mega(outcome.slimmed.bytes(when, "compressed")) for when in ("before", "after")
    )
    verdict = "not proved" if outcome.fault else str(len(outcome.differences))
    cells = (*first, f"{before} -> {after}", *more, _gone(outcome.gone), verdict)
    return f"| {' | '.join(cells)} |"


def _gone(names: Sequence[str]) -> str:
    if not names:
        return "none"
    more = len(names) - NAMED
    named = ", ".join(name.partition(" ")[0] for name in names[:NAMED])
    return f"{len(names)}: {named}" + (f" and {more} more" if more > 0 else "")
