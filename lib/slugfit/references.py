"""What kept code refers to: the closure that decides whether a candidate may go.

A candidate is kept when a kept module imports it (absolute, relative, in a function), names it in
a string literal (a dotted name, a file or folder beside it), when a compiled module has its name,
when an entry point leads to it, or when a lazy_loader stub stands beside a module that reads one.
What it refers to in turn is kept too, to a fixed point. Everything that no rule proposes counts as
kept.
"""

from __future__ import annotations

import os
import posixpath
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from slugfit import modules, overrides
from slugfit.candidates import STUB_READER, is_named_file
from slugfit.candidates import targets as aims_of
from slugfit.names import Module, ancestors, named, targets
from slugfit.names import modules as importable
from slugfit.tree import inside

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from slugfit.candidates import Candidate, Targets
    from slugfit.dists import Owners
    from slugfit.layout import Layout
    from slugfit.modules import Facts

_BUILD_SCRIPTS = frozenset(("setup.py", "setup_package.py", "conftest.py"))
"""Files of packages that list sources and tests, and are never run once they are installed."""
_MOST_PIECES = 4
"""Of a path that is joined in code."""


@dataclass(frozen=True, slots=True)
class Reference:
    """Why a candidate stays: ``by`` (a path or an entry point) ``how`` refers to it."""

    by: str
    how: str


@dataclass(frozen=True, slots=True)
class Staying:
    """What refers to candidates: paths of the tree, and modules that are no part of it."""

    paths: tuple[str, ...]
    outside: tuple[Module, ...] = ()


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
        if not _stands_inside(f"{folder}/", self.targets.folders):
            return False
        lead = folder + "/"
        claimed = [
            path
            for path, item in self.targets.by_path.items()
            if path.startswith(lead) and lead.startswith(item.claimed + "/")
        ]
        self.keep(claimed, reference)
        return bool(claimed)


def find(
    root: Path, layout: Layout, owners: Owners, proposed: Iterable[Candidate], staying: Staying
) -> Mapping[str, Reference]:
    """The candidates that must stay, each with the reference that keeps it."""
    kept_modules = (*importable(staying.paths, layout), *staying.outside)
    aims = aims_of(proposed, layout, owners.by_path, kept_modules)
    scripts = overrides.applying(owners.distributions, overrides.SCRIPTS)
    closure = Closure(aims, owners.by_path, frozenset(path for path, _ in scripts))
    if not aims.by_path:
        return closure.kept
    _follow_entry_points(closure, owners)
    for path, override in overrides.applying(owners.distributions):
        closure.keep([path], Reference(f"An override for {override.distribution}", override.reason))
    for path in staying.paths:
        _follow_link(closure, root, path)
    for module in kept_modules:
        tokens = aims.tokens + aims.own_tokens.get(owners.by_path.get(module.path, ""), ())
        # One that stands inside need not name the folder to refer to what is beside it.
        inside_one = _stands_inside(module.path, aims.folders)
        if inside_one:
            _keep_packages(closure, module)
        if module.compiled:
            _follow_library(closure, root, module)
        else:
            _follow(closure, module, _facts(root, module, tokens, whole=inside_one))
    while closure.waiting:
        path = closure.waiting.pop()
        _follow_link(closure, root, path)
        for module in importable([path], layout):
            if module.compiled:
                _follow_library(closure, root, module)
            else:
                _follow(closure, module, _facts(root, module, (), whole=True))
            _keep_packages(closure, module)
    return closure.kept


def _follow_entry_points(closure: Closure, owners: Owners) -> None:
    for dist in owners.distributions:
        for point in dist.entry_points:
            reference = Reference(f"entry point {point.name} of {dist.name}", "leads to it")
            closure.keep_namespace(point.module, reference, claimed=False)
            for name in ancestors(point.module):
                closure.keep_module(name, reference)


def _facts(root: Path, module: Module, tokens: tuple[bytes, ...], *, whole: bool) -> Facts:
    """What a module says; unless ``whole`` only if one of ``tokens`` can be part of it."""
    code, source = modules.raw(root / module.path)
    if not whole and not modules.mentions(code, source, tokens):
        return modules.NOTHING
    return modules.read(code, source)


def _stands_inside(path: str, folders: frozenset[str]) -> bool:
    while "/" in path:
        path = path.rpartition("/")[0]
        if path in folders:
            return True
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
    if module.path in closure.scripts or posixpath.basename(module.path) in _BUILD_SCRIPTS:
        return
    for literal in sorted(facts.literals):
        _follow_literal(closure, module, literal)
    _follow_paths(closure, module, facts)
    if STUB_READER in facts.names:
        stub = module.path + "i"
        closure.keep([stub], Reference(module.path, "reads its stub through lazy_loader"))


def _follow_library(closure: Closure, root: Path, module: Module) -> None:
    """Names in a compiled module: absolute, or relative, as Cython keeps the level in code.

    Only those of its own distribution: such code does not reach into the tests of others.
    """
    tokens = closure.targets.library_tokens.get(closure.owners.get(module.path, ""), ())
    if not tokens:
        return
    for literal in sorted(modules.of_library(root / module.path, tokens).literals):
        for name in (named(literal, module.parent), named(f".{literal}", module.parent)):
            if name is not None:
                closure.keep_module(name, Reference(module.path, f"names {literal!r}"))


def _follow_paths(closure: Closure, module: Module, facts: Facts) -> None:
    """Folders beside the module: "tests/data", or joined piece by piece, then files too."""
    for literal in sorted(facts.literals):
        if "/" in literal:
            _follow_path(closure, module, literal)
    for texts in sorted(facts.joined):
        for start in range(len(texts)):
            # The longest that leads to something: ("..", "tests", "data") is not all of the tests.
            for end in range(min(start + _MOST_PIECES, len(texts)), start, -1):
                if _follow_path(closure, module, "/".join(texts[start:end])):
                    break


def _follow_path(closure: Closure, module: Module, literal: str) -> bool:
    """Keep what a path from the module's folder leads to; whether it leads to a candidate."""
    here = posixpath.dirname(module.path)
    path = inside(here, literal.strip("/"))
    if not path or f"{here}/".startswith(f"{path}/"):
        return False
    reference = Reference(module.path, f"names {literal!r}")
    owner = closure.owners.get(module.path, "")
    if path in closure.targets.by_path:
        if closure.owners.get(path, "") == owner:
            closure.keep([path], reference)
        return True
    return closure.keep_folder(path, reference)


def _follow_literal(closure: Closure, module: Module, literal: str) -> None:
    reference = Reference(module.path, f"names {literal!r}")
    name = named(literal, module.parent)
    if name is not None:
        base = module.base if literal.startswith(".") else None
        closure.keep_namespace(name, reference, claimed=True)
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
        if beside and (not is_named_file(beside) or closure.owners.get(beside.path, "") == owner):
            closure.keep([beside.path], reference)
        key = (owner, posixpath.basename(literal))
        closure.keep(closure.targets.by_basename.get(key, ()), reference)
