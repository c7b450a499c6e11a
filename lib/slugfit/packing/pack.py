"""SLUGFIT_PACK: what is large leaves the tree for archives that a process unpacks when it starts.

A second transaction, after the slimming's commit. The proof of the slimming needs the packages in
their places, so both cannot be one; and if packing fails, only packing is put back: the app ships
slimmed and unpacked. Killed in between, the tree is the slimmed one.
"""

from __future__ import annotations

import math
import os
import re
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from slugfit.apply.transaction import transaction
from slugfit.base.errors import TreeError
from slugfit.base.hashing import sha256_of
from slugfit.measure.pieces import timed_sources
from slugfit.packing.archive import SUFFIX, missing_programs, packed_file, shipped_time, tar_stream
from slugfit.packing.cache import archive_folder, drop_unused
from slugfit.packing.change import change_of_packing, written_texts
from slugfit.packing.outcome import PackedBundle, Packing, Refusal, sizes_when_packed
from slugfit.packing.trial import unpacking_seconds
from slugfit.packing.units import SiteFacts, find_bundles
from slugfit.scan.path_files import read_path_files
from slugfit.scan.tree import scan_tree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slugfit.base.clock import Clock
    from slugfit.measure.sizes import Sizes
    from slugfit.plan.decision import Plan
    from slugfit.scan.tree import Tree
    from slugfit.settings.config import Config
    from slugfit.settings.current_run import Run


SLUG_PREFIX = ".heroku/python"
"""Where a slug whose processes source .profile.d has its Python."""
LEAST = 20_000
"""Bytes that an archive has to save."""
_PLAIN = re.compile(r"[^A-Za-z0-9_.-]")


@dataclass(frozen=True, slots=True)
class Packer:
    """What packing one tree takes."""

    plan: Plan
    """The plan that was carried out."""
    sizes: Sizes
    """The slug as it is, each top-level entry of site-packages measured."""
    config: Config
    """The settings."""
    run: Run
    """The facts of this run."""
    clock: Clock
    """In what time."""
    keep: bool = False
    """Whether what leaves the tree is kept for a restore."""

    @property
    def over(self) -> float:
        """By how many bytes the slug is over its limit; negative if it fits."""
        bound = self.config.limit.bound("compressed")
        return -math.inf if bound is None else self.sizes.after.compressed - bound.size


@dataclass(frozen=True, slots=True)
class _Archive:
    """An archive in the folder where archives are made."""

    packed: PackedBundle
    """What it is in the slug."""
    file: Path
    """Where it lies."""
    digest: str
    """The SHA-256 of its tar stream."""


def pack_tree(packer: Packer) -> tuple[Packing, Sizes]:
    """Pack what the settings ask for; what came of it, and the sizes of the slug then.

    On any failure the tree is as it was, and the outcome says why. Raises RollBackError alone.
    """
    refusal = _refusal(packer)
    if refusal is not None:
        return Packing(refusal=refusal), packer.sizes
    try:
        with archive_folder(packer.run.cache) as folder:
            packing = _pack(packer, folder)
    except (OSError, TreeError) as error:
        told = (error.what, error.why) if isinstance(error, TreeError) else (str(error),)
        failed = Refusal("failed", ": ".join(filter(None, told)))
        return Packing(refusal=failed), packer.sizes
    return packing, sizes_when_packed(packer.sizes, packing.packed)


def _refusal(packer: Packer) -> Refusal | None:
    """Why nothing is packed, as far as that can be told before."""
    config, layout = packer.config, packer.plan.layout
    if packer.run.tree_is_cached:
        return Refusal("cached tree")
    if layout.shape != "slug" or layout.prefix != SLUG_PREFIX or packer.run.app is not None:
        return Refusal("not a slug")
    if not config.limit.unpacks:
        return Refusal("platform", config.limit.name)
    if config.pack == "auto" and packer.over <= 0:
        return Refusal("fits")
    missing = missing_programs()
    return Refusal("no program", ", ".join(missing)) if missing else None


def _pack(packer: Packer, folder: Path) -> Packing:
    tree = scan_tree(packer.plan.tree.root)
    made = list(_archives(packer, tree, folder))
    if not made:
        return Packing(refusal=Refusal("nothing large"))
    packed = tuple(item.packed for item in made)
    with tempfile.TemporaryDirectory(prefix="slugfit-list-") as scratch:
        files = {item.packed.archive: item.file for item in made}
        files |= written_texts(packed, Path(scratch))
        expected = [(item.packed.bundle, item.digest) for item in made]
        try:
            seconds = unpacking_seconds(files, expected, packer.clock.left())
        except TreeError:
            # What the cache held may be the reason.
            for item in made:
                item.file.unlink(missing_ok=True)
            raise
        with transaction(tree.root) as opened:
            opened.apply(change_of_packing(tree, packed, files))
            opened.commit(keep=packer.keep)
    drop_unused(folder, time.time())
    return Packing(packed, round(seconds, 3))


def _archives(packer: Packer, tree: Tree, folder: Path) -> Iterator[_Archive]:
    """The archives, those of what takes most first, until the slug fits where that is asked for."""
    layout = packer.plan.layout
    links = (entry.path for entry in tree.entries if entry.kind == "link")
    told = SiteFacts(
        read_path_files(tree, layout), {path: os.readlink(tree.root / path) for path in links}
    )
    time_of = shipped_time(timed_sources(tree))
    needed = math.inf if packer.config.pack == "on" else packer.over
    for bundle in find_bundles(tree, layout, packer.sizes.tops, told):
        if needed <= 0:
            return
        units = frozenset(unit.path for unit in bundle.units)
        stream = tar_stream(tree, bundle.site, units, time_of)
        file = packed_file(stream, folder, packer.clock.left())
        sha256 = sha256_of(file).hex()
        name = f"{_PLAIN.sub('', bundle.owner)}-{sha256[:12]}{SUFFIX}"
        packed = PackedBundle(bundle, name, sha256, file.stat().st_size)
        if packed.saved >= LEAST:
            needed -= packed.saved
            yield _Archive(packed, file, stream.digest)
