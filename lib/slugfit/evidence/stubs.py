"""Evidence for the rule ``stubs``: a stub stands beside its own module, and nothing reads types."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from typing import TYPE_CHECKING

from slugfit.evidence.lack import Lack
from slugfit.evidence.signs import STUB, STUB_ONLY
from slugfit.scan.owners import PYTHON

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from slugfit.evidence.surroundings import Surroundings
    from slugfit.refer.candidates import Candidate
    from slugfit.scan.module_names import Module


def lacking_stubs(
    surroundings: Surroundings, candidates: Iterable[Candidate]
) -> Iterator[tuple[str, Lack]]:
    """The stubs without a module of their name in the same folder, a source or a compiled one.

    All of them where something installed reads stubs: it takes the types of every package from
    them. https://typing.python.org/en/latest/spec/distributing.html#stub-files
    """
    readers = _readers(surroundings)
    modules: dict[str, set[str]] = defaultdict(set)
    for path in surroundings.sizes:
        if path.endswith((".py", ".so", ".pyc")):
            folder, name = posixpath.split(path)
            modules[folder].add(name.partition(".")[0])
    for candidate in candidates:
        folder, name = posixpath.split(candidate.path)
        stem = name.removesuffix(".pyi")
        owner = surroundings.owner(candidate.path)
        reader = next((path for reading, path in readers.items() if reading != owner), "")
        if stem not in modules[folder] and f"{folder}/{stem}" not in modules:
            yield candidate.path, Lack("no module")
        elif reader:
            yield candidate.path, Lack("read as types", reader)


def _readers(surroundings: Surroundings) -> Mapping[str, str]:
    """A module of each distribution that looks for types, by owner: a checker, or an editor's part.

    It names the suffixes of stubs and of distributions that are nothing but stubs. Either alone is
    no sign: others name the stubs of their own, or what belongs into a package.
    """
    found = {
        owner: tuple(_naming(surroundings, modules, suffix) for suffix in (STUB, STUB_ONLY))
        for owner, modules in sorted(surroundings.staying.items())
        if owner != PYTHON
    }
    return {owner: several[0] for owner, several in found.items() if all(several)}


def _naming(surroundings: Surroundings, modules: Sequence[Module], suffix: str) -> str:
    """The first of these modules that has the suffix as a string, or ""."""
    for path in map(_source, modules):
        if path in surroundings.sizes and suffix in surroundings.reader.signs_of(path).stubs:
            return path
    return ""


def _source(module: Module) -> str:
    """Where the source of a module lies; mypyc leaves that of a compiled one beside it."""
    folder, name = posixpath.split(module.path)
    return f"{folder}/{name.partition('.')[0]}.py" if module.compiled else module.path
