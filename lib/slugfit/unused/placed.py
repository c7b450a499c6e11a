"""Files that a distribution puts where others look for them: among theirs, or into share/ and etc/.

PoCL puts its library and pocl.icd into pyopencl/.libs, where the loader of OpenCL lists them.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from slugfit.catalog.rules import JUPYTER_READERS
from slugfit.refer.reference import Reference
from slugfit.unused.roots import reach_distribution

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slugfit.scan.distributions import Distribution
    from slugfit.unused.search import Search
    from slugfit.unused.tree_code import TreeCode

_FOR_PEOPLE = ("bin/", "share/man/", "share/doc/", "include/")
"""Below Python's folder: programs, which count by name, and what only people and compilers read."""
_JUPYTER = ("share/jupyter/", "etc/jupyter/")


def reach_placed(search: Search, code: TreeCode, unreached: Iterable[Distribution]) -> None:
    """Reach the distributions with a file that others find by looking where it lies."""
    reached = {code.owners.by_path.get(path, "") for path in search.reached}
    packages = {
        posixpath.dirname(path): owner
        for path in search.reached
        if posixpath.basename(path) in ("__init__.py", "__init__.pyc")
        and (owner := code.owners.by_path.get(path, ""))
    }
    readers = not JUPYTER_READERS.isdisjoint(reached)
    for dist in unreached:
        for path in sorted(dist.files):
            place = _place(code, dist, path, packages, readers=readers)
            if place:
                reach_distribution(search, dist, Reference("placed", path, place))
                break


def _place(
    code: TreeCode, dist: Distribution, path: str, packages: dict[str, str], *, readers: bool
) -> str:
    """The folder of others that a file lies in; "" if it lies among its own."""
    scope, inner = code.layout.scope(path)
    if scope == "prefix":
        own = inner.startswith(_FOR_PEOPLE) or (inner.startswith(_JUPYTER) and not readers)
        return "" if own or "/" not in inner else posixpath.dirname(inner)
    folder = posixpath.dirname(path)
    while folder:
        if packages.get(folder, dist.name) != dist.name:
            return folder
        folder = posixpath.dirname(folder)
    return ""
