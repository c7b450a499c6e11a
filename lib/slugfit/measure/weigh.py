"""What the parts of a slug take, before and after a plan.

No byte is compressed twice: the kept files are one stream, which is the slug; what goes is a second
one, rule by rule. "Before" is the sum of both. Of a large tree a sample is compressed.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from slugfit.measure.members import ADDED, SEPARATOR, Changed, Measured, gone_pieces, kept_pieces
from slugfit.measure.sampling import WHOLE, Weighing, compressed_sizes
from slugfit.measure.sizes import ZERO, Bytes, Sizes
from slugfit.scan.owners import APP

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from slugfit.measure.pieces import Piece
    from slugfit.plan.decision import Decision
    from slugfit.scan.tree import Tree


@dataclass(frozen=True, slots=True)
class Parts:
    """What was weighed, by keys: the parts of one tree can be weighed one by one."""

    kept: Mapping[str, Bytes]
    """What is left."""
    gone: Mapping[str, Bytes]
    """What goes."""

    def only(self, *, own: bool) -> Parts:
        """The parts that are the app's own files, or all others."""
        return Parts(
            {key: size for key, size in self.kept.items() if _is_own(key, 0) == own},
            {key: size for key, size in self.gone.items() if _is_own(key, 1) == own},
        )

    def __or__(self, other: Parts) -> Parts:
        return Parts({**self.kept, **other.kept}, {**self.gone, **other.gone})


def _is_own(key: str, place: int) -> bool:
    """Whether the owner, which stands at this place of a key, is the app."""
    return key.split(SEPARATOR)[place] == APP


@dataclass(frozen=True, slots=True)
class Weighed:
    """What was measured, and what its parts take."""

    measured: Measured
    parts: Parts

    @property
    def sizes(self) -> Sizes:
        """The sizes that the parts make."""
        return sizes_of(self.measured, self.parts)


def measure_sizes(
    tree: Tree,
    decisions: Sequence[Decision],
    old: Path | None = None,
    *,
    changed: Changed | None = None,
    weighing: Weighing = WHOLE,
) -> Sizes:
    """Sizes of ``tree`` under ``decisions``; what changes is read in ``old`` if it was moved.

    Raises OSError.
    """
    measured = Measured(tree, decisions, old, changed or Changed(), weighing)
    return sizes_of(measured, weigh_parts(measured))


def sizes_of(measured: Measured, parts: Parts) -> Sizes:
    """The sizes that these parts make."""
    kept: dict[str, Bytes] = {}
    tops: dict[tuple[str, str], Bytes] = {}
    bytecode = added = ZERO
    for key, size in sorted(parts.kept.items()):
        name, kind, top = key.split(SEPARATOR)
        owner = name or APP
        kept[owner] = kept.get(owner, ZERO) + size
        if top:
            tops[top, owner] = tops.get((top, owner), ZERO) + size
        bytecode += size if kind else ZERO
        added += size if kind == ADDED else ZERO
    added += _growth(measured.tree, measured.changed)
    parted = {tuple(key.split(SEPARATOR)): size for key, size in sorted(parts.gone.items())}
    by_rule = {(key[0], key[1]): size for key, size in parted.items()}
    return Sizes(kept, by_rule, bytecode, added, measured.weighing.every > 1, tops)


def weigh_parts(measured: Measured, *, own_only: bool = False) -> Parts:
    """What the parts of a tree take, or those of the app's own files alone. Raises OSError."""
    kept = kept_pieces(measured)
    gone = gone_pieces(measured.tree, measured.decisions, measured.old or measured.tree.root)
    if own_only:
        kept = (piece for piece in kept if _is_own(piece.key, 0))
        gone = (piece for piece in gone if _is_own(piece.key, 1))
    every = measured.weighing.every
    return Parts(_weigh(kept, every), _weigh(gone, every))


def _growth(tree: Tree, changed: Changed) -> Bytes:
    """How much larger replaced bytecode files are than what was there."""
    sizes = {entry.path: entry.size for entry in tree.files() if entry.path in changed.compiled}
    return Bytes(sum(len(changed.compiled[path]) - size for path, size in sizes.items()), 0)


def _weigh(pieces: Iterator[Piece], every: int) -> Mapping[str, Bytes]:
    """Uncompressed and compressed bytes by key."""
    plain: Counter[str] = Counter()
    packed = compressed_sizes(_counted(pieces, plain), every)
    return {key: Bytes(plain[key], packed.get(key, 0)) for key in sorted(plain)}


def _counted(pieces: Iterator[Piece], plain: Counter[str]) -> Iterator[Piece]:
    """The pieces, their uncompressed bytes added to ``plain``."""
    for piece in pieces:
        plain[piece.key] += piece.content - piece.uncounted
        place = piece.source
        if place is not None and not os.access(place, os.R_OK) and os.path.lexists(place):
            # What nobody here may read counts as zeros.
            yield replace(piece, source=None)
        else:
            yield piece
