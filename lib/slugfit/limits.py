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
    """A platform's limit in bytes, and which size it is compared with."""

    name: str
    size: int
    measure: Measure
    source: str


LIMITS = (
    Limit("heroku", 1_000_000_000, "compressed", "1 GB compressed since March 2026"),
    Limit("heroku-2025", 500 * 2**20, "compressed", "500 MB, Heroku's limit until March 2026"),
    Limit("scalingo", 2 * 2**30, "compressed", "2 GiB image archive"),
    Limit("digitalocean", 2**30, "uncompressed", "advice: builds over 1 GiB are slow and fail"),
    Limit("railway", 4_000_000_000, "uncompressed", "4 GB image on free plans"),
    Limit("fly", 8_000_000_000, "uncompressed", "8 GB uncompressed root file system"),
    Limit("lambda", 262_144_000, "uncompressed", "250 MB unzipped"),
    Limit("vercel", 500_000_000, "uncompressed", "500 MB uncompressed for Python"),
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
