"""The cheapest cover: near the best of all, quick for thousands, the same every time."""

from __future__ import annotations

import random
from itertools import chain, combinations
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slugfit.base.cover import TOLERANCE, Item, cheapest_cover

if TYPE_CHECKING:
    from collections.abc import Sequence

FILES = (Item("dense", 100, (10,)), Item("large", 500, (100,)), Item("poor", 10, (10,)))


@pytest.mark.parametrize(
    ("need", "expected"),
    [
        (-5, ""),
        (0, ""),
        (1, "poor"),
        (10, "poor"),
        (11, "dense poor"),
        (20, "dense poor"),
        (21, "large"),
        (100, "large"),
        (101, "large poor"),
        (111, "dense large poor"),
        (120, "dense large poor"),
        (121, None),
    ],
)
def test_what_costs_least_is_taken(need: int, expected: str | None) -> None:
    for items in (FILES, FILES[::-1]):
        found = cheapest_cover(items, (need,))
        names = None if found is None else [item.name for item in found]
        assert names == (None if expected is None else expected.split())


@pytest.mark.parametrize(
    ("needs", "expected"),
    [
        ((0, 0), ""),
        ((5, 0), "packed"),
        ((0, 5), "unpacked"),
        ((5, 5), "both"),
        ((11, 5), "both packed"),
        ((10, 21), None),
    ],
)
def test_two_needs_at_once(needs: tuple[int, int], expected: str | None) -> None:
    items = (Item("packed", 2, (10, 0)), Item("unpacked", 2, (0, 10)), Item("both", 3, (10, 10)))
    found = cheapest_cover(items, needs)
    names = None if found is None else " ".join(item.name for item in found)
    assert names == expected


def test_of_equals_the_first_by_name_is_taken() -> None:
    assert cheapest_cover([Item("b", 1, (1,)), Item("a", 1, (1,))], (1,)) == (Item("a", 1, (1,)),)


def test_what_costs_nothing_is_taken_before_what_does() -> None:
    items = [Item("dear", 1, (5,)), Item("free", 0, (5,)), Item("empty", 0, (0,))]
    assert cheapest_cover(items, (5,)) == (items[1],)
    assert cheapest_cover([], (1,)) is None
    assert cheapest_cover([], (0,)) == ()


def _best(items: Sequence[Item], needs: tuple[int, ...]) -> float | None:
    """The least cost of all choices, by trying each; None if none gives enough."""
    choices = chain.from_iterable(combinations(items, size) for size in range(len(items) + 1))
    costs = [
        sum(item.cost for item in choice)
        for choice in choices
        if all(
            sum(item.gives[index] for item in choice) >= need for index, need in enumerate(needs)
        )
    ]
    return min(costs, default=None)


AMOUNT = st.integers(0, 50) | st.integers(0, 10**9)


@st.composite
def problems(draw: st.DrawFn) -> tuple[list[Item], tuple[int, ...]]:
    """Up to 12 items and one or two needs, about as often met as not."""
    count = draw(st.integers(1, 2))
    costs = st.integers(0, 40) | st.floats(0, 1e6)
    made = st.lists(st.tuples(costs, st.tuples(*[AMOUNT] * count)), max_size=12)
    items = [Item(f"{index:02}", *values) for index, values in enumerate(draw(made))]
    sums = [sum(item.gives[index] for item in items) for index in range(count)]
    return items, tuple(draw(st.integers(-1, total + 1)) for total in sums)


@settings(max_examples=150, deadline=None)
@given(problems())
def test_it_is_within_two_percent_of_the_best(problem: tuple[list[Item], tuple[int, ...]]) -> None:
    items, needs = problem
    found, best = cheapest_cover(items, needs), _best(items, needs)
    assert (found is None) == (best is None)
    if found is not None and best is not None:
        assert sum(item.cost for item in found) <= best * (1 + TOLERANCE) + 1e-9
        for index, need in enumerate(needs):
            assert sum(item.gives[index] for item in found) >= need


@pytest.mark.parametrize("count", [1, 2])
def test_thousands_of_files_are_chosen_from(count: int) -> None:
    chance = random.Random(7)  # noqa: S311
    items = [
        Item(
            f"{index}",
            chance.randrange(1, 5000),
            tuple(chance.randrange(100, 60_000) for _ in range(count)),
        )
        for index in range(4000)
    ]
    needs = tuple(sum(item.gives[index] for item in items) // 3 for index in range(count))
    found = cheapest_cover(items, needs)
    assert found is not None
    shuffled = list(items)
    chance.shuffle(shuffled)
    assert cheapest_cover(shuffled, needs) == found
    # What the fractions of one need cost is no more than the best of both.
    order = sorted(items, key=lambda item: item.cost / item.gives[0])
    least, left = 0.0, needs[0]
    for item in order:
        if left <= 0:
            break
        least += item.cost
        left -= item.gives[0]
    cost = sum(item.cost for item in found)
    assert cost <= least * (1 + TOLERANCE) * (1 if count == 1 else 1.5)
