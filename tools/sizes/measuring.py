"""One app by all treatments; each outcome is kept as soon as it is known."""

from __future__ import annotations

import shutil
import sys
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from corpus.results import engine_digest
from sizes import results, running, slugs
from sizes.treatments import PLAIN, STARTED, TREATMENTS, Level

if TYPE_CHECKING:
    from pathlib import Path

    from corpus.children import Ended
    from sizes.results import Outcome, Result
    from sizes.slugs import App


@dataclass(frozen=True, slots=True)
class Asked:
    """The engine, the treatments by name, how many starts of each.

    ``again`` forgets what is known, ``planned`` asks levels for their plans alone, ``exact`` weighs
    treated slugs by all their bytes.
    """

    engine: Path
    treatments: tuple[str, ...] = tuple(TREATMENTS)
    runs: int = 3
    again: bool = False
    planned: bool = False
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Work:
    """An app that is being measured. ``before`` is what its program says in the plain slug."""

    app: App
    asked: Asked
    slug: Path
    before: tuple[Ended, frozenset[str]]

    def say(self, what: str) -> None:
        """Tell on stderr what comes next."""
        sys.stderr.write(f"{time.strftime('%H:%M:%S')} {self.app.name}: {what}\n")


def measure(app: App, asked: Asked, work: Path) -> Result:
    """Measure an app; what is known of the same slug and the same engine is not done again."""
    slug = slugs.build(app, work)
    kept = slugs.kept(app, work)
    result = results.Result() if asked.again else results.load(kept)
    if result.plain is None:
        result.plain = (
            running.weigh(slug) if asked.exact else running.sampled({}, slug, asked.engine)
        )
        results.save(kept, result)
    by = engine_digest(asked.engine)
    wanted = [name for name in asked.treatments if not _is_known(result, name, by, asked)]
    missing = {*STARTED} - {PLAIN} if asked.runs and result.started != by else set()
    if asked.planned:
        for name in wanted:
            _plan(result, asked, slug, name, by)
            results.save(kept, result)
    if asked.planned or not (wanted or missing):
        return result
    doing = Work(app, asked, slug, running.use(app, slug))
    trees = {PLAIN: slug}
    for name in dict.fromkeys([*wanted, *sorted(missing)]):
        trees[name] = slugs.copy_place(slug, name)
        # A run that ended early leaves what it wanted to start.
        if name in wanted or not trees[name].is_dir():
            doing.say(name)
            result.treated[name] = _treat(doing, name, by)
            results.save(kept, result)
        if name not in missing:
            shutil.rmtree(trees[name], ignore_errors=True)
    if missing:
        doing.say("starts")
        result.starts = running.starts({name: trees[name] for name in STARTED}, asked.runs)
        result.started = by
        results.save(kept, result)
    for name in missing:
        shutil.rmtree(trees[name])
    return result


def _is_known(result: Result, name: str, by: str, asked: Asked) -> bool:
    outcome = result.treated.get(name)
    return bool(outcome and outcome.by in {by, ""} and (outcome.is_tried or asked.planned))


def _plan(result: Result, asked: Asked, slug: Path, name: str, by: str) -> None:
    """Ask a level for its plan; other people's rules have none."""
    level = TREATMENTS[name]
    if isinstance(level, Level):
        result.treated[name] = replace(running.planned(asked.engine, level, slug), by=by)


def _treat(work: Work, name: str, by: str) -> Outcome:
    """Treat a copy, and see what still works in it and what it weighs."""
    treatment = TREATMENTS[name]
    is_ours = isinstance(treatment, Level)
    copy = slugs.copy(work.slug, name)
    began = time.monotonic()
    told, memory = running.treat(work.asked.engine, treatment, copy)
    seconds = time.monotonic() - began
    outcome = running.judge(work.before, running.use(work.app, copy))
    size = (
        running.weigh(copy) if work.asked.exact else running.sampled(told, copy, work.asked.engine)
    )
    outcome.take(told, memory)
    return replace(outcome, by=by if is_ours else "", size=size, seconds=seconds)
