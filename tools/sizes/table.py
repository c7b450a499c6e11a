"""The section of docs/bench.md: a row an app, what broke, starts and memory. Pure but for write."""

from __future__ import annotations

import re
import statistics
import textwrap
from typing import TYPE_CHECKING

from sizes.treatments import LEVELS, PLAIN, STARTED, TREATMENTS, Level

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from sizes.results import Outcome, Result
    from sizes.slugs import App

HEADING = "## Six apps, side by side"
SHOWN = 8
"""So many distributions are named of what is left."""
_TITLES = {each.name: each.title for each in TREATMENTS.values()}
_SMALLEST = "unused_strip"
"""The level whose distributions are listed: what is there to work on."""
_WIDTH = 118
_INTRO = """
`make sizes`: the slug of each app, whole with its Python, under Slugfit's levels and under other
people's rules, as ratios to the plain slug (gzip -6 of a tar; MB are 1,000,000 bytes; the treated
ones are weighed by a sample, within half a percent). Each app's program uses it from outside, its
web process and its commands, before and after: **broken** is where it no longer says the same, *n
nameless* where the versions of n distributions can no longer be looked up, *planned* where a level
was only asked for its plan. The apps are in
[tools/sizes/apps](../tools/sizes/apps) and [fixtures](../fixtures); the others' rules are written
anew from what their documentation says
([tools/corpus/treatments.py](../tools/corpus/treatments.py)).
"""
_STARTS = """
From the start to the first answer: medians of starts that were made in turn, each of a new copy (a
packed one unpacks first). The memory is the most that the engine's own process took at any level.
"""


def write(page: Path, found: Mapping[App, Result]) -> None:
    """Put the section into its page, in place of the last one."""
    text = page.read_text("utf-8")
    section = render(found)
    old = re.compile(rf"^{HEADING}$.*?(?=^## |\Z)", re.DOTALL | re.MULTILINE)
    if old.search(text):
        text = old.sub(lambda _: section + "\n", text)
    else:
        text = text.rstrip("\n") + "\n\n" + section
    page.write_text(text.rstrip("\n") + "\n", "utf-8")


def render(found: Mapping[App, Result]) -> str:
    """The section."""
    known = {app: result for app, result in found.items() if result.plain}
    parts = [HEADING, _filled(_INTRO), _sizes(known), _losses(known), _starts(known), _left(known)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _sizes(found: Mapping[App, Result]) -> str:
    rows = [_row(app, result) for app, result in found.items()]
    means = ["geometric mean", ""]
    wanted = ["wanted: at most", ""]
    for name, treatment in TREATMENTS.items():
        mean = _mean([result.ratio(name) for result in found.values()])
        means.append("" if mean is None else f"**{mean:.3f}**")
        target = treatment.target if isinstance(treatment, Level) else None
        wanted.append(f"{target:.2f}" if target else "")
    return _table(["app", "plain MB", *_TITLES.values()], [*rows, means, wanted])


def _row(app: App, result: Result) -> list[str]:
    cells = [app.title, f"{result.plain.compressed / 1e6:.1f}" if result.plain else ""]
    return cells + [_cell(result, name) for name in TREATMENTS]


def _cell(result: Result, name: str) -> str:
    ratio = result.ratio(name)
    if ratio is None:
        return ""
    outcome = result.treated[name]
    marks = ["**broken**"] * outcome.is_broken + ["undone"] * outcome.undone
    marks += ["planned"] * (not outcome.is_tried)
    marks += [f"{outcome.nameless} nameless"] * bool(outcome.nameless)
    return " ".join([f"{ratio:.3f}", *marks])


def _mean(ratios: Sequence[float | None]) -> float | None:
    """The geometric mean of all, or None if one is missing."""
    known = [ratio for ratio in ratios if ratio is not None]
    return statistics.geometric_mean(known) if known and len(known) == len(ratios) else None


def _losses(found: Mapping[App, Result]) -> str:
    lines = [
        f"- {_TITLES[name]}, {app.name}: {_loss(result.treated[name])}"
        for app, result in found.items()
        for name in TREATMENTS
        if name in result.treated and result.treated[name].is_broken
    ]
    if not lines:
        return ""
    return "What no longer works:\n\n" + "\n".join(lines)


def _loss(outcome: Outcome) -> str:
    """How its program ended, or else the first line that differs."""
    told = next((line for line in outcome.differences if line.startswith("+ ended: ")), "")
    line = told.removeprefix("+ ended: ") or outcome.differences[0]
    return f"`{line.replace('`', '')[:160]}`"


def _starts(found: Mapping[App, Result]) -> str:
    """Starts, and what the engine takes, of all apps that have them."""
    head = ["app", "start, plain", *(_TITLES[name] for name in STARTED[1:]), "engine's memory"]
    rows = []
    for app, result in found.items():
        usual = result.starts.get(PLAIN)
        cells = [f"{usual:.2f} s" if usual else ""]
        for name in STARTED[1:]:
            took = result.starts.get(name)
            cells.append(f"{took / usual:.2f} ({took - usual:+.2f} s)" if took and usual else "")
        peaks = [each.memory for name in LEVELS if (each := result.treated.get(name.name))]
        cells.append(f"{max(peaks) / 1e6:.0f} MB" if peaks else "")
        rows.append([app.title, *cells])
    return f"{_filled(_STARTS)}\n\n{_table(head, rows)}"


def _filled(text: str) -> str:
    return textwrap.fill(
        " ".join(text.split()), _WIDTH, break_long_words=False, break_on_hyphens=False
    )


def _left(found: Mapping[App, Result]) -> str:
    """Where the bytes are that the smallest slug still has."""
    rows = []
    for app, result in found.items():
        outcome = result.treated.get(_SMALLEST)
        if outcome:
            named = [f"{name} {size / 1e6:.1f}" for name, size in outcome.shares[:SHOWN]]
            rows.append([app.title, f"{outcome.size.compressed / 1e6:.1f}", ", ".join(named)])
    if not rows:
        return ""
    head = ["app", "MB", "the largest in it, compressed MB"]
    return f"What is left at *{_TITLES[_SMALLEST]}*:\n\n{_table(head, rows)}"
