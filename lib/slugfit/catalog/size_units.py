"""Sizes as people and platforms write them: the unit, and how far it is rounded."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

_SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(?:([kmg])(i?))?b?", re.IGNORECASE)
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3}


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit that a size is told in."""

    suffix: str
    """What stands after the number, with the space before it if there is one."""
    size: int
    """Its bytes."""
    digits: int
    """How many digits of the number stand after the point."""

    def shown(self, size: int) -> str:
        """``size`` bytes in this unit, rounded as it rounds: ``623.5M``, ``262144001 bytes``."""
        return f"{size / self.size:.{self.digits}f}{self.suffix}"

    def exact(self, size: int) -> str:
        """The same; in bytes where so few of them would be rounded to nothing."""
        if size == 1:
            return "1 byte"
        return self.shown(size) if size >= self.size / 10**self.digits else f"{size} bytes"


BYTES = Unit(" bytes", 1, 0)
K, KIB = Unit("K", 1000, 1), Unit(" KiB", 1024, 1)
M, MB, MIB = Unit("M", 1000**2, 1), Unit(" MB", 1000**2, 1), Unit(" MiB", 1024**2, 2)
G, GB, GIB = Unit("G", 1000**3, 3), Unit(" GB", 1000**3, 3), Unit(" GiB", 1024**3, 3)
BINARY_M = Unit("M", 1024**2, 1)
"""As ``du -h`` and Heroku's slug compiler write it: ``Compiled slug size: 502.5M is too large (max
is 500M).`` (https://johntornow.com/tech/2020/04/heroku-slug-size)."""

_UNITS = {"": BYTES, "k": K, "ki": KIB, "m": M, "mi": MIB, "g": G, "gi": GIB}


def parse_size(text: str) -> int:
    """Bytes of ``500M``, ``1.5GB``, ``2GiB`` or ``123456``; raise ValueError for other text.

    K, M and G are powers of 1000; Ki, Mi and Gi are powers of 1024.
    """
    return parse_size_and_unit(text)[0]


def parse_size_and_unit(text: str) -> tuple[int, Unit]:
    """The same, with the unit that it is written in."""
    match = _SIZE.fullmatch(text.strip())
    if not match:
        raise ValueError(text)
    number, letter, binary = (part or "" for part in match.groups())
    # A Fraction: no digit is lost, and no size is too large to be told.
    size = int(Fraction(number) * (1024 if binary else 1000) ** _POWERS[letter.lower()])
    if size <= 0:
        raise ValueError(text)
    return size, _UNITS[f"{letter}{binary}".lower()]
