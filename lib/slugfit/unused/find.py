"""What of a tree the app never reaches, by distribution."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slugfit.refer.reference import Reference
from slugfit.scan.app import app_modules
from slugfit.scan.bytecode import source_of
from slugfit.unused.index import index_modules
from slugfit.unused.relations import INSTALLERS, relations_of
from slugfit.unused.roots import reach_distribution, reach_roots
from slugfit.unused.rounds import PROGRAM_GROUPS, follow_rounds
from slugfit.unused.search import Search
from slugfit.unused.services import described_services, names_of_services, unused_services
from slugfit.unused.translations import NO_TRANSLATIONS, Translations, find_translations
from slugfit.unused.unlinked import unlinked_libraries
from slugfit.unused.users import would_use

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from slugfit.scan.module_names import Module
    from slugfit.unused.tree_code import TreeCode


@dataclass(frozen=True, slots=True)
class Unused:
    """What the app never reaches."""

    files: Mapping[str, str]
    """Paths that nothing refers to which the app reaches, each with the folder or file at the top
    that it belongs to."""
    services: Mapping[str, str]
    """Descriptions of services that nothing asks for, each with the folder that they lie in."""
    translations: Translations
    """Translations of what is installed."""
    reached: Mapping[str, Reference]
    """By path of a module: what refers to it."""
    users: Mapping[str, tuple[str, ...]]
    """By distribution: the modules that import it, and that the app never reaches."""


NOTHING = Unused({}, {}, NO_TRANSLATIONS, {}, {})


def find_unused(code: TreeCode) -> Unused:
    """Search from the app; changes nothing."""
    services = described_services(code)
    search = _search(code, names_of_services(services))
    if code.installers_stay:
        for dist in code.owners.distributions:
            if dist.name in INSTALLERS:
                reach_distribution(search, dist, Reference("installer", dist.name))
    reach_roots(search, code)
    follow_rounds(search, code)
    files: dict[str, str] = {}
    for paths in _own_files(code).values():
        files.update(_unused_files(code, search, paths))
    files.update(unlinked_libraries(code, search, files.keys()))
    modules = (*app_modules(code.tree, code.layout, code.ignored), *code.outside)
    left = dict(unused_services(code, search, services, modules))
    described = {path: top for path, top in left.items() if path not in files}
    return Unused(
        files,
        described,
        find_translations(code, search, modules, files.keys()),
        search.reached,
        would_use(code, search, files),
    )


def _search(code: TreeCode, services: frozenset[str]) -> Search:
    points = [point for dist in code.owners.distributions for point in dist.entry_points]
    scripts = {
        posixpath.basename(loose.module.path)
        for loose in code.loose
        if posixpath.basename(posixpath.dirname(loose.module.path)) == "bin"
    }
    programs = {point.name for point in points if point.group in PROGRAM_GROUPS}
    installers = (dist for dist in code.owners.distributions if dist.name in INSTALLERS)
    installing = (point.name for dist in installers for point in dist.entry_points)
    return Search(
        code.modules,
        index_modules(code.paths, code.layout),
        code.owners.by_path,
        relations_of(code.owners.distributions),
        frozenset(point.group for point in points if point.group not in PROGRAM_GROUPS),
        frozenset(programs | scripts),
        frozenset(installing),
        services,
        builds=code.compiles,
    )


def _unused_files(code: TreeCode, search: Search, own: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What goes of one distribution's files, each with the folder or file at the top that it is in.

    All of it if no module is reached, else the packages at the top of which none is. Nothing of
    what has no modules: only they tell whether it is reached.
    """
    modules = [path for path in own if path in search.index.by_path]
    reached = {_top(code, path) for path in modules if path in search.reached}
    if not modules:
        return
    # A folder of libraries beside a package (numpy.libs) is loaded without an import.
    packages = {_top(code, path) for path in modules if _is_package(search.index.by_path[path])}
    gone = packages - reached
    for path in own:
        top = _top(code, path)
        if not reached or top in gone:
            yield path, top


def _is_package(module: Module) -> bool:
    """Whether a module shows that what it lies in at the top can be imported."""
    return module.name.partition(".")[0].isidentifier() and not module.compiled


def _top(code: TreeCode, path: str) -> str:
    """The folder or file right below site-packages that a file belongs to; elsewhere itself.

    Bytecode belongs to its source.
    """
    path = source_of(path) or path
    scope, inner = code.layout.scope(path)
    if scope != "site":
        return path
    return path[: len(path) - len(inner)] + inner.partition("/")[0]


def _own_files(code: TreeCode) -> Mapping[str, Sequence[str]]:
    """The files of each distribution, without its metadata.

    That stays: what asks for its version, or requires it, still finds it.
    """
    infos = {dist.name: f"{dist.info}/" for dist in code.owners.distributions}
    own: dict[str, list[str]] = {name: [] for name in infos}
    for entry in code.tree.entries:
        name = code.owners.by_path.get(entry.path, "")
        if name in infos and entry.kind != "folder" and not entry.path.startswith(infos[name]):
            own[name].append(entry.path)
    return own
