"""What packing could save, before anything is packed: which folders, and about how much."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from slugfit.base.cover import Item, cheapest_cover
from slugfit.measure.members import top_entry
from slugfit.measure.sizes import ZERO, Bytes
from slugfit.packing.outcome import PackedBundle, Packing, Refusal
from slugfit.packing.units import Bundle, SiteFacts, find_bundles
from slugfit.packing.zstd import missing_programs, python_of_slug
from slugfit.scan.path_files import read_path_files

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from slugfit.catalog.limits import Limit
    from slugfit.measure.sizes import Sizes
    from slugfit.plan.decision import Plan
    from slugfit.scan.layout import Layout
    from slugfit.scan.tree import Tree
    from slugfit.settings.config import Config
    from slugfit.settings.current_run import Run

SLUG_PREFIX = ".heroku/python"
"""Where a slug whose processes source .profile.d has its Python."""
PACKED_PART, SMALL_PART = 0.8, 0.9
"""What zstd leaves at most of what gzip makes of most packages, and of small ones (docs/bench.md).

A plan that counts on less would not fit once it is packed."""
SAMPLE_ERROR = 0.005
"""Which part of a slug's size a sample of it can be wrong by (docs/bench.md)."""
ORDER_ERROR = 0.006
"""Part of a slug that it can be larger by in a platform's archive, whose files stand in the order
of the disk: 0.3 to 0.54 % (measured on three trees). What is made to fit has to fit there too."""
SMALL = 5_000_000
"""Bytes of the slug below which a package is small."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What could be packed."""

    bundles: tuple[Bundle, ...] = ()
    """That which takes most of the slug first; nothing if packing is refused."""
    refusal: Refusal | None = None
    """Why nothing can be packed."""

    @property
    def saves(self) -> int:
        """About how much smaller the slug can be, in bytes."""
        return sum(map(expected_saving, self.bundles))

    def without(self, packed: Iterable[Bundle]) -> Outlook:
        """What is left when these are packed."""
        done = {(bundle.owner, bundle.site) for bundle in packed}
        left = (item for item in self.bundles if (item.owner, item.site) not in done)
        return replace(self, bundles=tuple(left))


def expected_saving(bundle: Bundle) -> int:
    """About how much smaller the slug is with this one packed, in bytes."""
    part = SMALL_PART if bundle.compressed < SMALL else PACKED_PART
    return round(bundle.compressed * (1 - part))


def sites_to_measure(planned: Plan, config: Config) -> tuple[str, ...]:
    """The folders of packages whose entries are measured one by one: what packing goes by."""
    return () if config.pack == "off" else planned.layout.site_packages


def packing_refusal(config: Config, run: Run, layout: Layout) -> Refusal | None:
    """Why nothing can be packed here, whatever the slug's size is; None if it can."""
    if run.tree_is_cached:
        return Refusal("cached tree")
    if layout.shape != "slug" or layout.prefix != SLUG_PREFIX or run.app is not None:
        return Refusal("not a slug")
    if not config.limit.unpacks:
        return Refusal("platform", config.limit.name)
    missing = missing_programs(python_of_slug(layout))
    return Refusal("no program", ", ".join(missing)) if missing else None


def packing_outlook(plan: Plan, sizes: Sizes, config: Config, run: Run) -> Outlook:
    """What could be packed of a plan's tree, which nobody has changed yet. Raises OSError."""
    refusal = packing_refusal(config, run, plan.layout)
    if refusal is not None:
        return Outlook(refusal=refusal)
    gone = {item.path for item in plan.decisions if item.action == "remove"}
    left = tuple(entry for entry in plan.tree.entries if entry.path not in gone)
    tree = replace(plan.tree, entries=left)
    tops = sizes.tops or _estimated_tops(plan, sizes)
    bundles = find_bundles(tree, plan.layout, tops, site_facts(tree, plan.layout))
    return Outlook(bundles, None if bundles else Refusal("nothing large"))


def site_facts(tree: Tree, layout: Layout) -> SiteFacts:
    """What has a say in it beside the tree, read from the disk. Raises OSError."""
    links = (entry.path for entry in tree.entries if entry.kind == "link")
    places = {path: os.readlink(tree.root / path) for path in links}
    return SiteFacts(read_path_files(tree, layout), places)


def _estimated_tops(plan: Plan, sizes: Sizes) -> Mapping[tuple[str, str], Bytes]:
    """What each top-level entry takes: its part of the bytes of its owner."""
    tops: dict[tuple[str, str], Bytes] = {}
    for item in plan.decisions:
        top = top_entry(item.path, plan.layout.site_packages)
        if top and item.action != "remove":
            whole, size = sizes.kept.get(item.owner, ZERO), item.size - item.saves
            part = whole.compressed * size // max(whole.uncompressed, 1)
            key = top, item.owner
            tops[key] = tops.get(key, ZERO) + Bytes(size, part)
    return tops


def bytes_to_save(sizes: Sizes, config: Config) -> float:
    """How many compressed bytes packing has to save, at most 0 if none.

    What comes out near the limit has to be under it also where a sample told the sizes.
    """
    bound = config.limit.bound("compressed")
    if config.pack == "on":
        return math.inf
    over = 0 if bound is None else bound.over(sizes.after.compressed)
    over += reserve_of(config.limit) if over else 0
    unsure = int(sizes.after.compressed * SAMPLE_ERROR) if sizes.estimated else 0
    return over + unsure if over else 0


def reserve_of(limit: Limit) -> int:
    """How far below its compressed bound what is made to fit should come out, in bytes."""
    bound = limit.bound("compressed")
    return 0 if bound is None else int(bound.size * ORDER_ERROR)


def bundles_to_pack(bundles: Sequence[Bundle], needed: float) -> tuple[Bundle, ...]:
    """Those to pack for ``needed`` bytes less: the fewest bytes that each start has to unpack.

    All of them where that is not enough.
    """
    if math.isinf(needed):
        return tuple(bundles)
    items = [
        Item(f"{bundle.owner} {bundle.site}", bundle.size, (expected_saving(bundle),))
        for bundle in bundles
    ]
    found = cheapest_cover(items, (math.ceil(needed),))
    if found is None:
        return tuple(bundles)
    names = {item.name for item in found}
    return tuple(item for item in bundles if f"{item.owner} {item.site}" in names)


def expected_packing(outlook: Outlook, sizes: Sizes, config: Config) -> Packing:
    """What packing would come to under these settings, or why nothing would be packed."""
    refusal = outlook.refusal
    if refusal is not None and refusal.kind not in ("no program", "nothing large"):
        return Packing(refusal=refusal)
    needed = bytes_to_save(sizes, config)
    if needed <= 0:
        return Packing(refusal=Refusal("fits"))
    if refusal is not None:
        return Packing(refusal=refusal)
    chosen = bundles_to_pack(outlook.bundles, needed)
    packed = (
        PackedBundle(item, "", "", item.compressed - expected_saving(item)) for item in chosen
    )
    return Packing(tuple(packed), expected=True)
