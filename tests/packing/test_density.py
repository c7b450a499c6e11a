"""How densely packages are packed: by the time that there is, and by what has to be saved."""

from __future__ import annotations

import argparse
import ast
import inspect
import logging
import pathlib
import tarfile
import time
import typing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from packed_slugs import packed, packer, start
from slugfit.base.clock import Clock
from slugfit.packing import archive, density, making
from slugfit.packing.density import DENSE, FAST, patience
from slugfit.packing.pack import pack_tree
from slugfit.settings.current_run import Run
from trees import SITE, Content, distribution, plant, slug

if TYPE_CHECKING:
    from pathlib import Path

WORDS = "".join(map(inspect.getsource, (argparse, ast, inspect, logging, pathlib, tarfile, typing)))
PACKAGES: dict[str, Content] = {
    **distribution("large", "1.0", {"large/__init__.py": "", "large/data": WORDS}),
    **distribution("small", "1.0", {"small/__init__.py": "", "small/data": WORDS[9:-300_000]}),
}


@pytest.fixture
def levels(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The levels at which something was packed, in turn; 10 kB are packed in a second."""
    made: list[int] = []

    def packing(stream: archive.Stream, archiver: archive.Archiver, level: int, s: float) -> Path:
        if not archive.place_of(stream, archiver, level).is_file():
            made.append(level)
        return archive.packed_file(stream, archiver, level, s)

    monkeypatch.setattr(making, "packed_file", packing)
    monkeypatch.setattr(making, "LEAST", 1000)
    monkeypatch.setattr(density, "_DENSE_BYTES", 10_000)
    return made


def _slug(root: Path) -> Path:
    return plant(root, slug(PACKAGES, app_py="import large\n"))


@pytest.mark.parametrize(
    ("left", "size", "enough"),
    [
        (float("inf"), 1_000_000, True),
        (float("inf"), 3_000_000, False),  # the build may take as long as it likes, and people not
        (400.0, 900_000, True),
        (400.0, 1_100_000, False),  # a quarter of what is left, and no more
        (-5.0, 1, False),
    ],
)
@pytest.mark.usefixtures("levels")
def test_what_there_is_time_for(left: float, size: int, *, enough: bool) -> None:
    assert patience(left).is_enough(size) is enough


def test_each_build_makes_what_it_has_time_for(tmp_path: Path, levels: list[int]) -> None:
    """The last one finds what the others made, and needs no time."""
    run = Run(cache=tmp_path / "cache")
    sizes = []
    for number, seconds in enumerate((20, 2000, 20)):
        root = _slug(tmp_path / str(number))
        clock = Clock(end=time.monotonic() + seconds)
        packing, _ = pack_tree(replace(packer(root, run), clock=clock))
        sizes.append({item.bundle.owner: item.compressed for item in packing.packed}["large"])
        assert start(root).returncode == 0
        assert (root / SITE / "large/data").read_text("utf-8") == WORDS
    assert levels == [FAST, FAST, DENSE, DENSE]
    assert sizes[0] > sizes[1] == sizes[2]


def test_auto_packs_densely_when_nothing_else_is_enough(tmp_path: Path, levels: list[int]) -> None:
    size = packer(_slug(tmp_path / "measured")).sizes.after.compressed
    packed(_slug(tmp_path / "one"), PACK="auto", LIMIT=str(size - 1))
    assert levels == [FAST]
    packed(_slug(tmp_path / "all"), PACK="auto", LIMIT="1")
    assert levels[1:] == [FAST, FAST, DENSE, DENSE]


def test_where_it_fails_densely_the_other_level_does(
    tmp_path: Path, levels: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = archive.options_of

    def options(level: int) -> tuple[str, ...]:
        return ("--no-such-level",) if level == DENSE else usual(level)

    monkeypatch.setattr(archive, "options_of", options)
    packing, _ = packed(_slug(tmp_path))
    assert [item.bundle.owner for item in packing.packed] == ["large", "small"]
    assert levels == [DENSE, FAST, DENSE, FAST]
