"""What the app's lists, and the settings that work like them, do not do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slugfit.scan.ignore_files import ignore_file_faults, slugfitignore_lines
from slugfit.scan.pattern_faults import pattern_faults
from slugfit.scan.tree import scan_tree
from slugfit.scan.unmatched import unmatched_faults

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from slugfit.scan.faults import Fault
    from slugfit.scan.layout import Layout
    from slugfit.scan.owners import Owners
    from slugfit.scan.tree import Tree


def list_faults(
    source: Path,
    settings: Mapping[str, Sequence[str]],
    tree: Tree,
    layout: Layout,
    owners: Owners,
) -> Iterator[Fault]:
    """Lines that cannot mean what they say, then those that match nothing here.

    ``settings`` are patterns by the name of their setting. What an app that lies elsewhere holds
    counts as well.
    """
    lists = dict(settings)
    written = list(ignore_file_faults(source))
    for name, lines in lists.items():
        written += pattern_faults(lines, name, negation=False)
    yield from written
    known = {(fault.file, fault.line) for fault in written}
    lists[".slugfitignore"] = slugfitignore_lines(source)
    if any(lists.values()):
        trees = [tree] if source == tree.root else [tree, scan_tree(source)]
        for fault in unmatched_faults(lists, trees, layout, owners):
            if (fault.file, fault.line) not in known:
                yield fault
