"""What is done to one slug: weighed, treated, used by its app's program, started."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from typing import TYPE_CHECKING, Any

from bench import peak
from corpus import children, treatments
from corpus.sizes import Size
from sizes import slugs
from sizes.results import Outcome
from sizes.treatments import Level
from slugfit.local.boot import boot_tree
from slugfit.scan.procfile import read_procfile
from unused import verdict
from unused.samples import SUPPORT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from corpus.children import Ended
    from corpus.treatments import Rival
    from sizes.slugs import App

MINUTES = 10
"""For one run of a program."""
# As a dyno starts: profile scripts first, which also unpack what is packed, and say so. Warnings,
# with their times and paths, are no difference; why a program ends is told.
_START = """
for script in .profile.d/*.sh; do
	if [ -r "$script" ]; then . "$script" >>profile.log 2>&1; fi
done
export PYTHONPATH="$HOME:$SUPPORT"
"$@" 2>errors.log || { code="$?"; tail -n 5 errors.log; exit "$code"; }
"""
_VERSIONS = """
from importlib import metadata
for each in metadata.distributions():
    print(each.metadata["Name"], each.version)
"""


def weigh(slug: Path) -> Size:
    """One pass of gzip -6 over a tar of the slug, and the bytes that go in."""
    command = "tar c . | tee >(wc -c >&2) | gzip -6 | wc -c"
    done = subprocess.run(["bash", "-c", command], cwd=slug, capture_output=True, check=True)
    return Size(int(done.stderr), int(done.stdout))


def sampled(told: Mapping[str, Any], slug: Path, engine: Path) -> Size:
    """The same as the engine reports it, or else measures it; from a sample if it is large."""
    size = (told or _engine(engine, ["measure", str(slug)])[0])["after"]
    return Size(size["uncompressed"], size["compressed"])


def treat(engine: Path, treatment: Rival | Level, copy: Path) -> tuple[Mapping[str, Any], int]:
    """Do to a copy what the treatment does; the engine's report and its peak memory in bytes."""
    if isinstance(treatment, Level):
        given = [part for each in treatment.settings for part in ("--config", each)]
        return _engine(engine, ["slim", str(copy), *given])
    treatments.apply(treatment, slugs.environment(copy))
    return {}, 0


def planned(engine: Path, level: Level, slug: Path) -> Outcome:
    """What the level would make of a slug, by its plan: nothing is changed, nothing is tried."""
    given = [part for each in level.settings for part in ("--config", each)]
    told, memory = _engine(engine, ["plan", str(slug), *given])
    outcome = Outcome(is_tried=False, size=sampled(told, slug, engine))
    outcome.take(told, memory)
    return outcome


def _engine(engine: Path, arguments: Sequence[str]) -> tuple[Mapping[str, Any], int]:
    plain = {name: text for name, text in os.environ.items() if not name.startswith("SLUGFIT_")}
    command = [sys.executable, "-I", "-S", "-B", str(engine), *arguments, "--json"]
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(command, stdout=output, env={**plain, "LD_LIBRARY_PATH": ""})
        memory = peak(process)
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, command)
        output.seek(0)
        return json.load(output), memory


def use(app: App, slug: Path) -> tuple[Ended, frozenset[str]]:
    """Run the app's program in a copy of a slug: how it ended, and the versions that are known."""
    copy = slugs.copy(slug, "used")
    try:
        ended = _run(copy, "python", "-B", str(app.program))
        known = _run(copy, "python", "-B", "-I", "-c", _VERSIONS)
        return ended, frozenset(known.out.splitlines())
    finally:
        shutil.rmtree(copy)


def _run(slug: Path, *command: str) -> Ended:
    variables = {
        "HOME": str(slug),
        "SUPPORT": str(SUPPORT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "DYNO": "web.1",
    }
    start = ["bash", "-c", _START, "start", *command]
    return children.run(start, MINUTES * 60, variables=variables, folder=slug)


def judge(before: tuple[Ended, frozenset[str]], after: tuple[Ended, frozenset[str]]) -> Outcome:
    """What is no longer as it was: lines of the program, versions of distributions."""
    return Outcome(
        fault=verdict.fault_of(before[0]),
        differences=verdict.differences(before[0], after[0]),
        nameless=len(before[1] - after[1]),
    )


def starts(trees: Mapping[str, Path], runs: int) -> Mapping[str, float]:
    """Median seconds from the start to the first answer, of each slug.

    They are made in turn, each in a new copy, after one of each that is not counted.
    """
    seconds: dict[str, list[float]] = {name: [] for name in trees}
    for number in range(runs + 1):
        for name, tree in trees.items():
            took = _start(tree)
            if number:
                seconds[name].append(took)
    return {name: statistics.median(several) for name, several in seconds.items()}


def _start(tree: Path) -> float:
    copy = slugs.copy(tree, "started")
    try:
        command = read_procfile(copy)["web"]
        return boot_tree(copy, command, {"PYTHONDONTWRITEBYTECODE": "1"}).answer_seconds
    finally:
        shutil.rmtree(copy)
