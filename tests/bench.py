"""Reports times and sizes as ratios; it never fails on one.

Usage: python tests/bench.py [--smoke] [--runs N] [FIXTURE …]

For each fixture the unslimmed tree (Python with the fixture's packages, and the app) is built
once. Then, in turn, one ``tar c | gzip -6`` pass over it and one ``slugfit slim`` (plan, apply,
verify, measure) on a copy; the ratio is that of the medians. It says how a machine compares with
itself; seconds are shown for orientation only.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FIXTURES = ("flask_onnx", "science")
SMOKE = ("pip_empty",)


@dataclass(frozen=True)
class Run:
    """Wall-clock seconds of the gzip pass and of the engine, its report, its peak memory."""

    gzip: float
    engine: float
    memory: int
    report: dict[str, Any]


def main() -> int:
    """Bench each fixture and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("fixtures", nargs="*", metavar="FIXTURE")
    parser.add_argument("--smoke", action="store_true", help="one run of a tiny fixture")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    names = options.fixtures or (SMOKE if options.smoke else FIXTURES)
    runs = 1 if options.smoke else options.runs
    print(f"{'fixture':<14}{'slug before':>12}{'after':>8}{'ratio':>7}", end="")
    print(f"{'gzip':>8}{'engine':>8}{'ratio':>7}{'memory':>9}   stages (s)")
    for name in names:
        with tempfile.TemporaryDirectory(prefix="slugfit-bench-") as folder:
            show(name, [run(built(name, Path(folder)), Path(folder)) for _ in range(runs)])
    return 0


def built(name: str, work: Path) -> Path:
    """The fixture's slug root before slimming, made once in ``work``."""
    target = work / "built"
    if not target.exists():
        shutil.copytree(ROOT / "fixtures" / name, target)
        command = [ROOT / "lib/standin/bin/compile", target, work / "cache", work / "env"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"{name} could not be built:\n{done.stdout}{done.stderr}")
    return target


def run(tree: Path, work: Path) -> Run:
    """One gzip pass and one engine run, each on the same bytes."""
    started = time.monotonic()
    pass_over = ["bash", "-c", "tar c . | gzip -6 | wc -c"]
    subprocess.run(pass_over, cwd=tree, check=True, stdout=subprocess.DEVNULL)
    packed = time.monotonic() - started
    copy = work / "copy"
    subprocess.run(["cp", "--recursive", "--link", "--no-dereference", tree, copy], check=True)
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-B", ROOT / "lib/slugfit", "slim", copy, "--json"],
        env={**os.environ, "LD_LIBRARY_PATH": ""},
        capture_output=True,
        check=True,
    )
    engine = time.monotonic() - started
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    shutil.rmtree(copy)
    return Run(packed, engine, peak, json.loads(done.stdout))


def show(name: str, runs: list[Run]) -> None:
    """One row: medians, and the ratios that the project's targets speak of."""
    packed = statistics.median(run.gzip for run in runs)
    engine = statistics.median(run.engine for run in runs)
    report = runs[-1].report
    before, after = report["before"]["compressed"], report["after"]["compressed"]
    stages = " ".join(
        f"{stage} {statistics.median(run.report['seconds'][stage] for run in runs):.1f}"
        for stage in report["seconds"]
    )
    print(
        f"{name:<14}{before / 1e6:>12.1f}{after / 1e6:>8.1f}{after / before:>7.3f}"
        f"{packed:>8.1f}{engine:>8.1f}{engine / packed:>7.2f}"
        f"{max(run.memory for run in runs) / 1e6:>6.0f} MB   {stages}"
    )


if __name__ == "__main__":
    sys.exit(main())
