"""The cheapest of many things that together give enough: a knapsack problem, turned round.

Depth first in the order of cost for what is given, with a bound (branch and bound, as
https://en.wikipedia.org/wiki/Branch_and_bound has it): what is left is filled up with fractions,
for one weighted sum over all needs. Within 2 % of the best, or the best that was found in STEPS; of
thousands of small things the first descent is that good already.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

TOLERANCE = 0.02
"""How much dearer than the best a choice may be."""
STEPS = 20_000
"""More than there are choices among 13 things; a tenth of a second."""
_WEIGHTS = (0.5, 0.25, 0.75, 0.0, 1.0)
"""Of the first of two needs in their sum."""

Amounts: TypeAlias = "tuple[int, ...]"


@dataclass(frozen=True, slots=True)
class Item:
    """Something that can be taken."""

    name: str
    """What it is called; of equals the first by name is taken."""
    cost: float
    """What taking it costs, 0 or more."""
    gives: Amounts
    """What it gives of each thing that is needed, 0 or more."""


def cheapest_cover(items: Sequence[Item], needs: Amounts) -> tuple[Item, ...] | None:
    """The items with the least cost that give ``needs``, sorted by name; None if all do not.

    ``needs`` are as many numbers as each item's ``gives``; what is not above 0 is not needed.
    """
    asked = [index for index, need in enumerate(needs) if need > 0]
    wanted = tuple(needs[index] for index in asked)
    useful = [
        Item(item.name, item.cost, tuple(item.gives[index] for index in asked))
        for item in sorted(items, key=lambda item: item.name)
    ]
    useful = [item for item in useful if any(item.gives)]
    if any(_missing(useful, wanted)):
        return None
    if not asked:
        return ()
    orders = [_Order(useful, wanted, weight) for weight in _WEIGHTS[: 5 if asked[1:] else 1]]
    found = min((_greedy(order.items, wanted) for order in orders), key=_cost)
    best = max(orders, key=lambda order: order.bound(0, wanted) or 0)
    found = _trimmed(_search(best, wanted, found), wanted)
    names = {item.name for item in found}
    return tuple(sorted((item for item in items if item.name in names), key=lambda i: i.name))


def _cost(items: Iterable[Item]) -> float:
    return sum(item.cost for item in items)


def _missing(items: Sequence[Item], wanted: Amounts) -> Amounts:
    """What these items leave of ``wanted``."""
    sums = (sum(item.gives[index] for item in items) for index in range(len(wanted)))
    return tuple(max(want - given, 0) for want, given in zip(wanted, sums, strict=True))


def _left(wanted: Amounts, item: Item) -> Amounts:
    return tuple(max(want - given, 0) for want, given in zip(wanted, item.gives, strict=True))


class _Order:
    """The items by their cost for one weighted sum of what they give, the cheapest first."""

    def __init__(self, items: Sequence[Item], wanted: Amounts, weight: float) -> None:
        shares = (1.0,) if len(wanted) == 1 else (weight, 1 - weight)
        self.rates = tuple(share / want for share, want in zip(shares, wanted, strict=True))
        # More than all that is wanted is worth no more.
        values = {item.name: self.value(tuple(map(min, item.gives, wanted))) for item in items}
        self.items = sorted(items, key=_by_rate(values))
        self.values = list(accumulate((values[item.name] for item in self.items), initial=0.0))
        self.costs = list(accumulate((item.cost for item in self.items), initial=0.0))
        reverse = [item.gives for item in reversed(self.items)]
        self.rest = [
            list(accumulate((gives[index] for gives in reverse), initial=0))[::-1]
            for index in range(len(wanted))
        ]

    def value(self, amounts: Amounts) -> float:
        """What amounts are worth in the weighted sum."""
        return sum(rate * amount for rate, amount in zip(self.rates, amounts, strict=True))

    def bound(self, first: int, wanted: Amounts) -> float | None:
        """What ``wanted`` costs at least of the items from ``first`` on; None if they lack it."""
        if any(rest[first] < want for rest, want in zip(self.rest, wanted, strict=True)):
            return None
        target = self.values[first] + self.value(wanted)
        last = bisect_left(self.values, target, first, len(self.items))
        if last <= first:
            return 0.0
        whole = self.costs[last - 1] - self.costs[first]
        step = self.values[last] - self.values[last - 1]
        part = (target - self.values[last - 1]) / step if step > 0 else 0.0
        return whole + min(part, 1.0) * self.items[last - 1].cost


def _by_rate(values: dict[str, float]) -> Callable[[Item], tuple[float, str]]:
    def rate(item: Item) -> tuple[float, str]:
        value = values[item.name]
        return (item.cost / value if value else float("inf"), item.name)

    return rate


def _greedy(items: Sequence[Item], wanted: Amounts) -> tuple[Item, ...]:
    """The first of ``items`` that give what is wanted, without those of them that need not be."""
    taken: list[Item] = []
    left = wanted
    for item in items:
        if any(map(min, left, item.gives)):
            taken.append(item)
            left = _left(left, item)
    return _trimmed(taken, wanted)


def _trimmed(items: Sequence[Item], wanted: Amounts) -> tuple[Item, ...]:
    """The same without what the others make needless, the dearest first."""
    spare = [sum(item.gives[index] for item in items) - want for index, want in enumerate(wanted)]
    kept = {item.name: item for item in items}
    for item in sorted(items, key=lambda item: (-item.cost, item.name)):
        if all(given <= more for given, more in zip(item.gives, spare, strict=True)):
            spare = [more - given for given, more in zip(item.gives, spare, strict=True)]
            del kept[item.name]
    return tuple(kept.values())


def _search(order: _Order, wanted: Amounts, found: tuple[Item, ...]) -> tuple[Item, ...]:
    """A cheaper choice than ``found``, or ``found`` if there is none that is worth the search."""
    best = _cost(found)
    # A node: the next item, what is wanted still, the cost so far, and the items so far as a chain.
    nodes: list[tuple[int, Amounts, float, tuple[Item, object] | None]] = [(0, wanted, 0.0, None)]
    for _ in range(STEPS):
        if not nodes:
            break
        first, left, cost, chain = nodes.pop()
        if not any(left):
            if cost < best:
                best, found = cost, _unchained(chain)
            continue
        bound = order.bound(first, left)
        if bound is None or (cost + bound) * (1 + TOLERANCE) >= best:
            continue
        item = order.items[first]
        nodes.append((first + 1, left, cost, chain))
        nodes.append((first + 1, _left(left, item), cost + item.cost, (item, chain)))
    return found


def _unchained(chain: tuple[Item, object] | None) -> tuple[Item, ...]:
    items: list[Item] = []
    rest: object = chain
    while isinstance(rest, tuple):
        item, rest = rest
        items.append(item)
    return tuple(items)
