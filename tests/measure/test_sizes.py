"""Sizes: they add up, and they are those of the slug that is written."""

from __future__ import annotations

import shutil
import subprocess
import sysconfig
from dataclasses import replace
from pathlib import Path

import pytest

from pythons import settings
from slugfit.elf.tail import Tail
from slugfit.measure.archive import write_gzip
from slugfit.measure.pieces import slug_pieces
from slugfit.measure.sizes import ZERO, Bytes
from slugfit.measure.weigh import measure_sizes
from slugfit.pipeline import dry_run, slim_tree
from slugfit.plan.decision import Decision
from slugfit.scan.tree import scan_tree
from trees import SITE, Link, distribution, plant, slug, snapshot

SMALL = slug(
    distribution(
        "pkg",
        "1.0",
        {
            "pkg/__init__.py": "x = 1\n" * 500,
            "pkg/tests/__init__.py": "y = 2\n" * 900,
            "pkg/tests/link": Link("__init__.py"),
            "pkg/a.py": "",
            "pkg/a.pyi": "z: int\n" * 100,
        },
    )
    | distribution("other", "2", {"other.py": "o = 3\n" * 300}),
    app_py="import pkg, other\n",
)


def _decision(path: str, action: str = "keep", size: int = 0, saves: int = 0) -> Decision:
    assert action in ("keep", "remove", "cut")
    return Decision(path, "pkg", action, "tests", size, saves)  # type: ignore[arg-type]


def _library(target: Path) -> Path:
    """A slug of a few MB: part of the standard library with its tests, as a package."""
    source = Path(sysconfig.get_path("stdlib"))
    for name in ("asyncio", "email", "unittest", "json", "lib-dynload", "__pycache__"):
        shutil.copytree(source / name, target / SITE / "pkg" / name, symlinks=True)
    tests = sorted((source / "test").glob("test_a*.py")) or sorted((source / "json").glob("*.py"))
    (target / SITE / "pkg/tests").mkdir()
    for file in tests:
        shutil.copy(file, target / SITE / "pkg/tests" / file.name)
    return plant(target, slug({"pkg/__init__.py": ""}, app_py="import pkg\n"))


def test_before_is_after_and_what_goes(tmp_path: Path) -> None:
    plant(tmp_path, SMALL)
    found = dry_run(tmp_path, settings()).sizes
    assert found.before == sum(found.gone.values(), found.after)
    assert sum(found.gone_by_rule().values(), ZERO) == sum(found.gone.values(), ZERO)
    assert sum(found.gone_by_owner().values(), ZERO) == sum(found.gone.values(), ZERO)
    assert found.before.uncompressed == sum(entry.size for entry in scan_tree(tmp_path).files())
    # The function that makes it a test, with what is written here.
    size = (tmp_path / SITE / "pkg/tests/__init__.py").stat().st_size
    assert found.gone["tests", "pkg"].uncompressed == size > 6 * 900
    assert found.gone["stubs", "pkg"].uncompressed == 7 * 100
    assert found.kept["other"].uncompressed == sum(
        entry.size for entry in scan_tree(tmp_path).files() if "/other" in entry.path
    )


def test_before_does_not_depend_on_what_goes(tmp_path: Path) -> None:
    root = _library(tmp_path)
    whole = dry_run(root, settings(LEVEL="measure")).sizes
    parted = dry_run(root, settings()).sizes
    assert whole.gone == {}
    assert parted.gone
    assert parted.before.uncompressed == whole.before.uncompressed
    assert parted.before.compressed == pytest.approx(whole.before.compressed, rel=0.01)


def test_the_sizes_are_those_of_the_written_slug(tmp_path: Path) -> None:
    root = _library(tmp_path / "root")
    outcome = slim_tree(root, settings(VERIFY="off"))
    size = write_gzip(tmp_path / "slug.tgz", slug_pieces(scan_tree(root)))
    assert outcome.sizes.after.compressed == pytest.approx(size, rel=0.01)
    command = ["tar", "-czf", "-", "--sort=name", "-C", str(root), "."]
    real = len(subprocess.run(command, check=True, capture_output=True).stdout)
    assert outcome.sizes.after.compressed == pytest.approx(real, rel=0.01)


def test_a_plan_and_its_execution_have_the_same_sizes(tmp_path: Path) -> None:
    root = _library(tmp_path)
    planned = dry_run(root, settings()).sizes
    assert planned.gone
    assert slim_tree(root, settings(VERIFY="off")).sizes == planned


def test_measuring_changes_nothing_and_is_the_same_twice(tmp_path: Path) -> None:
    plant(tmp_path, SMALL)
    before = snapshot(tmp_path)
    first, second = (dry_run(tmp_path, settings()).sizes for _ in range(2))
    assert first == second
    assert snapshot(tmp_path) == before


def test_a_cut_file_counts_with_what_is_left_of_it(tmp_path: Path) -> None:
    plant(tmp_path, {"a": b"k" * 3000 + b"g" * 5000})
    cut = replace(_decision("a", "cut", 8000, 5000), tail=Tail(8000, 3000, b"new", b""))
    found = measure_sizes(scan_tree(tmp_path), [cut])
    assert found.kept["pkg"].uncompressed == 3000
    assert found.gone["tests", "pkg"].uncompressed == 5000


def test_removed_files_are_read_where_they_lie(tmp_path: Path) -> None:
    root = plant(tmp_path / "root", {"a": "x" * 999, "b": "y"})
    found = scan_tree(root)
    old = tmp_path / "old"
    old.mkdir()
    (root / "a").rename(old / "a")
    sizes = measure_sizes(found, [_decision("a", "remove", 999, 999), _decision("b")], old)
    assert sizes.gone["tests", "pkg"] == Bytes(999, sizes.gone["tests", "pkg"].compressed)


def test_an_empty_tree_weighs_nothing(tmp_path: Path) -> None:
    found = measure_sizes(scan_tree(tmp_path), [])
    assert (found.before, found.after) == (ZERO, ZERO)
