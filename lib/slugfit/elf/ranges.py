"""Ranges of a file: (start, end) offsets in bytes."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def merged(ranges: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """The same bytes as sorted ranges that have none in common; empty ranges are left out."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if start >= end:
            continue
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return tuple(found)


def overlaps(apart: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    """Whether any byte from ``start`` to ``end`` is in a range of ``apart``, which is merged."""
    before = bisect_left(apart, (end,)) - 1
    return before >= 0 and apart[before][1] > start
