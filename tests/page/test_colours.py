"""The colours of the map, as people with each kind of colour blindness see them.

The matrices are those of Machado, Oliveira and Fernandes (2009) for the whole loss of one kind of
cone, which work on linear RGB:
https://www.inf.ufrgs.br/~oliveira/pubs_files/CVD_Simulation/CVD_Simulation.html.
Contrast is WCAG's: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio.
"""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest

from slugfit import page

LUMINANCE = (0.2126, 0.7152, 0.0722)
SEEN = {
    "all cones": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
    "achromatopsia": (LUMINANCE, LUMINANCE, LUMINANCE),
}
SOLID = (("kept", "shortened", "packed"), ("unchanged", "added", "grown", "shrunk"))
"""What a legend shows side by side without lines over it."""
HATCHED = ("gone", "rule-0", "rule-1", "rule-2", "rule-3", "rule-4", "rule-other")
LINES = 0.35
"""How much of a hatching's colour is its lines'."""
Colour = tuple[float, ...]


def _palettes() -> dict[str, dict[str, Colour]]:
    style = (Path(page.__file__).parent / "parts/page.css").read_text("utf-8")
    blocks = re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    return {
        theme: {
            name: tuple(int(value[at : at + 2], 16) / 255 for at in (0, 2, 4))
            for name, value in re.findall(r"--([\w-]+): #([0-9a-f]{6})", block)
        }
        for theme, block in zip(("light", "dark"), blocks, strict=True)
    }


PALETTES = _palettes()


def linear(colour: Colour) -> Colour:
    return tuple(
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour
    )


def luminance(colour: Colour, seen: str = "all cones") -> float:
    """Of a colour as it is seen."""
    parts = [
        min(max(sum(a * b for a, b in zip(row, linear(colour), strict=True)), 0.0), 1.0)
        for row in SEEN[seen]
    ]
    return sum(a * b for a, b in zip(LUMINANCE, parts, strict=True))


def contrast(one: Colour, other: Colour, seen: str = "all cones") -> float:
    darker, lighter = sorted((luminance(one, seen), luminance(other, seen)))
    return (lighter + 0.05) / (darker + 0.05)


def ink_on(palette: dict[str, Colour], colour: Colour) -> Colour:
    return palette["tile-light" if luminance(colour) < 0.199 else "tile-dark"]


@pytest.mark.parametrize("seen", SEEN)
@pytest.mark.parametrize("theme", PALETTES)
def test_states_differ_in_lightness(theme: str, seen: str) -> None:
    palette = PALETTES[theme]
    for states in SOLID:
        for one, other in itertools.combinations(states, 2):
            assert contrast(palette[one], palette[other], seen) >= 1.3, (one, other)


@pytest.mark.parametrize("seen", SEEN)
@pytest.mark.parametrize("theme", PALETTES)
def test_the_lines_over_what_goes_are_seen(theme: str, seen: str) -> None:
    palette = PALETTES[theme]
    for name in HATCHED:
        tile = palette[name]
        ink = ink_on(palette, tile)
        line = tuple(a * (1 - LINES) + b * LINES for a, b in zip(tile, ink, strict=True))
        assert contrast(tile, line, seen) >= 1.3, name


@pytest.mark.parametrize("theme", PALETTES)
def test_names_can_be_read_on_every_tile(theme: str) -> None:
    palette = PALETTES[theme]
    for name in (*itertools.chain(*SOLID), *HATCHED, "removed", "faded"):
        assert contrast(palette[name], ink_on(palette, palette[name])) >= 4.5, name
