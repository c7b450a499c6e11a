"""How densely a package is packed: as much as the build has time for."""

from __future__ import annotations

import time
from dataclasses import dataclass

FAST, DENSE = 12, 19
"""Levels of zstd: what is packed at the second takes a tenth less, and ten times as long
(docs/bench.md). Unpacking takes as long."""
_DENSE_BYTES = 800_000
"""Bytes that are packed at the dense level in a second; most packages are too small for zstd to
share out among several cores."""
_PART = 0.25
"""Which part of the time that is left may go into packing densely."""
_MOST = 240
"""Seconds that it may take in any case. The next build finds what was made, and makes more."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Until when packages are packed densely."""

    end: float
    """As ``time.monotonic`` counts."""

    def left(self) -> float:
        """Seconds."""
        return self.end - time.monotonic()

    def is_enough(self, size: int) -> bool:
        """Whether ``size`` bytes can be packed densely by then, as far as that can be told."""
        return size < self.left() * _DENSE_BYTES


def patience(left: float) -> Patience:
    """For a build that has ``left`` seconds, which can be infinite."""
    return Patience(time.monotonic() + min(left * _PART, _MOST))
