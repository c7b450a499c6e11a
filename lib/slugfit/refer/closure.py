"""The growing set of candidates that have to stay, each with the first reference to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from slugfit.refer.reference import Reference
from slugfit.scan.module_names import name_and_parents

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from slugfit.refer.candidates import Targets


@dataclass(slots=True)
class Closure:
    """The growing set of kept candidates, with the first reason for each.

    ``scripts`` are modules that only their package's developers run: what they name is not needed.
    """

    targets: Targets
    owners: Mapping[str, str]
    scripts: frozenset[str] = frozenset()
    kept: dict[str, Reference] = field(default_factory=dict)
    waiting: list[str] = field(default_factory=list)

    def keep(self, paths: Iterable[str], reference: Reference) -> None:
        """Keep the candidates among ``paths`` that are not kept yet."""
        for path in paths:
            if path in self.targets.by_path and path not in self.kept:
                self.kept[path] = reference
                self.waiting.append(path)

    def keep_module(self, name: str, reference: Reference, base: str | None = None) -> None:
        """Keep the module called ``name`` and the packages above it; both, if it is a package.

        A relative name is one of its own ``base``: an app's ``tests`` is not site-packages'.
        """
        if not self._keep_named(name, reference, base):
            return
        for above in list(name_and_parents(name))[1:]:
            self._keep_named(above, Reference("needs", reference.by, above), base)

    def keep_own_module(self, name: str, reference: Reference) -> None:
        """Keep the module that only its own distribution calls ``name``; no package's."""
        own = self.targets.by_own_name.get((self.owners.get(reference.by, ""), name), ())
        self.keep((module.path for module in own if not module.package), reference)

    def _keep_named(self, name: str, reference: Reference, base: str | None) -> bool:
        paths = [
            module.path
            for module in self.targets.by_module.get(name, ())
            if base in (None, module.base)
        ]
        own = self.targets.by_own_name.get((self.owners.get(reference.by, ""), name), ())
        paths += [module.path for module in own if base is None]
        self.keep(paths, reference)
        return bool(paths)

    def keep_namespace(self, name: str, reference: Reference, *, claimed: bool) -> None:
        """Keep what lies in the folder that ``name`` means without a module of its own.

        With ``claimed`` only if a rule took it because of a folder: then the name has its word.
        """
        for path in self.targets.namespaces.get(name, ()):
            if not claimed or self.targets.by_path[path].claimed != path:
                self.keep([path], reference)

    def keep_folder(self, folder: str, reference: Reference) -> bool:
        """Keep what is in ``folder`` and was taken because of it, or of one above it.

        Returns whether there is any such file.
        """
        if not stands_inside(f"{folder}/", self.targets.folders):
            return False
        lead = folder + "/"
        claimed = [
            path
            for above in _folder_and_above(folder)
            for path in self.targets.by_claimed.get(above, ())
            if path.startswith(lead)
        ]
        self.keep(claimed, reference)
        return bool(claimed)


def _folder_and_above(folder: str) -> Iterator[str]:
    while folder:
        yield folder
        folder = folder.rpartition("/")[0]


def stands_inside(path: str, folders: frozenset[str]) -> bool:
    """Whether ``path`` lies in one of ``folders``, at any depth."""
    while "/" in path:
        path = path.rpartition("/")[0]
        if path in folders:
            return True
    return False
