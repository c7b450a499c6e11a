"""LIMITS: what each platform accepts, as data, and limits as people write them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from slugfit.catalog.size_units import (
    BINARY_M,
    BYTES,
    GB,
    GIB,
    MB,
    MIB,
    Unit,
    parse_size_and_unit,
)

Measure = Literal["compressed", "uncompressed"]
_WORDS: dict[str, Measure] = {
    **dict.fromkeys(("compressed", "packed", "zipped"), "compressed"),
    **dict.fromkeys(("uncompressed", "unpacked", "unzipped"), "uncompressed"),
}
"""What SLUGFIT_LIMIT says after a size, by what it means."""


@dataclass(frozen=True, slots=True)
class Bound:
    """One size that an app may have at most."""

    size: int
    """Bytes."""
    measure: Measure
    """Which size of the app is compared with it."""
    told: str
    """As the platform, or the user, tells it."""
    unit: Unit
    """What the app's own size is told in beside it."""

    def used(self, size: int) -> float:
        """Which part of it ``size`` bytes are."""
        return size / self.size

    def over(self, size: int) -> int:
        """How many bytes ``size`` bytes are too many, 0 if they fit."""
        return max(size - self.size, 0)


@dataclass(frozen=True, slots=True)
class Limit:
    """What one platform accepts."""

    name: str
    """What SLUGFIT_LIMIT calls it."""
    measure: Measure
    """Which size of the app counts there; the first, where two are bounded."""
    bounds: tuple[Bound, ...]
    """At most one for each measure; none if the platform publishes no limit."""
    source: str
    """What the platform says, in words."""
    url: str = ""
    """Where it says so, "" for a size that the user set."""
    slugignore: bool = True
    """Whether the platform itself leaves out what .slugignore names."""
    unpacks: bool = True
    """Whether a process can unpack what its slug holds packed: the platform sources .profile.d, and
    its run image has zstd, tar and flock (https://devcenter.heroku.com/articles/stack-packages)."""

    def bound(self, measure: Measure) -> Bound | None:
        """The bound of this measure, None if there is none."""
        return next((bound for bound in self.bounds if bound.measure == measure), None)

    def label(self, bound: Bound) -> str:
        """Whose bound it is, and as it is told there: ``lambda, 262144000 bytes unzipped``."""
        name, _, own = self.name.partition(",")
        return bound.told if bound.told in (name, own.strip()) else f"{name}, {bound.told}"


def _slug(name: str, bound: Bound, source: str, url: str, *, unpacks: bool = True) -> Limit:
    """A platform of slugs, which it compresses and cleans of what .slugignore names."""
    return Limit(name, "compressed", (bound,), source, url, unpacks=unpacks)


def _image(name: str, bounds: tuple[Bound, ...], source: str, url: str) -> Limit:
    """A platform of images: what they hold is measured unpacked, and no .slugignore is known."""
    first = bounds[0].measure if bounds else "uncompressed"
    return Limit(name, first, bounds, source, url, slugignore=False, unpacks=False)


def _unpacked(size: int, told: str, unit: Unit) -> tuple[Bound, ...]:
    return (Bound(size, "uncompressed", told, unit),)


_HEROKU = "https://devcenter.heroku.com/articles/slug-compiler#slug-size"
_SCALINGO = "https://doc.scalingo.com/platform/getting-started/common-deployment-errors"

LIMITS = (
    _slug(
        "heroku",
        Bound(1_000_000_000, "compressed", "1 GB", MB),
        "1 GB compressed since March 2026",
        _HEROKU,
    ),
    _slug(
        "heroku-2025",
        Bound(500 * 2**20, "compressed", "500M", BINARY_M),
        "500 MB, Heroku's limit until March 2026",
        _HEROKU,
    ),
    _slug(
        "scalingo",
        Bound(2 * 2**30, "compressed", "2 GiB", GIB),
        "2 GiB image archive",
        _SCALINGO,
        unpacks=False,
    ),
    _image(
        "digitalocean",
        _unpacked(2**30, "1 GiB advised", GIB),
        "advice: under 1 GiB; over 2 GiB builds often fail",
        "https://docs.digitalocean.com/products/app-platform/details/limits/",
    ),
    _image(
        "railway",
        _unpacked(4_000_000_000, "4 GB", GB),
        "4 GB image on free plans",
        "https://docs.railway.com/reference/pricing/plans",
    ),
    _image(
        "fly",
        _unpacked(8_000_000_000, "8GB uncompressed", GB),
        "8 GB uncompressed root file system",
        "https://community.fly.io/search?q=exceeds+maximum+of+8GB+uncompressed",
    ),
    _image(
        "render",
        (),
        "no limit on the size of an image is known to be published",
        "https://render.com/docs/docker",
    ),
    _image(
        "image",
        (),
        "an image, wherever it runs; the default of Cloud Native Buildpacks",
        "https://github.com/opencontainers/image-spec/blob/main/layer.md",
    ),
    _image("dokku", (), "your own server: its disk is the limit", "https://dokku.com/docs/"),
    _image(
        "lambda",
        _unpacked(262_144_000, "262144000 bytes unzipped", BYTES),
        "250 MB unzipped",
        "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html",
    ),
    _image(
        "vercel",
        # What the builder adds up are the files as they are, whatever they are zipped to:
        # ``LAMBDA_SIZE_THRESHOLD_BYTES`` in npm's @vercel/python 25.0.0.
        _unpacked(225 * 2**20, "225 MiB unzipped", MIB),
        "225 MiB unzipped; over that packages are installed at each cold start, as published, up "
        "to 500 MiB",
        "https://vercel.com/docs/functions/limitations",
    ),
)


def parse_limit(text: str) -> Limit:
    """A platform's name, a size, or two of these with a comma; raise ValueError for other text.

    A size is the compressed one unless a word after it says otherwise; no measure may be bounded
    twice.
    """
    parts = [part.strip() for part in text.replace("\n", ",").split(",")]
    if len(parts) > 2:  # noqa: PLR2004 - there are two measures
        raise ValueError(text)
    named = {limit.name: limit for limit in LIMITS}
    first = named.get(parts[0].lower())
    if first is not None and len(parts) == 1:
        return first
    bounds = first.bounds if first else (_bound(parts[0]),)
    bounds += tuple(_bound(part) for part in parts[1:])
    if len({bound.measure for bound in bounds}) < len(bounds):
        raise ValueError(text)
    name = ", ".join(parts)
    if first is not None:
        return replace(first, name=name, measure=bounds[0].measure, bounds=bounds)
    return Limit(name, bounds[0].measure, bounds, "set by SLUGFIT_LIMIT")


def _bound(text: str) -> Bound:
    """The bound that a size is, with a word after it or without."""
    match = re.fullmatch(r"(.*?)\s*([a-z]{5,})?", text, re.IGNORECASE | re.DOTALL)
    number, word = (part or "" for part in match.groups()) if match else (text, "")
    size, unit = parse_size_and_unit(number)
    measure = _WORDS.get(word.lower() or "compressed")
    if measure is None:
        raise ValueError(text)
    return Bound(size, measure, text, unit)
