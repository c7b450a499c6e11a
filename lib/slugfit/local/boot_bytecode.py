"""The bytecode that a boot turned out to need: what it really loaded is added to the built tree."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from slugfit.apply.change import change_of_bytecode
from slugfit.apply.transaction import transaction
from slugfit.refer.shipped import bytecode_of_start, new_bytecode
from slugfit.refer.start import StartWanted
from slugfit.scan.bytecode import source_of
from slugfit.scan.layout import recognise_layout
from slugfit.scan.tree import scan_tree
from slugfit.verify.start import ChildPython

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Added:
    """What was written: how many files, and their bytes uncompressed."""

    files: int
    size: int


def add_loaded(root: Path, sources: Collection[str]) -> Added:
    """Write bytecode for those of ``sources``, paths in the tree at ``root``, that have none.

    Raises TreeError if it cannot be written; then nothing is.
    """
    if not sources:
        return Added(0, 0)
    tree = scan_tree(root)
    layout = recognise_layout(tree)
    python = ChildPython()
    start = python.start(tree.root, layout, StartWanted("", ()))
    if start is None:
        return Added(0, 0)
    present = frozenset(entry.path for entry in tree.files())
    loaded = replace(start, sources=present.intersection(sources))
    there = map(source_of, bytecode_of_start(tree, loaded, optimised=False))
    missing = replace(loaded, sources=loaded.sources.difference(there))

    def compiled(paths: Sequence[str]) -> Mapping[str, bytes]:
        return python.compile(tree.root, layout, paths)

    written = new_bytecode(tree, layout, missing, (), compiled)
    if written.compiled:
        with transaction(root) as opened:
            opened.apply(change_of_bytecode(tree, written))
            opened.commit(keep=False)
    return Added(len(written.compiled), sum(map(len, written.compiled.values())))
