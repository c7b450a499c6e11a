"""Python itself with pip, as every slug has them. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slugfit.catalog.forecast_ratios import PYTHON_PARTS
from slugfit.measure.sizes import ZERO, Bytes

if TYPE_CHECKING:
    from collections.abc import Collection


def measured_python(version: tuple[int, int]) -> tuple[int, int]:
    """The measured version that stands for this one: the nearest."""
    return min(PYTHON_PARTS, key=lambda known: (abs(known[1] - version[1]), -known[1]))


def python_part(version: tuple[int, int], names: Collection[str]) -> tuple[Bytes, Bytes]:
    """Its bytes plain and slimmed, without what the app asks for itself (``names``)."""
    part = PYTHON_PARTS[measured_python(version)]
    installed = {"": part.python, "pip": part.pip, "setuptools": part.setuptools}
    sizes = [pair for name, pair in installed.items() if pair is not None and name not in names]
    plain = sum((Bytes(*pair[0]) for pair in sizes), ZERO)
    return plain, sum((Bytes(*pair[1]) for pair in sizes), ZERO)
