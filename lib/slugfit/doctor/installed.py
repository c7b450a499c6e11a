"""The environment that an app is installed in: its distributions, their bytes, their modules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slugfit.doctor.sizes import Size
from slugfit.scan.distributions import Distribution, read_distributions
from slugfit.scan.layout import recognise_layout
from slugfit.scan.module_names import importable_modules
from slugfit.scan.tree import scan_tree

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True)
class Installed:
    """What RECORDs and METADATA say."""

    distributions: Mapping[str, Distribution]
    """By normalised name."""
    modules: Mapping[str, frozenset[str]]
    """The top-level names that each is imported by, from the files of its RECORD."""
    sizes: Mapping[str, Size]
    """The bytes of each, unpacked."""
    root: Path
    """Where the paths of the distributions start from."""


def read_installed(root: Path) -> Installed:
    """Read the environment at ``root``; raise NoPythonError or TreeError if there is none."""
    tree = scan_tree(root)
    layout = recognise_layout(tree)
    found, _ = read_distributions(tree, layout)
    bytes_of = {entry.path: entry.size for entry in tree.entries}
    return Installed(
        {item.name: item for item in found},
        {
            item.name: frozenset(
                module.name.partition(".")[0] for module in importable_modules(item.files, layout)
            )
            for item in found
        },
        {
            item.name: Size(sum(bytes_of.get(path, 0) for path in item.files), "unpacked")
            for item in found
        },
        root,
    )
