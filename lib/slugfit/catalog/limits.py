"""LIMITS: what each platform accepts, as data, and sizes as people write them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

Measure = Literal["compressed", "uncompressed"]
_SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(?:([kmg])(i?))?b?", re.IGNORECASE)
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3}


@dataclass(frozen=True, slots=True)
class Limit:
    """What one platform accepts."""

    name: str
    """What SLUGFIT_LIMIT calls it."""
    size: int | None
    """Bytes; None if the platform publishes no limit."""
    measure: Measure
    """Which size of the app is compared with it."""
    source: str
    """What the platform says, in words."""
    url: str = ""
    """Where it says so, "" for a size that the user set."""
    slugignore: bool = True
    """Whether the platform itself leaves out what .slugignore names."""
    unpacks: bool = True
    """Whether a process can unpack what its slug holds packed: the platform sources .profile.d, and
    its run image has zstd, tar and flock (https://devcenter.heroku.com/articles/stack-packages)."""

    def used(self, size: int) -> float | None:
        """Which part of the limit ``size`` bytes are; None if there is no limit."""
        return None if self.size is None else size / self.size


def _image(name: str, size: int | None, source: str, url: str) -> Limit:
    """A platform of images: what they hold is measured unpacked, and no .slugignore is known."""
    return Limit(name, size, "uncompressed", source, url, slugignore=False, unpacks=False)


_HEROKU = "https://devcenter.heroku.com/articles/slug-compiler#slug-size"
_SCALINGO = "https://doc.scalingo.com/platform/getting-started/common-deployment-errors"

LIMITS = (
    Limit("heroku", 1_000_000_000, "compressed", "1 GB compressed since March 2026", _HEROKU),
    Limit(
        "heroku-2025",
        500 * 2**20,
        "compressed",
        "500 MB, Heroku's limit until March 2026",
        _HEROKU,
    ),
    Limit("scalingo", 2 * 2**30, "compressed", "2 GiB image archive", _SCALINGO, unpacks=False),
    _image(
        "digitalocean",
        2**30,
        "advice: under 1 GiB; over 2 GiB builds often fail",
        "https://docs.digitalocean.com/products/app-platform/details/limits/",
    ),
    _image(
        "railway",
        4_000_000_000,
        "4 GB image on free plans",
        "https://docs.railway.com/reference/pricing/plans",
    ),
    _image(
        "fly",
        8_000_000_000,
        "8 GB uncompressed root file system",
        "https://community.fly.io/search?q=exceeds+maximum+of+8GB+uncompressed",
    ),
    _image(
        "render",
        None,
        "no limit on the size of an image is known to be published",
        "https://render.com/docs/docker",
    ),
    _image(
        "image",
        None,
        "an image, wherever it runs; the default of Cloud Native Buildpacks",
        "https://github.com/opencontainers/image-spec/blob/main/layer.md",
    ),
    _image("dokku", None, "your own server: its disk is the limit", "https://dokku.com/docs/"),
    _image(
        "lambda",
        262_144_000,
        "250 MB unzipped",
        "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html",
    ),
    _image(
        "vercel",
        500_000_000,
        "500 MB uncompressed for Python",
        "https://vercel.com/docs/functions/limitations",
    ),
)


def parse_size(text: str) -> int:
    """Bytes of ``500M``, ``1.5GB``, ``2GiB`` or ``123456``; raise ValueError for other text.

    K, M and G are powers of 1000; Ki, Mi and Gi are powers of 1024.
    """
    match = _SIZE.fullmatch(text.strip())
    if not match:
        raise ValueError(text)
    number, unit, binary = match.groups()
    # A Fraction: no digit is lost, and no size is too large to be told.
    size = int(Fraction(number) * (1024 if binary else 1000) ** _POWERS[(unit or "").lower()])
    if size <= 0:
        raise ValueError(text)
    return size


def parse_limit(text: str) -> Limit:
    """A profile's name or a size (compressed); raise ValueError if it is neither."""
    for limit in LIMITS:
        if limit.name == text.strip().lower():
            return limit
    return Limit(text.strip(), parse_size(text), "compressed", "set by SLUGFIT_LIMIT")
