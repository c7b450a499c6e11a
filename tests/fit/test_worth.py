"""What bytecode spares a start."""

from __future__ import annotations

import pytest

from slugfit.fit.worth import compressed_size, work_of


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
