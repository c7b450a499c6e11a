"""Which bytecode goes first where there is no room for all."""

from __future__ import annotations

import pytest

from slugfit.measure.bytecode_worth import Worth, compressed_size, most_worth, work_of

FILES = (Worth("dense", 100, 10), Worth("large", 500, 100), Worth("poor", 10, 10))


@pytest.mark.parametrize(
    ("room", "expected"),
    [
        (-1, ""),
        (0, ""),
        (9, ""),
        (10, "dense"),
        (20, "dense poor"),
        (109, "dense poor"),
        (110, "dense large"),
        (119, "dense large"),
        (120, "dense large poor"),
    ],
)
def test_the_most_work_for_a_byte_goes_first(room: int, expected: str) -> None:
    assert most_worth(FILES, room) == set(expected.split())
    assert most_worth(reversed(FILES), room) == set(expected.split())


def test_of_equals_the_first_by_name_is_taken() -> None:
    assert most_worth([Worth("b", 1, 1), Worth("a", 1, 1)], 1) == {"a"}


def test_an_empty_file_costs_nothing() -> None:
    assert most_worth([Worth("a", 1, 0)], 0) == {"a"}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (b"", 0),
        (b"x = 1\n", 3),
        (b"# all of this is a remark\n", 0),
        (b'"""A text\nof two lines."""\nx\n', 1),
        (b"'''x'''\n", 0),
        (b"f('x')\n", 6),
        (b"\xff\n", 1),
    ],
)
def test_work_is_counted_outside_of_remarks(source: bytes, expected: int) -> None:
    assert work_of(source) == expected


def test_what_repeats_costs_little() -> None:
    assert compressed_size(b"a" * 10_000) < compressed_size(bytes(range(256)))
