"""Lines that fit, and names that are shortened where they stay readable."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slugfit.report.layout import ROOM, Table, copied, shortened, wrapped

SHORTENED = {
    ("numpy/core/tests/test_a.py", 40): "numpy/core/tests/test_a.py",
    ("numpy/core/tests/data/deep/test_a.py", 30): "numpy/.../data/deep/test_a.py",
    ("numpy/core/tests/data/deep/test_a.py", 20): "numpy/.../test_a.py",
    ("numpy/core/tests/data/a_long_name_of_a_test.py", 20): "numpy/cor..._test.py",
    ("core/test_a.py", 10): "core....py",
    ("a-distribution-of-a-long-name", 14): "a-dist...-name",
    ("/absolute/folder/of/a/file.py", 20): "/.../of/a/file.py",
}


@pytest.mark.parametrize(("name", "room"), SHORTENED)
def test_the_middle_goes(name: str, room: int) -> None:
    assert shortened(name, room) == SHORTENED[name, room]


@given(st.text(alphabet="ab/ .-", max_size=60), st.integers(8, 70))
def test_what_is_shortened_fits_and_keeps_its_end(name: str, room: int) -> None:
    shown = shortened(name, room)
    assert len(shown) <= room
    assert shown == name or shown.endswith(name[-2:])


LONG = "pkg/" + "folder/" * 20 + "module.py"


def test_no_line_ends_inside_a_path() -> None:
    (only,) = wrapped(LONG, "- ")
    assert len(only.text) <= ROOM
    assert only.text.startswith("- pkg/.../folder/")
    assert only.text.endswith("/folder/module.py")
    text = f"{LONG} imports something and {LONG} does as well"
    for line in wrapped(text, "! "):
        assert len(line.text) <= ROOM
        for word in line.text[2:].split():
            assert word in text or (word.startswith("pkg/...") and word.endswith("module.py"))


def test_what_is_to_be_copied_is_whole() -> None:
    assert [line.text for line in copied(f"x = {LONG}")] == ["    x =", f"    {LONG}"]
    assert [line.text for line in copied("[a]\nb = 1")] == ["    [a]", "    b = 1"]


def test_a_table_is_aligned_and_keeps_to_the_room() -> None:
    rows = [("short", "1.0", "word " * 20), ("a very long name of a row", "22.0", "words")]
    shown = [line.text for line in Table(("Title", "MB", "words"), (20, 8), rows).lines()]
    assert shown[0] == "Title                     MB  words"
    assert shown[2] == "a very l...of a row     22.0  words"
    assert {line.index(".0") for line in shown[1:]} == {26}
    assert max(map(len, shown)) <= ROOM
