"""How much a slug may grow from one build to the next: ``5%`` or ``+5MB``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slugfit.catalog.size_units import parse_size

if TYPE_CHECKING:
    from slugfit.report.difference import Difference

_SHARE = re.compile(r"\+?([0-9]+(?:\.[0-9]+)?)\s*%")


@dataclass(frozen=True, slots=True)
class Growth:
    """What is allowed: a share of the older slug, or bytes of the compressed size."""

    told: str
    """As somebody wrote it."""
    share: float = 0.0
    size: int = 0

    def allowed(self, before: int) -> int:
        """How many bytes a slug of ``before`` bytes may grow."""
        return self.size or int(before * self.share)

    def exceeded(self, difference: Difference) -> int:
        """By how many bytes the newer slug is beyond what is allowed, 0 if it is not."""
        return max(difference.compressed - self.allowed(difference.before), 0)


def parse_growth(text: str) -> Growth:
    """A growth in words; raise ValueError for other text."""
    share = _SHARE.fullmatch(text.strip())
    if share:
        return Growth(text.strip(), share=float(share[1]) / 100)
    return Growth(text.strip(), size=parse_size(text.strip().removeprefix("+")))
