"""Reports times and sizes as ratios; it never fails on one.

Usage: python tools/bench.py [--smoke] [--runs N] [FIXTURE …]

For each fixture the unslimmed tree (Python with the fixture's packages, and the app) is built
once. Then, in turn, one ``tar c | gzip -6`` pass over it and one ``slugfit slim`` (plan, apply,
verify, measure) on a copy; the ratio is that of the medians. *again* is the same for a second build
on the cache of the first, with the same dependencies. It says how a machine compares with
itself; seconds are for orientation only. *memory* is the engine's own peak; the verification's
child needs what the app's imports need. *no .pyc* is the slug's ratio under
``SLUGFIT_BYTECODE=strip-all``.

The second table is the cost of evidence and references: all modules read for what they show and
refer to, from the bytecode that the installer made, from the sources alone, and ``ast.parse`` of
the same.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "lib"))

from slugfit.pipeline import dry_run
from slugfit.plan import make
from slugfit.plan.make import make_plan
from slugfit.scan import module_reader
from slugfit.scan.bytecode import read_module
from slugfit.settings.config import read_config

FIXTURES = ("flask_onnx", "science")
SMOKE = ("pip_empty",)


@dataclass(frozen=True)
class Run:
    """Wall-clock seconds of the gzip pass and of the engine, peak memory in bytes, the report."""

    gzip: float
    engine: float
    memory: int
    report: dict[str, Any]
    again: float
    """Seconds of the engine in a second build on the cache of the first."""


def main() -> int:
    """Bench each fixture and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("fixtures", nargs="*", metavar="FIXTURE")
    parser.add_argument("--smoke", action="store_true", help="one run of a tiny fixture")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    names = options.fixtures or (SMOKE if options.smoke else FIXTURES)
    runs = 1 if options.smoke else options.runs
    print(f"{'fixture':<14}{'slug before':>12}{'after':>8}{'ratio':>7}{'no .pyc':>9}", end="")
    print(f"{'gzip':>8}{'engine':>8}{'ratio':>7}{'again':>7}{'memory':>8}   stages (s)")
    costs = []
    for name in names:
        with tempfile.TemporaryDirectory(prefix="slugfit-bench-") as folder:
            tree = built(ROOT / "fixtures" / name, Path(folder))
            show(name, [run(tree, Path(folder)) for _ in range(runs)], without_bytecode(tree))
            costs.append(closure(name, tree, runs))
    print(f"\n{'closure (s)':<14}{'modules':>9}{'bytecode':>10}{'sources':>9}{'ast.parse':>11}")
    print("\n".join(costs))
    return 0


def built(app: Path, work: Path) -> Path:
    """The slug root of an app before slimming, made once in ``work``."""
    target = work / "built"
    if not target.exists():
        shutil.copytree(app, target)
        command = [ROOT / "lib/standin/bin/compile", target, work / "cache", work / "env"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"{app.name} could not be built:\n{done.stdout}{done.stderr}")
    return target


def run(tree: Path, work: Path) -> Run:
    """One gzip pass and one engine run, each on the same bytes."""
    started = time.monotonic()
    pass_over = ["bash", "-c", "tar c . | gzip -6 | wc -c"]
    subprocess.run(pass_over, cwd=tree, check=True, stdout=subprocess.DEVNULL)
    packed = time.monotonic() - started
    cache = work / "left"
    engine, memory, report = slim(tree, work / "copy", cache)
    again, _, _ = slim(tree, work / "copy", cache)
    shutil.rmtree(cache)
    return Run(packed, engine, memory, report, again)


def slim(tree: Path, copy: Path, cache: Path) -> tuple[float, int, dict[str, Any]]:
    """One engine run on a copy of the tree: seconds, peak memory in bytes, the report."""
    subprocess.run(["cp", "--recursive", "--link", "--no-dereference", tree, copy], check=True)
    command: list[str | Path] = [
        sys.executable,
        "-I",
        "-S",
        "-B",
        ROOT / "lib/slugfit",
        "slim",
        copy,
        "--json",
    ]
    started = time.monotonic()
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            [*command, "--cache-dir", cache],
            env={**os.environ, "LD_LIBRARY_PATH": ""},
            stdout=output,
        )
        memory = peak(process)
        engine = time.monotonic() - started
        if process.returncode:
            sys.exit(f"the engine ended with exit code {process.returncode}")
        output.seek(0)
        report = json.load(output)
    shutil.rmtree(copy)
    return engine, memory, report


def peak(process: subprocess.Popen[bytes]) -> int:
    """Wait for a process; its own peak memory in bytes, without that of its children."""
    status = Path(f"/proc/{process.pid}/status")
    found = 0
    while process.poll() is None:
        lines = status.read_text().splitlines() if status.exists() else []
        found = max([found, *(int(line.split()[1]) for line in lines if "VmHWM" in line)])
        time.sleep(0.02)
    return found * 1024


def closure(name: str, tree: Path, runs: int) -> str:
    """One row: CPU seconds of evidence and references, read in three ways."""
    sources = [file for file in tree.rglob("*.py") if file.is_file()]
    usual, raw = make.with_evidence, read_module
    spent: list[float] = []

    def timed(*arguments: Any) -> Any:  # noqa: ANN401 - whatever find is given
        started = time.process_time()
        try:
            return usual(*arguments)
        finally:
            spent.append(time.process_time() - started)

    for read in (raw, lambda source: (b"", source.read_bytes())):
        with (
            mock.patch.object(module_reader, "read_module", read),
            # All of it in the process whose time is taken.
            mock.patch.object(module_reader, "cores", return_value=0),
            mock.patch.object(make, "with_evidence", timed),
        ):
            for _ in range(runs):
                make_plan(tree, read_config({}))
    started = time.process_time()
    for source in sources:
        with contextlib.suppress(SyntaxError, ValueError):
            ast.parse(source.read_bytes())
    parsed = time.process_time() - started
    compiled, plain = (statistics.median(spent[at : at + runs]) for at in (0, runs))
    return f"{name:<14}{len(sources):>9,}{compiled:>10.1f}{plain:>9.1f}{parsed:>11.1f}"


def without_bytecode(tree: Path) -> float:
    """The slug's ratio with all bytecode stripped, the standard library's too."""
    chosen = read_config({"SLUGFIT_BYTECODE": "strip-all"})
    sizes = dry_run(tree, chosen).sizes
    return sizes.after.compressed / sizes.before.compressed


def show(name: str, runs: list[Run], stripped: float) -> None:
    """One row: medians, and the ratios that the project's targets speak of."""
    packed = statistics.median(run.gzip for run in runs)
    engine = statistics.median(run.engine for run in runs)
    again = statistics.median(run.again for run in runs)
    report = runs[-1].report
    before, after = report["before"]["compressed"], report["after"]["compressed"]
    stages = " ".join(
        f"{stage} {statistics.median(run.report['seconds'][stage] for run in runs):.1f}"
        for stage in report["seconds"]
    )
    print(
        f"{name:<14}{before / 1e6:>12.1f}{after / 1e6:>8.1f}{after / before:>7.3f}{stripped:>9.3f}"
        f"{packed:>8.1f}{engine:>8.1f}{engine / packed:>7.2f}"
        f"{again / packed:>7.2f}"
        f"{max(run.memory for run in runs) / 1e6:>5.0f} MB   {stages}"
    )


if __name__ == "__main__":
    sys.exit(main())
