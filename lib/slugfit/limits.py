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
    """A platform's limit in bytes, or None if it publishes none, and the size it is compared with.

    ``slugignore``: whether the platform itself leaves out what .slugignore names.
    """

    name: str
    size: int | None
    measure: Measure
    source: str
    slugignore: bool = True

    def used(self, size: int) -> float | None:
        """Which part of the limit ``size`` bytes are; None if there is no limit."""
        return None if self.size is None else size / self.size


def _image(name: str, size: int | None, source: str) -> Limit:
    """A platform of images: what they hold is measured unpacked, and no .slugignore is known."""
    return Limit(name, size, "uncompressed", source, slugignore=False)


LIMITS = (
    Limit("heroku", 1_000_000_000, "compressed", "1 GB compressed since March 2026"),
    Limit("heroku-2025", 500 * 2**20, "compressed", "500 MB, Heroku's limit until March 2026"),
    Limit("scalingo", 2 * 2**30, "compressed", "2 GiB image archive"),
    _image("digitalocean", 2**30, "advice: under 1 GiB; over 2 GiB builds often fail"),
    _image("railway", 4_000_000_000, "4 GB image on free plans"),
    _image("fly", 8_000_000_000, "8 GB uncompressed root file system"),
    _image("render", None, "no limit on the size of an image is known to be published"),
    _image("dokku", None, "your own server: its disk is the limit"),
    _image("lambda", 262_144_000, "250 MB unzipped"),
    _image("vercel", 500_000_000, "500 MB uncompressed for Python"),
)


def parse_size(text: str) -> int:
    """Bytes of ``500M``, ``1.5GB``, ``2GiB`` or ``123456``; raise ValueError if it is no size.

    K, M and G are powers of 1000; Ki, Mi and Gi are powers of 1024.
    """
    found = _SIZE.fullmatch(text.strip())
    if not found:
        raise ValueError(text)
    number, unit, binary = found.groups()
    # A Fraction: no digit is lost, and no size is too large to be told.
    size = int(Fraction(number) * (1024 if binary else 1000) ** _POWERS[(unit or "").lower()])
    if size <= 0:
        raise ValueError(text)
    return size


def parse(text: str) -> Limit:
    """A profile's name or a size (compressed); raise ValueError if it is neither."""
    for limit in LIMITS:
        if limit.name == text.strip().lower():
            return limit
    return Limit(text.strip(), parse_size(text), "compressed", "set by SLUGFIT_LIMIT")
