"""Files as columns of numbers and names: what makes 20,000 of them fit into a small page."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from slugfit.page.items import Item


class Numbering:
    """Values, each with the number that it got when it was first asked for."""

    def __init__(self, values: Iterable[Any] = ()) -> None:
        self._numbers: dict[Any, int] = {}
        for value in values:
            self.number(value)

    def number(self, value: Any) -> int:  # noqa: ANN401 - anything that can be a key
        """The number of ``value``."""
        return self._numbers.setdefault(value, len(self._numbers))

    def values(self) -> list[Any]:
        """All of them, in the order of their numbers."""
        return list(self._numbers)


@dataclass(frozen=True, slots=True)
class Folders:
    """The folders of all files: number 0 is the root; each other has its parent before it."""

    numbers: Mapping[str, int]

    def columns(self) -> Mapping[str, Any]:
        """Names, parted by slashes, and how far back each one's parent is."""
        paths = list(self.numbers)[1:]
        return {
            "names": "/".join(posixpath.basename(path) for path in paths),
            "up": [
                number - self.numbers[posixpath.dirname(path)]
                for number, path in enumerate(paths, 1)
            ],
        }


def folders_of(items: Sequence[Item]) -> Folders:
    """The folders that items lie in, and those above."""
    numbers = {"": 0}

    def add(path: str) -> None:
        if path not in numbers:
            add(posixpath.dirname(path))
            numbers[path] = len(numbers)

    for item in items:
        add(posixpath.dirname(item.path))
    return Folders(numbers)


def runs_of(items: Sequence[Item], owners: Numbering, folders: Folders) -> list[int]:
    """Owner, folder and length of each run of items that share both, one number after another."""
    runs: list[int] = []
    last: tuple[int, int] | None = None
    for item in items:
        place = owners.number(item.owner), folders.numbers[posixpath.dirname(item.path)]
        if place != last:
            runs += [*place, 0]
            last = place
        runs[-1] += 1
    return runs


def sparse(values: Iterable[int | None]) -> list[list[int]]:
    """The values that are not None: how far each is from the one before, and the values."""
    gaps: list[int] = []
    found: list[int] = []
    last = 0
    for place, value in enumerate(values):
        if value is not None:
            gaps.append(place - last)
            found.append(value)
            last = place
    return [gaps, found]


def dense(columns: Sequence[Sequence[int]], count: int) -> list[int | None]:
    """What ``sparse`` was made from, ``count`` values. Raises IndexError or ValueError."""
    values: list[int | None] = [None] * count
    place = 0
    for gap, value in zip(columns[0], columns[1], strict=True):
        place += gap
        values[place] = value
    return values
