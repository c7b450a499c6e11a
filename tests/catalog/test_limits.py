from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slugfit.catalog.limits import LIMITS, Bound, Limit, Measure, parse_limit
from slugfit.catalog.size_units import BINARY_M, BYTES, GB, GIB, MB, MIB, M, Unit, parse_size
from slugfit.measure.sizes import Bytes
from slugfit.report.limit_words import limit_sentences, over_sentences

if TYPE_CHECKING:
    from collections.abc import Mapping

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
    assert all(bound.size > 0 for bound in limit.bounds)
    assert len({bound.measure for bound in limit.bounds}) == len(limit.bounds)
    assert limit.source


def test_what_is_used_of_a_limit_that_nobody_publishes_is_unknown() -> None:
    assert parse_limit("render").bounds == ()
    assert parse_limit("fly").bounds[0].used(2_000_000_000) == 0.25


def test_only_slugs_are_built_without_what_slugignore_names() -> None:
    applied = {limit.name for limit in LIMITS if limit.slugignore}
    assert applied == {"heroku", "heroku-2025", "scalingo"}
    assert parse_limit("500M").slugignore


def test_a_size_of_ones_own_is_compared_with_the_compressed_slug() -> None:
    bound = Bound(500_000_000, "compressed", "500M", M)
    assert parse_limit("500M") == Limit("500M", "compressed", (bound,), "set by SLUGFIT_LIMIT")


Sizes = tuple[tuple[int, Measure], ...]

TWO: Mapping[str, Sizes] = {
    "500M compressed": ((500_000_000, "compressed"),),
    "250M uncompressed": ((250_000_000, "uncompressed"),),
    "250M Unpacked": ((250_000_000, "uncompressed"),),
    "250Mib unzipped": ((250 * 2**20, "uncompressed"),),
    "250 MB zipped": ((250_000_000, "compressed"),),
    "262144000unzipped": ((262_144_000, "uncompressed"),),
    "225Mi, 500Mi uncompressed": ((225 * 2**20, "compressed"), (500 * 2**20, "uncompressed")),
    "500Mi unpacked,225Mi": ((500 * 2**20, "uncompressed"), (225 * 2**20, "compressed")),
    "225Mi\n500Mi uncompressed": ((225 * 2**20, "compressed"), (500 * 2**20, "uncompressed")),
    "heroku, 1200M uncompressed": (
        (1_000_000_000, "compressed"),
        (1_200_000_000, "uncompressed"),
    ),
    "Dokku, 500M": ((500_000_000, "compressed"),),
    "vercel": ((225 * 2**20, "uncompressed"),),
    "vercel, 60M": ((225 * 2**20, "uncompressed"), (60_000_000, "compressed")),
}


@pytest.mark.parametrize("text", TWO)
def test_a_limit_is_one_size_or_two(text: str) -> None:
    limit = parse_limit(text)
    assert tuple((bound.size, bound.measure) for bound in limit.bounds) == TWO[text]
    assert limit.measure == TWO[text][0][1]


def test_a_platform_with_a_second_size_stays_that_platform() -> None:
    limit = parse_limit("fly, 500M")
    assert (limit.slugignore, limit.unpacks) == (False, False)
    assert parse_limit("heroku, 1200M uncompressed").unpacks


@pytest.mark.parametrize(
    "text",
    [
        "500M, 400M",
        "500M, 400M zipped",
        "1M, 2M unpacked, 3M",
        "heroku, 500M",
        "vercel, 500M unpacked",
        "heroku, fly",
        "500M, heroku",
        "500M,",
        ",500M",
        "500M packaged",
        "uncompressed",
        "500M uncompressed uncompressed",
        "500M uncompressed 200M",
    ],
)
def test_no_measure_is_bounded_twice(text: str) -> None:
    with pytest.raises(ValueError, match=r"^"):
        parse_limit(text)


@pytest.mark.parametrize(
    ("unit", "size", "shown", "exact"),
    [
        (BYTES, 262_144_001, "262144001 bytes", "262144001 bytes"),
        (BYTES, 1, "1 bytes", "1 byte"),
        (BINARY_M, 500 * 2**20, "500.0M", "500.0M"),
        (BINARY_M, 500 * 2**20 + 1, "500.0M", "500.0M"),
        (BINARY_M, 1, "0.0M", "1 byte"),
        (BINARY_M, 104_857, "0.1M", "104857 bytes"),
        (BINARY_M, 104_858, "0.1M", "0.1M"),
        (MIB, 225 * 2**20 + 2**19, "225.50 MiB", "225.50 MiB"),
        (MB, 1_003_200_000, "1003.2 MB", "1003.2 MB"),
        (GB, 4_000_000, "0.004 GB", "0.004 GB"),
        (GIB, 2**31, "2.000 GiB", "2.000 GiB"),
        (GB, 999_999, "0.001 GB", "999999 bytes"),
    ],
)
def test_a_size_is_told_in_a_unit(unit: Unit, size: int, shown: str, exact: str) -> None:
    assert unit.shown(size) == shown
    assert unit.exact(size) == exact


OVER = {
    ("heroku-2025", 500 * 2**20): "",
    ("heroku-2025", 500 * 2**20 + 1): "500.0M compressed is 1 byte over the limit "
    "(heroku-2025, 500M)",
    ("heroku-2025", 653_787_136): "623.5M compressed is 123.5M over the limit (heroku-2025, 500M)",
    ("heroku", 1_000_000_001): "1000.0 MB compressed is 1 byte over the limit (heroku, 1 GB)",
    ("lambda", 262_144_000): "",
    ("lambda", 262_144_001): "262144001 bytes uncompressed is 1 byte over the limit "
    "(lambda, 262144000 bytes unzipped)",
    ("vercel", 225 * 2**20): "",
    ("vercel", 226 * 2**20): "226.00 MiB uncompressed is 1.00 MiB over the limit "
    "(vercel, 225 MiB unzipped)",
    ("225Mi, 500Mi unpacked", 501 * 2**20): "501.00 MiB compressed is 276.00 MiB over the "
    "limit (225Mi) and 501.00 MiB uncompressed is 1.00 MiB over the limit (500Mi unpacked)",
    ("railway", 4_000_000_001): "4.000 GB uncompressed is 1 byte over the limit (railway, 4 GB)",
    ("scalingo", 2**31 + 2**30): "3.000 GiB compressed is 1.000 GiB over the limit "
    "(scalingo, 2 GiB)",
    ("60M, 150M unpacked", 60_000_001): "60.0M compressed is 1 byte over the limit (60M)",
    ("heroku, 150M unpacked", 160_000_000): "160.0M uncompressed is 10.0M over the limit "
    "(150M unpacked)",
    ("render", 10**15): "",
}


@pytest.mark.parametrize(("name", "size"), OVER)
def test_a_platforms_own_numbers(name: str, size: int) -> None:
    limit = parse_limit(name)
    said = " and ".join(over_sentences(limit, Bytes(size, size)))
    assert said == OVER[name, size]
    verdicts = list(limit_sentences(limit, Bytes(size, size)))
    assert any("TOO LARGE" in words for words, _ in verdicts) == bool(said)
    assert all(("TOO LARGE" in words) == over for words, over in verdicts)


def test_the_platforms_have_names_of_their_own() -> None:
    assert len({limit.name for limit in LIMITS}) == len(LIMITS)
    assert LIMITS[0].name == "heroku"
