"""The archives of one tree: which are made, how densely, and until when."""

from __future__ import annotations

import math
import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slugfit.base.errors import TreeError
from slugfit.base.hashing import sha256_of
from slugfit.packing.archive import SUFFIX, packed_file, place_of, tar_stream
from slugfit.packing.density import DENSE, FAST, Patience, patience
from slugfit.packing.outcome import PackedBundle
from slugfit.packing.outlook import bundles_to_pack

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from slugfit.base.clock import Clock
    from slugfit.packing.archive import Archiver
    from slugfit.packing.units import Bundle
    from slugfit.scan.tree import Entry, Tree

LEAST = 20_000
"""Bytes that an archive has to save."""
_PLAIN = re.compile(r"[^A-Za-z0-9_.-]")


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive in the folder where archives are made."""

    packed: PackedBundle
    """What it is in the slug."""
    file: Path
    """Where it lies."""
    digest: str
    """The SHA-256 of its tar stream."""


@dataclass(frozen=True, slots=True)
class Maker:
    """What making archives takes."""

    tree: Tree
    """Where the folders are."""
    time_of: Callable[[Entry], int]
    """The time that each entry has in a slug, in seconds."""
    archiver: Archiver
    """What makes them, and where."""
    clock: Clock
    """In what time."""

    def make(self, bundle: Bundle, until: Patience | None) -> Archive:
        """The archive of ``bundle``, dense if there is one or can be by ``until``.

        Raises OSError, and TreeError.
        """
        units = frozenset(unit.path for unit in bundle.units)
        stream = tar_stream(self.tree, bundle.site, units, self.time_of)
        dense = place_of(stream, self.archiver, DENSE)
        if until is not None and (dense.is_file() or until.is_enough(stream.size)):
            # Where it takes longer, or more memory than there is, the other level does.
            with suppress(TreeError):
                file = packed_file(stream, self.archiver, DENSE, until.left())
                return _archive(bundle, file, stream.digest)
        file = packed_file(stream, self.archiver, FAST, self.clock.left())
        return _archive(bundle, file, stream.digest)

    def make_enough(self, bundles: Sequence[Bundle], needed: float) -> tuple[Archive, ...]:
        """Archives of ``bundles`` that save ``needed`` bytes; if that is infinite of all, densely.

        What one saves is known only then: when those that should have been enough are not, others
        are, and when all are not, the same more densely.
        """
        if math.isinf(needed):
            until = patience(self.clock.left())
            made = (self.make(bundle, until) for bundle in bundles)
            return tuple(item for item in made if item.packed.saved >= LEAST)
        made_fast = self._fast(bundles, needed)
        return self._denser(made_fast, needed - sum(item.packed.saved for item in made_fast))

    def _fast(self, left: Sequence[Bundle], needed: float) -> tuple[Archive, ...]:
        made: list[Archive] = []
        while left and needed > 0:
            chosen = bundles_to_pack(left, needed)
            left = tuple(bundle for bundle in left if bundle not in chosen)
            for bundle in chosen:
                archive = self.make(bundle, None)
                if archive.packed.saved >= LEAST:
                    needed -= archive.packed.saved
                    made.append(archive)
                if needed <= 0:
                    return tuple(made)
        return tuple(made)

    def _denser(self, made: Sequence[Archive], needed: float) -> tuple[Archive, ...]:
        """The same, those that take most densely, until they save ``needed`` bytes more."""
        until = patience(self.clock.left())
        denser = {item.digest: item for item in made}
        for item in sorted(made, key=lambda item: -item.packed.compressed):
            if needed <= 0:
                break
            again = self.make(item.packed.bundle, until)
            needed -= item.packed.compressed - again.packed.compressed
            denser[item.digest] = again
        return tuple(denser.values())


def _archive(bundle: Bundle, file: Path, digest: str) -> Archive:
    sha256 = sha256_of(file).hex()
    name = f"{_PLAIN.sub('', bundle.owner)}-{sha256[:12]}{SUFFIX}"
    return Archive(PackedBundle(bundle, name, sha256, file.stat().st_size), file, digest)
