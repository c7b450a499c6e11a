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

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from slugfit.scan.tree import Entry
    from slugfit.unused.search import Search
    from slugfit.unused.tree_code import TreeCode

_LIBS = ".libs"


def unlinked_libraries(
    code: TreeCode, search: Search, gone: Collection[str]
) -> Iterator[tuple[str, str]]:
    """The files of such folders, each with its folder; ``gone`` are files that go anyway.

    Only of a distribution of which another one has written a library as well. Its folder is used if
    anything outside of it needs one of its libraries, or if code that is reached has the ending of
    these folders in a string.
    """
    folders = _library_folders(code, gone)
    if not folders:
        return
    needed = _needed_by_folder(code, gone)
    unlinked = [
        folder
        for folder, paths in folders.items()
        if {posixpath.basename(path) for path in paths}.isdisjoint(
            name for other, names in needed.items() if other != folder for name in names
        )
    ]
    if unlinked and not _is_named(code, search):
        yield from ((path, folder) for folder in unlinked for path in folders[folder])


def _library_folders(code: TreeCode, gone: Collection[str]) -> Mapping[str, Sequence[str]]:
    """The folders of libraries in site-packages that hold nothing else, with their files."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in code.paths:
        folder = _library_folder(code, path)
        if folder and path not in gone:
            found[folder].append(path)
    overwritten = _overwritten(code) if found else frozenset()
    return {
        folder: paths
        for folder, paths in found.items()
        if all(posixpath.dirname(path) == folder and ".so" in path for path in paths)
        and {code.owners.by_path.get(path, "") for path in paths} <= overwritten
    }


def _overwritten(code: TreeCode) -> frozenset[str]:
    """The distributions that share the path of a library with another one."""
    names: dict[str, list[str]] = defaultdict(list)
    for dist in code.owners.distributions:
        for path in dist.files:
            if ".so" in path:
                names[path].append(dist.name)
    return frozenset(name for shared in names.values() if len(shared) > 1 for name in shared)


def _library_folder(code: TreeCode, path: str) -> str:
    """The folder NAME.libs of site-packages that a file lies in, "" if it lies elsewhere."""
    scope, inner = code.layout.scope(path)
    top = inner.partition("/")[0]
    if scope != "site" or top == inner or not top.endswith(_LIBS):
        return ""
    return path[: len(path) - len(inner)] + top


def _needed_by_folder(code: TreeCode, gone: Collection[str]) -> Mapping[str, set[str]]:
    """The libraries that what stays is linked to, by the folder of libraries that it lies in."""
    present = frozenset(code.paths)
    found: dict[str, set[str]] = defaultdict(set)
    for entry in code.tree.files():
        if entry.path in present and entry.path not in gone and _may_link(entry):
            folder = _library_folder(code, entry.path)
            found[folder] |= needed_libraries(code.tree.root / entry.path)
    return found


def _may_link(entry: Entry) -> bool:
    return ".so" in posixpath.basename(entry.path) or bool(entry.mode & 0o111)


def _is_named(code: TreeCode, search: Search) -> bool:
    return any(
        _LIBS in literal
        for path in search.reached
        if path in search.index.by_path
        for literal in code.modules.facts_of(path).literals
    )
