"""How long apps take to start, slimmed and not; it reports and never fails on a time.

Usage: python tools/bench_boot.py [--runs N] [FIXTURE …]

Each fixture is built once, and slimmed twice: with the default settings, and with
``SLUGFIT_BYTECODE=strip-all``. The trees then start in turn, after one start each that is not
counted, and never write bytecode; the ratios are those of the medians to the unslimmed tree's. For
web apps it is the time from the start to the first answer, for the others that of importing the
app. ``tensorflow`` is no fixture: its packages are those of the corpus.
"""

from __future__ import annotations

import argparse
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

from bench import ROOT, built
from slugfit.local.boot import boot_tree
from slugfit.scan.procfile import read_procfile

WEB = ("flask_onnx", "django_web")
IMPORTED = ("science", "tensorflow")
KINDS = {"default": "boot", "strip-all": "strip-all"}
APPS = {"tensorflow": "import tensorflow\nfrom fastapi import FastAPI\n\napp = FastAPI()\n"}
"""Apps that are no fixtures, by the corpus' set of their packages."""


@dataclass(frozen=True)
class Variant:
    """A tree, and the compressed bytes of its slug."""

    tree: Path
    size: int


def main() -> int:
    """Measure each app and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("fixtures", nargs="*", metavar="FIXTURE")
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    print(f"{'app':<14}{'slug MB':>9}{'default':>9}{'strip':>7}   {'start s':>8}", end="")
    print(f"{'default':>9}{'ratio':>7}{'strip':>8}{'ratio':>7}", flush=True)
    for name in options.fixtures or (*WEB, *IMPORTED):
        with tempfile.TemporaryDirectory(prefix="slugfit-boot-") as folder:
            variants = made(name, Path(folder))
            show(name, variants, timed(name, variants, options.runs))
    return 0


def made(name: str, work: Path) -> list[Variant]:
    """The unslimmed tree, and the two slimmed ones."""
    source = ROOT / "fixtures" / name
    if name in APPS:
        source = work / name
        source.mkdir()
        (source / "app.py").write_text(APPS[name], "utf-8")
        shutil.copy(ROOT / f"tools/corpus/{name}.txt", source / "requirements.txt")
    plain = built(source, work)
    slimmed = [slim(plain, work / kind, bytecode) for kind, bytecode in KINDS.items()]
    reports = [json.loads(report) for _, report in slimmed]
    variants = [Variant(plain, reports[0]["before"]["compressed"])]
    for (tree, _), report in zip(slimmed, reports, strict=True):
        variants.append(Variant(tree, report["after"]["compressed"]))
    return variants


def slim(plain: Path, target: Path, bytecode: str) -> tuple[Path, bytes]:
    """A copy of a tree, slimmed, and the report on it."""
    subprocess.run(["cp", "--recursive", "--link", "--no-dereference", plain, target], check=True)
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-B", ROOT / "lib/slugfit", "slim", target, "--json"],
        env={**os.environ, "LD_LIBRARY_PATH": "", "SLUGFIT_BYTECODE": bytecode},
        stdout=subprocess.PIPE,
        check=True,
    )
    return target, done.stdout


def timed(name: str, variants: list[Variant], runs: int) -> list[list[float]]:
    """The seconds of each variant's starts, made in turn."""
    times: list[list[float]] = [[] for _ in variants]
    for number in range(runs + 1):
        # Nobody is always first: what runs first finds a colder machine.
        for at in sorted(range(len(variants)), key=lambda at: (at + number) % len(variants)):
            seconds = start(name, variants[at].tree)
            if number:
                times[at].append(seconds)
    return times


def start(name: str, tree: Path) -> float:
    """Seconds of one start."""
    if name in WEB:
        variables = {"PYTHONDONTWRITEBYTECODE": "1"}
        return boot_tree(tree, read_procfile(tree)["web"], variables).answer_seconds
    python = tree / ".heroku/python/bin/python"
    libraries = tree / ".heroku/python/lib"
    began = time.monotonic()
    subprocess.run(
        [python, "-B", "-c", "import app"],
        cwd=tree,
        env={**os.environ, "LD_LIBRARY_PATH": str(libraries)},
        stderr=subprocess.DEVNULL,
        check=True,
    )
    return time.monotonic() - began


def show(name: str, variants: list[Variant], times: list[list[float]]) -> None:
    """One row."""
    plain, default, stripped = (variant.size / 1e6 for variant in variants)
    usual, fast, slow = (statistics.median(several) for several in times)
    print(
        f"{name:<14}{plain:>9.1f}{default / plain:>9.3f}{stripped / plain:>7.3f}   "
        f"{usual:>8.2f}{fast:>9.2f}{fast / usual:>7.3f}{slow:>8.2f}{slow / usual:>7.3f}",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
