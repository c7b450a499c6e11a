"""What stands around a candidate: the tree, its owners, and what stays whatever is decided."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from slugfit.scan.module_names import Module, modules_by_all_names
from slugfit.scan.test_code import is_for_testing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from slugfit.evidence.modules import SignReader
    from slugfit.scan.layout import Layout
    from slugfit.scan.owners import Owners
    from slugfit.scan.tree import Tree


@dataclass(frozen=True)
class Surroundings:
    """The facts that evidence is looked for in."""

    tree: Tree
    layout: Layout
    owners: Owners
    reader: SignReader
    staying: Mapping[str, tuple[Module, ...]]
    """The modules that no guarded rule names, by owner."""
    sizes: Mapping[str, int]
    """The bytes of each file."""
    _listed: dict[str, Mapping[tuple[str, bool], str]] = field(default_factory=dict)

    def owner(self, path: str) -> str:
        """The distribution that a path belongs to."""
        return self.owners.by_path.get(path, "")

    def listed_by(self, path: str) -> str:
        """A module of the same distribution that lists a folder which ``path`` lies in, or ""."""
        owner = self.owner(path)
        if owner not in self._listed:
            self._listed[owner] = dict(self._listers(owner))
        listed = self._listed[owner]
        folder, name = posixpath.split(path)
        # Who lists a folder alone finds the packages in it, too.
        found = posixpath.dirname(folder) if name == "__init__.py" else folder
        lister = listed.get((folder, True)) or listed.get((found, True))
        while folder and not lister:
            lister = listed.get((folder, False))
            folder = posixpath.dirname(folder)
        return lister or ""

    def _listers(self, owner: str) -> Iterable[tuple[tuple[str, bool], str]]:
        """Folders with whether they are listed alone, each with the module that lists them."""
        for module in self.staying.get(owner, ()):
            signs = self.reader.signs_of(module.path)
            # What lists packages to run their tests is no app's way to anything.
            if signs.lists and not signs.tests and not is_for_testing(module.name):
                for place in self.reader.listed_by(module):
                    yield place, module.path


def surroundings_of(
    tree: Tree, layout: Layout, owners: Owners, reader: SignReader, staying: Iterable[str]
) -> Surroundings:
    """The surroundings of candidates; ``staying`` are the paths that no guarded rule names."""
    modules: dict[str, list[Module]] = defaultdict(list)
    for module in modules_by_all_names(staying, layout):
        modules[owners.by_path.get(module.path, "")].append(module)
    return Surroundings(
        tree,
        layout,
        owners,
        reader,
        {owner: tuple(several) for owner, several in modules.items()},
        {entry.path: entry.size for entry in tree.files()},
    )
