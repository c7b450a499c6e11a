"""What kept code refers to: the closure that decides whether a candidate may go.

A candidate is kept when a kept module imports it (absolute, relative, in a function), names it in
a string literal (a dotted name, or a file beside it), when an entry point leads to it, or when a
lazy_loader stub stands beside a module that reads one. What it refers to in turn is kept too, to a
fixed point. Everything that no rule proposes counts as kept.
"""

from __future__ import annotations

import os
import posixpath
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from slugfit import modules
from slugfit.names import Module, ancestors, named, targets
from slugfit.names import modules as importable
from slugfit.tree import inside

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from slugfit.dists import Owners
    from slugfit.layout import Layout
    from slugfit.modules import Facts

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
class Reference:
    """Why a candidate stays: ``by`` (a path or an entry point) ``how`` refers to it."""

    by: str
    how: str


@dataclass(frozen=True, slots=True)
class Targets:
    """Candidates by every way in which they can be referred to.

    ``folders`` are those in which a module need not name a candidate to refer to it. ``tokens``
    are byte strings of which one stands in every other module that refers to a candidate;
    ``own_tokens`` are those for references within one distribution, by its name.
    """

    by_path: Mapping[str, Candidate]
    by_module: Mapping[str, tuple[Module, ...]]
    by_basename: Mapping[tuple[str, str], tuple[str, ...]]
    folders: frozenset[str]
    tokens: tuple[bytes, ...]
    own_tokens: Mapping[str, tuple[bytes, ...]]


@dataclass(slots=True)
class Closure:
    """The growing set of kept candidates, with the first reason for each."""

    targets: Targets
    owners: Mapping[str, str]
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
        for above in list(ancestors(name))[1:]:
            self._keep_named(above, Reference(reference.by, f"needs {above}"), base)

    def _keep_named(self, name: str, reference: Reference, base: str | None) -> bool:
        found = [
            module.path
            for module in self.targets.by_module.get(name, ())
            if base in (None, module.base)
        ]
        self.keep(found, reference)
        return bool(found)


def find(
    root: Path,
    layout: Layout,
    owners: Owners,
    candidates: Iterable[Candidate],
    kept_paths: Iterable[str],
) -> Mapping[str, Reference]:
    """The candidates that must stay, each with the reference that keeps it."""
    aims = _targets(candidates, layout, owners.by_path)
    closure = Closure(aims, owners.by_path)
    if not aims.by_path:
        return closure.kept
    _follow_entry_points(closure, owners)
    staying = tuple(kept_paths)
    for path in staying:
        _follow_link(closure, root, path)
    for module in importable(staying, layout):
        tokens: tuple[bytes, ...] | None
        tokens = aims.tokens + aims.own_tokens.get(owners.by_path.get(module.path, ""), ())
        if _stands_inside(module.path, aims.folders):
            # It need not name the folder to refer to what is beside it.
            tokens = None
            _keep_packages(closure, module)
        _follow(closure, module, _facts(root, module, tokens))
    while closure.waiting:
        path = closure.waiting.pop()
        _follow_link(closure, root, path)
        for module in importable([path], layout):
            _follow(closure, module, _facts(root, module, None))
    return closure.kept


def _follow_entry_points(closure: Closure, owners: Owners) -> None:
    for dist in owners.distributions:
        for point in dist.entry_points:
            reference = Reference(f"entry point {point.name} of {dist.name}", "leads to it")
            for name in ancestors(point.module):
                closure.keep_module(name, reference)


def _facts(root: Path, module: Module, tokens: tuple[bytes, ...] | None) -> Facts:
    """What a module says; NOTHING without decoding when none of ``tokens`` can be part of it."""
    if module.compiled:
        return modules.NOTHING
    code, source = modules.raw(root / module.path)
    if tokens is not None and not modules.mentions(code, source, tokens):
        return modules.NOTHING
    return modules.read(code, source)


def _stands_inside(path: str, folders: frozenset[str]) -> bool:
    folder = posixpath.dirname(path)
    while folder:
        if folder in folders:
            return True
        folder = posixpath.dirname(folder)
    return False


def _keep_packages(closure: Closure, module: Module) -> None:
    """Keep the packages that a kept module stands in."""
    for above in list(ancestors(module.name))[1:]:
        closure.keep_module(above, Reference(module.path, f"stands in {above}"), module.base)


