"""Which distributions have to do with each other, as their metadata say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slugfit.scan.owners import APP, PYTHON

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from slugfit.scan.distributions import Distribution

INSTALLERS = frozenset(("pip", "setuptools", "wheel", "uv", "poetry", "pipenv", "pkg-resources"))
"""Distributions that the next build, or whoever continues an image, installs with."""
AT_RUN_TIME = frozenset(("pkg_resources",))
"""What installers bring for programs that run: many use it, and never say so in their metadata."""


@dataclass(frozen=True, slots=True)
class Relations:
    """Who requires whom, or would with an extra."""

    wanted: Mapping[str, frozenset[str]]
    """By distribution: what it requires, and what its extras do."""
    brought: frozenset[str]
    """What another distribution requires, or a build brings: nobody had to ask for it."""

    def has_to_do_with(self, owner: str, other: str, top: str) -> bool:
        """Whether code of ``owner`` can count on the package ``top`` of ``other``.

        Not on what its metadata do not mention, and only a third distribution has brought here.
        What was asked for by itself can be there for anyone.
        """
        if owner in (APP, other) or other in (APP, PYTHON, "") or top in AT_RUN_TIME:
            return True
        return other in self.wanted.get(owner, ()) or other not in self.brought


def relations_of(distributions: Iterable[Distribution]) -> Relations:
    """The relations of what is installed."""
    known = tuple(distributions)
    wanted = {dist.name: dist.requires | dist.extras for dist in known}
    required = (name for dist in known for name in dist.requires)
    return Relations(wanted, INSTALLERS.union(required))
