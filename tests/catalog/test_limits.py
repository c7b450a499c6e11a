from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slugfit.catalog.limits import LIMITS, Limit, parse_limit, parse_size

SIZES = {
    "123456": 123_456,
    "1": 1,
    "1b": 1,
    "1B": 1,
    "1k": 1000,
    "1K": 1000,
    "1KB": 1000,
    "1KiB": 1024,
    "500M": 500_000_000,
    "500 MB": 500_000_000,
    " 500m ": 500_000_000,
    "1.5GB": 1_500_000_000,
    "2GiB": 2**31,
    "2gib": 2**31,
    "0.5Ki": 512,
    "1.9999": 1,
    "9007199254740993": 9_007_199_254_740_993,
    "9" * 400: 10**400 - 1,
}


@pytest.mark.parametrize("text", SIZES)
def test_a_size_is_read_as_people_write_it(text: str) -> None:
    assert parse_size(text) == SIZES[text]


NO_SIZES = (
    *("", " ", "0", "0M", "0.0", "0.5", "-1", "+1", "M", "1T", "1 000", "1,5M", ".5M", "1.M"),
    *(
        "1e9",
        "0x10",
        "inf",
        "nan",
        "1i",
        "1iB",
        "1MBB",
        "500M 500M",
        "\u0665M",
        "1\n2",
        "9" * 10_000 + "x",
    ),
)


@pytest.mark.parametrize("text", NO_SIZES, ids=lambda text: repr(text[:12]))
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^"):
        parse_size(text)
    with pytest.raises(ValueError, match=r"^"):
        parse_limit(text)


@given(st.text(max_size=20))
def test_any_text_is_a_positive_size_or_a_value_error(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert parse_size(text) > 0


@given(number=st.integers(1, 10**30), unit=st.sampled_from(("", "B", "K", "M", "G", "Ki", "MiB")))
def test_sizes_are_exact(number: int, unit: str) -> None:
    power = {"": 0, "B": 0, "K": 1, "M": 2, "G": 3}[unit[:1]]
    assert parse_size(f"{number}{unit}") == number * (1024 if "i" in unit else 1000) ** power


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.name)
def test_a_platform_is_known_by_its_name(limit: Limit) -> None:
    assert parse_limit(limit.name) is limit
    assert parse_limit(f" {limit.name.upper()} ") is limit
    assert limit.size is None or limit.size > 0
    assert limit.source


def test_what_is_used_of_a_limit_that_nobody_publishes_is_unknown() -> None:
    assert parse_limit("render").used(1) is None
    assert parse_limit("fly").used(2_000_000_000) == 0.25


def test_only_slugs_are_built_without_what_slugignore_names() -> None:
    applied = {limit.name for limit in LIMITS if limit.slugignore}
    assert applied == {"heroku", "heroku-2025", "scalingo"}
    assert parse_limit("500M").slugignore


def test_a_size_of_ones_own_is_compared_with_the_compressed_slug() -> None:
    assert parse_limit("500M") == Limit("500M", 500_000_000, "compressed", "set by SLUGFIT_LIMIT")


def test_the_platforms_have_names_of_their_own() -> None:
    assert len({limit.name for limit in LIMITS}) == len(LIMITS)
    assert LIMITS[0].name == "heroku"
