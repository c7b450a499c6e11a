"""Bytes before and after, compressed as the slug will be, by distribution and by rule."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slugfit.catalog.limits import Measure


@dataclass(frozen=True, slots=True)
class Bytes:
    """A size both ways."""

    uncompressed: int
    """Bytes on the disk."""
    compressed: int
    """Bytes in the slug."""

    def weigh(self, measure: Measure) -> int:
        """The one of the two that ``measure`` names."""
        return self.compressed if measure == "compressed" else self.uncompressed

    def __add__(self, other: Bytes) -> Bytes:
        return Bytes(self.uncompressed + other.uncompressed, self.compressed + other.compressed)

    def __sub__(self, other: Bytes) -> Bytes:
        return Bytes(self.uncompressed - other.uncompressed, self.compressed - other.compressed)


ZERO = Bytes(0, 0)


@dataclass(frozen=True, slots=True)
class Sizes:
    """What is left and what goes."""

    kept: Mapping[str, Bytes]
    """What is left, by owner."""
    gone: Mapping[tuple[str, str], Bytes]
    """What goes, by (rule, owner)."""
    bytecode: Bytes = ZERO
    """The part of what is left that is bytecode of the app's start."""
    added: Bytes = ZERO
    """The part of what is left that was not there before, less what replaced bytecode has lost."""
    estimated: bool = False
    """Whether only a sample was compressed."""
    tops: Mapping[tuple[str, str], Bytes] = field(default_factory=dict)
    """The parts of what is left by (top-level entry of a folder of packages, owner), if asked."""
    packed: Mapping[str, int] = field(default_factory=dict)
    """How many compressed bytes less what is left takes because it is packed, by owner."""

    @property
    def after(self) -> Bytes:
        """The slug as it will be."""
        return sum(self.kept.values(), ZERO)

    @property
    def before(self) -> Bytes:
        """The slug as it was."""
        both = sum(self.gone.values(), self.after)
        return both - self.added + Bytes(0, sum(self.packed.values()))

    def gone_by_rule(self) -> Mapping[str, Bytes]:
        """What each rule takes."""
        found: dict[str, Bytes] = {}
        for (rule, _), size in self.gone.items():
            found[rule] = found.get(rule, ZERO) + size
        return found

    def gone_by_owner(self) -> Mapping[str, Bytes]:
        """What leaves each distribution."""
        found: dict[str, Bytes] = {}
        for (_, owner), size in self.gone.items():
            found[owner] = found.get(owner, ZERO) + size
        return found
