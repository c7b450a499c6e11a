"""What no marker in code tells: files of certain versions that apps use although they look inert.

An override without a version range would rot; each has a reason, and a row in the tests.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from slugfit.dists import Distribution

_RELEASE = re.compile(r"\d+(\.\d+)*")


@dataclass(frozen=True, slots=True)
class Override:
    """Files of one distribution, from version ``since`` to before ``until``.

    ``paths`` are names below site-packages; one that ends in ``/`` means all in that folder.
    """

    distribution: str
    since: tuple[int, ...]
    until: tuple[int, ...]
    paths: tuple[str, ...]
    reason: str


SCRIPTS = (
    Override(
        "scipy",
        (0, 19),
        (2,),
        ("scipy/special/_precompute/",),
        "its developers compute the data of its tests with these, and with mpmath",
    ),
)
"""Modules that nobody runs who only uses a package: what they name is not needed."""

OVERRIDES = (
    Override(
        "twisted",
        (8,),
        (27,),
        ("twisted/test/__init__.py", "twisted/test/proto_helpers.py"),
        "documented for years as what apps test their protocols with, and used by other packages",
    ),
)


@dataclass(frozen=True, slots=True)
class Compiler:
    """A distribution that compiles at run time whatever the app's source says, in these versions.

    No marker in code tells it: NumPy, numba and PyArrow have the same calls, for who asks for them.
    """

    distribution: str
    since: tuple[int, ...]
    until: tuple[int, ...]
    reason: str


COMPILERS = (
    Compiler("cupy", (9,), (16,), "compiles kernels against its own headers"),
    Compiler("pytensor", (2,), (4,), "compiles C against numpy's and Python's headers"),
    Compiler("pythran", (0, 9), (1,), "compiles C++ against its own headers"),
    Compiler("theano", (0, 8), (2,), "compiles C against numpy's and Python's headers"),
    Compiler("triton", (2,), (5,), "compiles its launcher against Python's headers"),
)


def compiling(distributions: Iterable[Distribution]) -> Iterator[str]:
    """Why headers are needed in this tree, for each distribution that needs them."""
    wanted = {compiler.distribution: compiler for compiler in COMPILERS}
    for dist in distributions:
        compiler = wanted.get(dist.name)
        if compiler is not None and compiler.since <= release(dist.version) < compiler.until:
            yield f"{dist.name} {dist.version} {compiler.reason}"


def release(version: str) -> tuple[int, ...]:
    """The numbers that a version begins with; () for one that has none."""
    found = _RELEASE.match(version)
    return tuple(map(int, found[0].split("."))) if found else ()


def applying(
    distributions: Iterable[Distribution], overrides: Iterable[Override] = OVERRIDES
) -> Iterator[tuple[str, Override]]:
    """The paths that overrides speak of in this tree, as its own names, each with its override."""
    wanted = {override.distribution: override for override in overrides}
    for dist in distributions:
        override = wanted.get(dist.name)
        if override is None or not override.since <= release(dist.version) < override.until:
            continue
        lead = f"{dist.site}/" if dist.site else ""
        for path in override.paths:
            if path.endswith("/"):
                inside = (file for file in dist.files if file.startswith(lead + path))
                yield from ((file, override) for file in sorted(inside))
            else:
                yield lead + path, override
