"""Folders of libraries that nothing is linked to, as two wheels with the same package leave one.

Repairing a wheel puts what its modules are linked to into NAME.libs beside the package, under names
with a hash in them: https://github.com/pypa/auditwheel#overview. Where another wheel then writes
the same modules, those are linked to its own folder.
"""

from __future__ import annotations

import posixpath
from collections import defaultdict
from typing import TYPE_CHECKING

from slugfit.elf.needed import needed_libraries
from slugfit.scan.bytecode import read_if_readable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from slugfit.unused.search import Search
    from slugfit.unused.tree_code import TreeCode

_LIBS = ".libs"


def unlinked_libraries(
    code: TreeCode, search: Search, gone: Collection[str]
) -> Iterator[tuple[str, str]]:
    """The files of such folders, each with its folder; ``gone`` are files that go anyway.

    Only of a distribution of which another one has written a library as well. Its folder is used if
    anything outside of these folders is linked to a library that it alone has, or names the folder,
    as the path in which a loader looks for libraries does, or a string of code.
    """
    overwritten = _overwritten(code)
    folders = _library_folders(code, gone, overwritten)
    if not folders:
        return
    needed = _needed_outside(code, gone)
    for folder, paths in folders.items():
        alone = _names(paths).difference(
            *(_names(others) for other, others in folders.items() if other != folder)
        )
        if alone.isdisjoint(needed) and not _is_named(code, search, folder, overwritten):
            yield from ((path, folder) for path in paths)


def _overwritten(code: TreeCode) -> frozenset[str]:
    """The distributions that share the path of a library with another one."""
    names: dict[str, list[str]] = defaultdict(list)
    for dist in code.owners.distributions:
        for path in dist.files:
            if ".so" in path:
                names[path].append(dist.name)
    return frozenset(name for shared in names.values() if len(shared) > 1 for name in shared)


def _library_folders(
    code: TreeCode, gone: Collection[str], owners: Collection[str]
) -> Mapping[str, Sequence[str]]:
    """The folders of libraries of these ``owners`` that hold nothing else, with their files."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in code.paths if owners else ():
        folder = _library_folder(code, path)
        if folder and path not in gone:
            found[folder].append(path)
    return {
        folder: paths
        for folder, paths in found.items()
        if all(posixpath.dirname(path) == folder and ".so" in path for path in paths)
        and all(code.owners.by_path.get(path, "") in owners for path in paths)
    }


def _library_folder(code: TreeCode, path: str) -> str:
    """The folder NAME.libs of site-packages that a file lies in, "" if it lies elsewhere."""
    scope, inner = code.layout.scope(path)
    top = inner.partition("/")[0]
    if scope != "site" or top == inner or not top.endswith(_LIBS):
        return ""
    return path[: len(path) - len(inner)] + top


def _names(paths: Iterable[str]) -> set[str]:
    return set(map(posixpath.basename, paths))


def _needed_outside(code: TreeCode, gone: Collection[str]) -> set[str]:
    """The libraries that what stays outside of such folders is linked to."""
    present = frozenset(code.paths).difference(gone)
    needed: set[str] = set()
    for entry in code.tree.files():
        may_link = ".so" in posixpath.basename(entry.path) or entry.mode & 0o111
        if may_link and entry.path in present and not _library_folder(code, entry.path):
            needed |= needed_libraries(code.tree.root / entry.path)
    return needed


def _is_named(code: TreeCode, search: Search, folder: str, overwritten: Collection[str]) -> bool:
    """Whether a library of its distributions, or code that is reached, has the folder's name."""
    name = posixpath.basename(folder)
    owners = code.owners.by_path
    for path in code.paths:
        beside = ".so" in posixpath.basename(path) and not path.startswith(f"{folder}/")
        if beside and owners.get(path, "") in overwritten and _holds(code, path, name):
            return True
    for path in search.reached.keys() & search.index.by_path.keys():
        wanted = _LIBS if owners.get(path, "") in overwritten else name
        if any(wanted in literal for literal in code.modules.facts_of(path).literals):
            return True
    return False


def _holds(code: TreeCode, path: str, name: str) -> bool:
    """Whether a library has this name in it, or cannot be read."""
    content = read_if_readable(code.tree.root / path)
    return not content or name.encode() in content
