"""Evidence for the rule ``stubs``: a stub stands beside its own module, so it is nobody's data."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from typing import TYPE_CHECKING

from slugfit.evidence.lack import Lack

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from slugfit.evidence.surroundings import Surroundings
    from slugfit.refer.candidates import Candidate


def lacking_stubs(
    surroundings: Surroundings, candidates: Iterable[Candidate]
) -> Iterator[tuple[str, Lack]]:
    """The stubs without a module of their name in the same folder, a source or a compiled one.

    https://typing.python.org/en/latest/spec/distributing.html#stub-files
    """
    modules: dict[str, set[str]] = defaultdict(set)
    for path in surroundings.sizes:
        if path.endswith((".py", ".so", ".pyc")):
            folder, name = posixpath.split(path)
            modules[folder].add(name.partition(".")[0])
    for candidate in candidates:
        folder, name = posixpath.split(candidate.path)
        stem = name.removesuffix(".pyi")
        if stem not in modules[folder] and f"{folder}/{stem}" not in modules:
            yield candidate.path, Lack("no module")
