"""SLUGFIT_PACK: what is large leaves the tree for archives that a process unpacks when it starts.

A second transaction, after the slimming's commit. The proof of the slimming needs the packages in
their places, so both cannot be one; and if packing fails, only packing is put back: the app ships
slimmed and unpacked. Killed in between, the tree is the slimmed one.
"""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from slugfit.apply.transaction import transaction
from slugfit.base.errors import TreeError
from slugfit.measure.pieces import timed_sources
from slugfit.packing.archive import Archiver, shipped_time
from slugfit.packing.cache import archive_folder, drop_unused
from slugfit.packing.change import change_of_packing, written_texts
from slugfit.packing.making import Archive, Maker
from slugfit.packing.outcome import Packing, Refusal, sizes_when_packed
from slugfit.packing.outlook import bytes_to_save, packing_refusal, site_facts
from slugfit.packing.trial import unpacking_seconds
from slugfit.packing.units import find_bundles
from slugfit.packing.zstd import python_of_slug, release_of_zstd, zstd_command
from slugfit.scan.tree import scan_tree

if TYPE_CHECKING:
    from slugfit.base.clock import Clock
    from slugfit.measure.sizes import Sizes
    from slugfit.plan.decision import Plan
    from slugfit.scan.tree import Tree
    from slugfit.settings.config import Config
    from slugfit.settings.current_run import Run


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
    def needed(self) -> float:
        """How many bytes are to be saved; at most 0 if none."""
        return bytes_to_save(self.sizes, self.config)


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
    refusal = packing_refusal(packer.config, packer.run, packer.plan.layout)
    if refusal is not None and refusal.kind != "no program":
        return refusal
    return Refusal("fits") if packer.needed <= 0 else refusal


def _pack(packer: Packer, folder: Path) -> Packing:
    tree = scan_tree(packer.plan.tree.root)
    python = python_of_slug(packer.plan.layout)
    zstd = zstd_command(python)
    if zstd is None:
        return Packing(refusal=Refusal("no program", "zstd"))
    made = _made(packer, tree, Archiver(folder, zstd, release_of_zstd(zstd)))
    if not made:
        return Packing(refusal=Refusal("nothing large"))
    packed = tuple(item.packed for item in made)
    with tempfile.TemporaryDirectory(prefix="slugfit-list-") as scratch:
        files = {item.packed.archive: item.file for item in made}
        files |= written_texts(packed, Path(scratch))
        expected = [(item.packed.bundle, item.digest) for item in made]
        try:
            seconds = unpacking_seconds(files, expected, python, packer.clock.left())
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


def _made(packer: Packer, tree: Tree, archiver: Archiver) -> tuple[Archive, ...]:
    layout = packer.plan.layout
    maker = Maker(tree, shipped_time(timed_sources(tree)), archiver, packer.clock)
    bundles = find_bundles(tree, layout, packer.sizes.tops, site_facts(tree, layout))
    return maker.make_enough(bundles, packer.needed)
