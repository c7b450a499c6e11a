"""Sizes: those of the app's own files measured anew, the others where they have changed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from slugfit.apply.change import is_too_near, measured_change, weigh_change
from slugfit.base.hashing import sha256_if_readable
from slugfit.measure.sampling import SAMPLED, Weighing
from slugfit.measure.weigh import Parts, sizes_of, weigh_parts
from slugfit.rebuild.entry import drop_oldest, read_entry, write_entry
from slugfit.rebuild.state import state_digest
from slugfit.scan.owners import APP

if TYPE_CHECKING:
    from slugfit.apply.change import Change
    from slugfit.catalog.limits import Limit
    from slugfit.measure.members import Measured
    from slugfit.measure.sizes import Sizes
    from slugfit.plan.decision import Plan

_FOLDER = "sizes"
_ENTRIES = 12
"""Entries that are kept: where a limit is hard to fit, several plans of a build are measured."""
_LEAST = 16 * 2**20
"""Bytes of a tree from which on it pays: parts of a small one share the blocks of its stream."""


@dataclass(frozen=True, slots=True)
class Left:
    """What a build leaves of its sizes."""

    digest: bytes
    """Of the files that are installed, and what is done to them."""
    sites: tuple[str, ...]
    """The folders whose top-level entries were measured one by one."""
    every: int
    """One slice in how many was compressed."""
    parts: Parts
    """All that was measured."""
    own: bytes
    """The digest of the app's own files."""


@dataclass(frozen=True, slots=True)
class Measuring:
    """How a tree is measured."""

    limit: Limit | None
    """What it is compared with; None to compress all of it."""
    sites: tuple[str, ...]
    """The folders whose top-level entries are measured one by one as well."""
    cache: Path | None
    """Slugfit's folder in the build cache, None if there is none."""
    state: bytes = b""
    """The digest of the files and of the change if it is known, else b""."""


def measure_again(plan: Plan, change: Change, old: Path | None, how: Measuring) -> Sizes:
    """The sizes of a plan's tree with its change, applied if ``old`` is told. Raises OSError."""
    if how.cache is None or sum(entry.size for entry in plan.tree.files()) < _LEAST:
        return weigh_change(plan, change, old, how.limit, how.sites).sizes
    digest, own = how.state or state_digest(plan, change), _own_digest(plan, old)
    file = how.cache / _FOLDER / digest.hex()[:16]
    left = read_entry(file)
    if isinstance(left, Left) and (left.digest, left.sites) == (digest, how.sites):
        measured = measured_change(plan, change, old, Weighing(left.every, left.sites))
        parts = left.parts
        if left.own != own:
            parts = parts.only(own=False) | weigh_parts(_own_measured(measured), own_only=True)
        sizes = sizes_of(measured, parts)
        if not _is_too_rough(sizes, how):
            return sizes
    weighed = weigh_change(plan, change, old, how.limit, how.sites)
    every = weighed.measured.weighing.every
    write_entry(file, Left(digest, how.sites, every, weighed.parts, own))
    drop_oldest(file.parent, _ENTRIES)
    return weighed.sizes


def _is_too_rough(sizes: Sizes, how: Measuring) -> bool:
    return sizes.estimated if how.limit is None else is_too_near(sizes, how.limit)


def _own_measured(measured: Measured) -> Measured:
    """The same for the app's own files alone, of which fewer may be worth a sample."""
    size = sum(item.size for item in measured.decisions if item.owner == APP)
    weighing = replace(measured.weighing, every=max(-(-size // SAMPLED), 1))
    return replace(measured, weighing=weighing)


def _own_digest(plan: Plan, old: Path | None) -> bytes:
    """32 bytes that change with any file of the app's own, and with what is done to it."""
    digest = hashlib.sha256()
    entries = {entry.path: entry for entry in plan.tree.files()}
    for item in plan.decisions:
        entry = entries.get(item.path)
        if item.owner != APP or entry is None:
            continue
        place = next(filter(Path.is_file, _places(plan, item.path, old)), None)
        content = b"" if place is None else sha256_if_readable(place)
        loaded = item.reason is not None and item.reason.kind
        told = (item.path, item.action, item.rule, loaded, entry.size, entry.mode, content)
        digest.update(repr(told).encode("utf-8", "surrogateescape"))
    return digest.digest()


def _places(plan: Plan, path: str, old: Path | None) -> tuple[Path, ...]:
    return (plan.tree.root / path,) if old is None else (old / path, plan.tree.root / path)
