"""How much a slug may grow."""

from __future__ import annotations

import re

import pytest

from slugfit.report.difference import Difference
from slugfit.report.growth import parse_growth

ALLOWED = {
    "5%": 5_000_000,
    "+5%": 5_000_000,
    "0.5 %": 500_000,
    "+5MB": 5_000_000,
    "5M": 5_000_000,
    " 2MiB ": 2 * 1024**2,
    "0%": 0,
}


@pytest.mark.parametrize("text", ALLOWED)
def test_what_is_allowed(text: str) -> None:
    growth = parse_growth(text)
    allowed = ALLOWED[text]
    assert growth.allowed(100_000_000) == allowed
    for grown, exceeded in ((allowed, 0), (allowed + 1, 1), (-9, 0)):
        assert growth.exceeded(Difference(100_000_000, grown, 0, ())) == exceeded


@pytest.mark.parametrize("text", ["", "%", "-5%", "-5MB", "five", "5 %%", "0", "nan%"])
def test_what_is_no_growth(text: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        parse_growth(text)
