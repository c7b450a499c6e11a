"""One set, from its pins to its result."""

from __future__ import annotations

import functools
import json
import shutil
import sys
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from corpus import environments, results, sizes, sweep, treatments, upstream, verdict
from corpus.results import Result, Treated

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from corpus.environments import Environment
    from corpus.sets import Set
    from corpus.sweep import Findings
    from corpus.treatments import Applied
    from corpus.verdict import Verdict

SLUGFIT = "slugfit"
DOUBTFUL = 200
"""From so many broken modules on, no accident has to be ruled out."""
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Options:
    """What is asked for: the engine, the treatments by name, and whether to use kept results."""

    engine: Path
    treatments: tuple[str, ...]
    again: bool = False
    upstream: bool = True
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Work:
    """A set that is being measured. ``prices`` are what its files cost compressed, by inode."""

    chosen: Set
    options: Options
    environment: Environment
    prices: Mapping[int, int]
    result: Result


def measure(chosen: Set, options: Options) -> Result:
    """Measure a set; each part is kept as soon as it is known."""
    environment = _timed(f"{chosen.name}: installing", lambda: environments.build(chosen))
    result = None if options.again else results.load(chosen)
    if result is None:
        result = Result(chosen.name, results.key_of(chosen), environments.platform_tag())
    prices = _timed(f"{chosen.name}: weighing", lambda: _prices(environment))
    if result.before is None:
        result.before = _timed(f"{chosen.name}: before", lambda: _before(environment, chosen))
        result.distributions = len(result.before.versions)
        result.size = sizes.weigh(environment.root, prices)
        results.save(result)
    work = Work(chosen, options, environment, prices, result)
    for name in options.treatments:
        if name not in result.treated or name == SLUGFIT:
            treated = _timed(f"{chosen.name}: {name}", functools.partial(_treat, work, name))
            with results.kept(chosen, result) as latest:
                latest.treated[name] = treated
                if name == SLUGFIT:
                    # Those of another engine's tree prove nothing.
                    latest.upstream = result.upstream if options.upstream else []
    touched = environments.changes(environment)
    with results.kept(chosen, result) as latest:
        latest.touched = touched
    return latest


def _timed(what: str, work: Callable[[], Made]) -> Made:
    began = time.monotonic()
    sys.stderr.write(f"{what} ... ")
    sys.stderr.flush()
    made = work()
    sys.stderr.write(f"{time.monotonic() - began:.1f} s\n")
    return made


def _prices(environment: Environment) -> Mapping[int, int]:
    kept = environment.root.with_name(f"{environment.root.name}.prices")
    if not kept.is_file():
        kept.write_text(json.dumps(list(sizes.prices(environment.root).items())), "utf-8")
    return dict(json.loads(kept.read_text("utf-8")))


def _before(environment: Environment, chosen: Set) -> Findings:
    files = sweep.modules(environment.site)
    names = [name for name, path in files.items() if not verdict.is_excused(path)]
    found = sweep.run(environment, names, chosen.smoke, pace=sweep.TOGETHER)
    return sweep.with_smoke(found, environment, chosen.smoke)


def _treat(work: Work, name: str) -> Treated:
    """Make a copy, treat it, and see what still works in it."""
    copy = environments.copy(work.environment, name)
    by = results.engine_digest(work.options.engine) if name == SLUGFIT else ""
    try:
        applied = _apply(name, copy, work)
        verdict = _judge(work, copy, records=name == SLUGFIT)
        if name == SLUGFIT and work.options.upstream:
            work.result.upstream = upstream.compare(work.chosen.name, work.environment, copy)
        size = sizes.weigh(copy.root, work.prices)
        return Treated(by, applied.seconds, size, verdict, applied.told)
    finally:
        shutil.rmtree(copy.slug)


def _apply(name: str, copy: Environment, work: Work) -> Applied:
    if name == SLUGFIT:
        return treatments.slugfit(work.options.engine, copy, work.chosen.smoke)
    return treatments.apply({rival.name: rival for rival in treatments.RIVALS}[name], copy)


def _judge(work: Work, copy: Environment, *, records: bool) -> Verdict:
    """Sweep a treated copy; what seems broken is tried once more, alone, here and in the original.

    Slugfit's copy answers for the tests that it keeps, too, as something refers to them.
    """
    before, program = work.result.before, work.chosen.smoke
    assert before is not None
    files = sweep.modules(work.environment.site)
    left = {path for path, _ in environments.files(copy.site)}
    spared = verdict.excused(files, left)
    if records:
        kept = (name for name, path in files.items() if path in left and verdict.is_excused(path))
        before = replace(before, modules={**dict.fromkeys(kept), **before.modules})
    names = [name for name, error in before.modules.items() if error is None and name not in spared]
    pace = sweep.ALONE if work.options.alone else sweep.TOGETHER
    found = sweep.run(copy, names, program, pace=pace)
    found = sweep.with_smoke(found, copy, program)
    first = verdict.compare(before, found, spared, records=records)
    if not first.broken:
        return first
    suspects = tuple(first.modules) if len(first.modules) < DOUBTFUL else ()
    here = sweep.run(copy, suspects, program, metadata=bool(first.entry_points))
    there = sweep.run(work.environment, first.modules, program, metadata=False, pace=sweep.TOGETHER)
    before = replace(before, modules={**before.modules, **there.modules})
    found = replace(
        found,
        modules={**found.modules, **here.modules},
        entry_points={**found.entry_points, **here.entry_points},
    )
    if first.smoke or first.said:
        found = sweep.with_smoke(found, copy, program)
    return verdict.compare(before, found, spared, records=records)
