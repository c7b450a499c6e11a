"""Candidates by every way in which kept code can refer to them."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from slugfit.scan.module_names import Module, modules_by_all_names

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from slugfit.refer.own_path import OwnNames
    from slugfit.scan.layout import Layout


STUB_READER = "attach_stub"
"""lazy_loader's function that reads the ``.pyi`` beside the calling module at import."""
_MOST_NAMES = 128


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that a guarded rule proposes; ``claimed`` is the folder or file the rule names."""

    path: str
    rule: str
    claimed: str


@dataclass(frozen=True, slots=True)
class Targets:
    """Candidates by every way in which they can be referred to.

    ``folders`` are those in which a module need not name a candidate to refer to it.
    ``library_tokens`` are byte strings of which one stands in compiled code that imports one of its
    distribution, by the distribution's name. ``namespaces`` are folders that can be imported
    without a module of their own, by dotted name. ``by_own_name`` are modules by names that they
    have for their own distribution alone, after its name.
    """

    by_path: Mapping[str, Candidate]
    by_module: Mapping[str, tuple[Module, ...]]
    namespaces: Mapping[str, tuple[str, ...]]
    by_basename: Mapping[tuple[str, str], tuple[str, ...]]
    by_claimed: Mapping[str, tuple[str, ...]]
    folders: frozenset[str]
    library_tokens: Mapping[str, tuple[bytes, ...]]
    by_own_name: OwnNames = field(default_factory=dict)

    def packages_called(self, name: str, base: str | None) -> Iterator[str]:
        """The folders of candidates that are the package ``name``, of one ``base`` or of any."""
        for module in self.by_module.get(name, ()):
            if module.package and base in (None, module.base):
                yield posixpath.dirname(module.path)


@dataclass(frozen=True, slots=True)
class Words:
    """Byte strings of which one stands in every module that refers to a candidate.

    But for modules of the candidates' own folders, and by names that only their distribution knows.
    """

    everywhere: tuple[bytes, ...]
    """In any module."""
    within: Mapping[str, tuple[bytes, ...]]
    """In one of the same distribution, by its name."""

    def of(self, owner: str) -> tuple[bytes, ...]:
        """Those for the modules of one distribution."""
        return self.everywhere + self.within.get(owner, ())


def words_of(candidates: Collection[Candidate], owners: Mapping[str, str]) -> Words:
    """The words for these candidates, and so for any part of them."""
    named: dict[str, set[str]] = {}
    for candidate in filter(is_named_file, candidates):
        owner = owners.get(candidate.path, "")
        named.setdefault(owner, set()).add(posixpath.basename(candidate.path))
    words = {_stem(candidate) for candidate in candidates if not is_named_file(candidate)}
    if any(candidate.path.endswith(".pyi") for candidate in candidates):
        words.add(STUB_READER)
    return Words(
        _shortest(words), {owner: _shortest(_few(names)) for owner, names in named.items()}
    )


def targets_of(
    candidates: Iterable[Candidate],
    layout: Layout,
    owners: Mapping[str, str],
    kept_modules: Iterable[Module],
) -> Targets:
    """All ways to the candidates; ``kept_modules`` are names that are taken already."""
    by_path = {candidate.path: candidate for candidate in candidates}
    by_module: dict[str, tuple[Module, ...]] = {}
    by_basename: dict[tuple[str, str], tuple[str, ...]] = {}
    for module in modules_by_all_names(by_path, layout):
        by_module[module.name] = (*by_module.get(module.name, ()), module)
    by_claimed: dict[str, list[str]] = {}
    for candidate in by_path.values():
        by_claimed.setdefault(candidate.claimed, []).append(candidate.path)
    for candidate in filter(is_named_file, by_path.values()):
        key = owners.get(candidate.path, ""), posixpath.basename(candidate.path)
        by_basename[key] = (*by_basename.get(key, ()), candidate.path)
    folders = {item.claimed for item in by_path.values() if item.claimed != item.path}
    # Relative imports in a folder beside a module of that name can mean the module.
    folders |= {
        item.base + item.name.replace(".", "/") for item in modules_by_all_names(by_path, layout)
    }
    return Targets(
        by_path,
        by_module,
        _namespaces(by_path, layout, {*by_module, *(module.name for module in kept_modules)}),
        by_basename,
        {claimed: tuple(paths) for claimed, paths in by_claimed.items()},
        frozenset(folders),
        _library_tokens(by_path, owners, layout),
    )


def _library_tokens(
    by_path: Mapping[str, Candidate], owners: Mapping[str, str], layout: Layout
) -> Mapping[str, tuple[bytes, ...]]:
    words: dict[str, set[str]] = {}
    for module in modules_by_all_names(by_path, layout):
        words.setdefault(owners.get(module.path, ""), set()).add(_stem(by_path[module.path]))
    return {owner: _shortest(stems) for owner, stems in words.items()}


def _namespaces(
    paths: Iterable[str], layout: Layout, taken: Collection[str]
) -> Mapping[str, tuple[str, ...]]:
    """The folders of candidates that no module stands for."""
    namespaces: dict[str, tuple[str, ...]] = {}
    for path in paths:
        scope, inner = layout.scope(path)
        dotted = posixpath.dirname(inner).replace("/", ".")
        if scope == "site" and dotted not in taken and dotted.replace(".", "_").isidentifier():
            namespaces[dotted] = (*namespaces.get(dotted, ()), path)
    return namespaces


def is_named_file(candidate: Candidate) -> bool:
    """Whether the rule named a data file itself: only its own distribution will name it."""
    return candidate.claimed == candidate.path and not candidate.path.endswith((".py", ".so"))


def _stem(candidate: Candidate) -> str:
    """What stands in any reference from outside: the name of the folder or module claimed."""
    name = posixpath.basename(candidate.claimed)
    # Never empty, for that stands everywhere.
    return name.split(".", 1)[0] or name


def _few(names: set[str]) -> set[str]:
    """The names, or only their suffixes where there are too many to look for."""
    if len(names) <= _MOST_NAMES:
        return names
    return {posixpath.splitext(name)[1] or name for name in names}


def _shortest(words: set[str]) -> tuple[bytes, ...]:
    """Words that stand for all: "test" is part of "tests" and of "conftest"."""
    chosen: list[str] = []
    for word in sorted(words, key=lambda word: (len(word), word)):
        if not any(shorter in word for shorter in chosen):
            chosen.append(word)
    # As bytecode has them; a name that is not text can only be named through escapes.
    return tuple(word.encode("utf-8", "surrogatepass") for word in chosen)