def _follow_link(closure: Closure, root: Path, path: str) -> None:
    """Keep what a kept link of the tree leads to: a file, or a folder that a rule named.

    A link to a folder above says nothing about what is in it: lib64 leads to all of lib.
    """
    place = root / path
    if not place.is_symlink():
        return
    target = inside(posixpath.dirname(path), os.readlink(place))
    if target is not None:
        reference = Reference(path, "links to it")
        closure.keep([target], reference)
        if place.is_dir():
            found = closure.targets.by_path.values()
            named = (item for item in found if f"{target}/".startswith(f"{item.claimed}/"))
            below = (item.path for item in named if item.path.startswith(f"{target}/"))
            closure.keep(below, reference)


def _follow(closure: Closure, module: Module, facts: Facts) -> None:
    # Sorted, for the first reason is the one that is told: the same in every run.
    for statement in sorted(facts.imports, key=lambda item: (item.module, item.level, item.names)):
        base = module.base if statement.level else None
        for name in targets(statement, module.parent):
            closure.keep_module(name, Reference(module.path, f"imports {name}"), base)
    for literal in sorted(facts.literals):
        _follow_literal(closure, module, literal)
    if STUB_READER in facts.names:
        stub = module.path + "i"
        closure.keep([stub], Reference(module.path, "reads its stub through lazy_loader"))


def _follow_literal(closure: Closure, module: Module, literal: str) -> None:
    reference = Reference(module.path, f"names {literal!r}")
    name = named(literal, module.parent)
    if name is not None:
        base = module.base if literal.startswith(".") else None
        # "pkg.tests.module.Class" names a module by a prefix of itself.
        for part in ancestors(name):
            if "." in part:
                closure.keep_module(part, reference, base)
        if module.package and name == literal and "." not in literal:
            closure.keep_module(f"{module.name}.{literal}", reference, module.base)
    if "." in literal or "/" in literal:
        owner = closure.owners.get(module.path, "")
        beside = closure.targets.by_path.get(
            inside(posixpath.dirname(module.path), literal.lstrip("/")) or ""
        )
        if beside and (not _is_named_file(beside) or closure.owners.get(beside.path, "") == owner):
            closure.keep([beside.path], reference)
        key = (owner, posixpath.basename(literal))
        closure.keep(closure.targets.by_basename.get(key, ()), reference)


def _targets(candidates: Iterable[Candidate], layout: Layout, owners: Mapping[str, str]) -> Targets:
    by_path = {candidate.path: candidate for candidate in candidates}
    by_module: dict[str, tuple[Module, ...]] = {}
    by_basename: dict[tuple[str, str], tuple[str, ...]] = {}
    for module in importable(by_path, layout):
        by_module[module.name] = (*by_module.get(module.name, ()), module)
    named: dict[str, set[str]] = {}
    for candidate in by_path.values():
        if _is_named_file(candidate):
            owner, name = owners.get(candidate.path, ""), posixpath.basename(candidate.path)
            by_basename[owner, name] = (*by_basename.get((owner, name), ()), candidate.path)
            named.setdefault(owner, set()).add(name)
    words = {_stem(candidate) for candidate in by_path.values() if not _is_named_file(candidate)}
    if any(path.endswith(".pyi") for path in by_path):
        words.add(STUB_READER)
    own_tokens = {owner: _shortest(_few(names)) for owner, names in named.items()}
    folders = {item.claimed for item in by_path.values() if item.claimed != item.path}
    # Relative imports in a folder beside a module of that name can mean the module.
    folders |= {item.base + item.name.replace(".", "/") for item in importable(by_path, layout)}
    return Targets(
        by_path, by_module, by_basename, frozenset(folders), _shortest(words), own_tokens
    )


def _is_named_file(candidate: Candidate) -> bool:
    """Whether the rule named a data file itself: only its own distribution will name it."""
    return candidate.claimed == candidate.path and not candidate.path.endswith((".py", ".so"))


def _stem(candidate: Candidate) -> str:
    """What stands in any reference from outside: the name of the folder or module claimed."""
    return posixpath.basename(candidate.claimed).split(".", 1)[0]


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
    # As bytecode has them; a name that is no text can only be named through escapes.
    return tuple(word.encode("utf-8", "surrogatepass") for word in chosen)
