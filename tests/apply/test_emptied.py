"""Which folders go with the files that were in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from slugfit.apply.emptied import emptied_folders
from slugfit.scan.tree import scan_tree
from trees import Content, Folder, Link, plant

if TYPE_CHECKING:
    from pathlib import Path


EMPTIED: dict[str, tuple[dict[str, Content], list[str], list[str]]] = {
    "the deepest first": (
        {"a/b/c/x": "", "a/b/y": ""},
        ["a/b/c/x", "a/b/y"],
        ["a/b/c", "a/b", "a"],
    ),
    "a file that stays keeps its folder": ({"a/x": "", "a/y": ""}, ["a/x"], []),
    "a link is a file too": ({"a/x": "", "a/y": Link("x")}, ["a/x"], []),
    "a link that goes": ({"a/x": Link("y")}, ["a/x"], ["a"]),
    "an empty folder beside it stays": ({"a/x": "", "a/b": Folder()}, ["a/x"], []),
    "folders that were empty before stay": ({"a": Folder(), "x": ""}, ["x"], []),
    "the root is no folder of it": ({"x": ""}, ["x"], []),
    "two branches": ({"a/b/x": "", "a/c/y": ""}, ["a/b/x", "a/c/y"], ["a/b", "a/c", "a"]),
}


@pytest.mark.parametrize("case", EMPTIED)
def test_folders_that_hold_nothing_go(tmp_path: Path, case: str) -> None:
    content, gone, expected = EMPTIED[case]
    plant(tmp_path, content)
    assert list(emptied_folders(scan_tree(tmp_path), gone)) == expected
