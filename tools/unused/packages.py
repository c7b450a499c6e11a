"""The corpus' sets as apps: each set's program in a slug with its packages, before and after."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from corpus import children, environments, sets, sweep
from corpus.verdict import is_excused
from unused import slugs, table, verdict
from unused.slugs import Slimmed
from unused.verdict import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from corpus.environments import Environment
    from corpus.sets import Set

MINUTES = 15
"""For one run of a program."""


@dataclass(frozen=True, slots=True)
class Used:
    """Why a program failed, or None, what its steps said, and what was loaded and known then."""

    fault: str | None
    said: Mapping[str, str]
    modules: Mapping[str, str]
    versions: frozenset[str]


def measure(chosen: Set, engine: Path, settings: Sequence[str]) -> Outcome:
    """Run a set's program, slim a slug with these settings, and run the program again."""
    environment = environments.build(chosen)
    began = time.monotonic()
    slug = lay(environment, chosen)
    try:
        had = verdict.importable_files(slug.site)
        before = use(environment, chosen.smoke)
        if before.fault:
            return Outcome(chosen.name, Slimmed(0), (), (), before.fault, time.monotonic() - began)
        slimmed = slugs.slim(engine, slug.slug, {}, settings)
        after = use(slug, chosen.smoke)
        fault = "the slimming was undone" if slimmed.undone else None
        gone = verdict.gone(had, slug.site)
        lost = differences(before, after)
        return Outcome(chosen.name, slimmed, gone, lost, fault, time.monotonic() - began)
    finally:
        shutil.rmtree(slug.slug)


def run(chosen: Sequence[Set], engine: Path, settings: Sequence[str]) -> bool:
    """Measure these sets, each kept and shown as soon as it is known; whether nothing was lost."""
    is_good = True
    for each in chosen:
        outcome = measure(each, engine, settings)
        is_good = is_good and not outcome.is_bad
        sys.stdout.write(table.line(outcome))
        sys.stdout.flush()
        kept = table.save(table.PACKAGES, engine, settings, outcome)
        table.write(table.render_sets(sets.every(), kept, settings))
        touched = environments.changes(environments.build(each))
        sys.stdout.writelines(f"the original was touched: {path}\n" for path in touched[:10])
        is_good = is_good and not touched
    return is_good


def lay(environment: Environment, chosen: Set) -> Environment:
    """A slug whose app is the set's program, with its own packages as the app's requirements.

    Only these are marked as asked for, as pip marks what such a file names.
    """
    copied = environments.copy(environment, "level")
    slugs.point_scripts_at(copied)
    shutil.copy(chosen.smoke, copied.slug / "app.py")
    (copied.slug / "Procfile").write_text("web: python app.py\n", "utf-8")
    (copied.slug / "requirements.txt").write_text("\n".join(chosen.main) + "\n", "utf-8")
    main = {canonicalize_name(pin.partition("==")[0]) for pin in chosen.main}
    for mark in copied.site.glob("*.dist-info/REQUESTED"):
        if canonicalize_name(mark.parent.name.partition("-")[0]) not in main:
            mark.unlink()
    return copied


def use(environment: Environment, program: Path) -> Used:
    """Run a program by an environment's Python, and see what it loads."""
    with tempfile.TemporaryDirectory(prefix="corpus-") as folder:
        answers = Path(folder, "answers")
        inside = sets.HERE / "inside_program.py"
        command = map(str, (environment.python, "-I", "-B", inside, program, answers))
        ended = children.run(list(command), MINUTES * 60)
        told = json.loads(answers.read_text("utf-8")) if answers.is_file() else {}
    fault, said = sweep.ending(ended, program)
    return Used(fault, said, told.get("modules", {}), frozenset(told.get("versions", ())))


def differences(before: Used, after: Used) -> tuple[str, ...]:
    """Steps that find something else, modules that are no longer loaded, versions no longer known.

    A program may say the same without a module that it only uses where it is installed. Tests are
    excused: a program that loads whatever lies in a folder finds those that are there.
    """
    found = [f"- {after.fault}"] if after.fault else []
    found += [
        f"- {step}: {told}, after: {after.said.get(step)}"
        for step, told in before.said.items()
        if after.said.get(step) != told
    ]
    found += [
        f"- loads {name}"
        for name, path in sorted(before.modules.items())
        if name not in after.modules and not is_excused(path)
    ]
    found += [f"- knows {name}" for name in sorted(before.versions - after.versions)]
    return tuple(found)
