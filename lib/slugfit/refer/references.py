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
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slugfit.base.paths import path_inside
from slugfit.catalog.overrides import SCRIPTS
from slugfit.refer.candidates import STUB_READER, Candidate, is_named_file, targets_of
from slugfit.refer.closure import Closure, stands_inside
from slugfit.refer.overrides import applying_overrides
from slugfit.refer.reference import Reference
from slugfit.scan.bytecode import mentions, read_module
from slugfit.scan.libraries import library_facts
from slugfit.scan.module_facts import NO_FACTS, ModuleFacts, facts_of_module
from slugfit.scan.module_names import (
    Module,
    import_targets,
    importable_modules,
    name_and_parents,
    named_module,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from slugfit.scan.layout import Layout
    from slugfit.scan.owners import Owners


_BUILD_SCRIPTS = frozenset(("setup.py", "setup_package.py", "conftest.py"))
"""Files of packages that list sources and tests, and are never run once they are installed."""
_MOST_PIECES = 4
"""Of a path that is joined in code."""


@dataclass(frozen=True, slots=True)
class Staying:
    """What refers to candidates: paths of the tree, and modules that are not part of it."""

    paths: tuple[str, ...]
    outside: tuple[Module, ...] = ()


def find_references(
    root: Path, layout: Layout, owners: Owners, proposed: Iterable[Candidate], staying: Staying
) -> Mapping[str, Reference]:
    """The candidates that must stay, each with the reference that keeps it."""
    kept_modules = (*importable_modules(staying.paths, layout), *staying.outside)
    aims = targets_of(proposed, layout, owners.by_path, kept_modules)
    scripts = applying_overrides(owners.distributions, SCRIPTS)
    closure = Closure(aims, owners.by_path, frozenset(path for path, _ in scripts))
    if not aims.by_path:
        return closure.kept
    _follow_entry_points(closure, owners)
    for path, override in applying_overrides(owners.distributions):
        closure.keep([path], Reference("override", override.distribution, override.reason))
    for path in staying.paths:
        _follow_link(closure, root, path)
    for module in kept_modules:
        tokens = aims.tokens + aims.own_tokens.get(owners.by_path.get(module.path, ""), ())
        # One that stands inside need not name the folder to refer to what is beside it.
        inside_one = stands_inside(module.path, aims.folders)
        if inside_one:
            _keep_packages(closure, module)
        if module.compiled:
            _follow_library(closure, root, module)
        else:
            _follow(closure, module, _facts(root, module, tokens, whole=inside_one))
    while closure.waiting:
        path = closure.waiting.pop()
        _follow_link(closure, root, path)
        for module in importable_modules([path], layout):
            if module.compiled:
                _follow_library(closure, root, module)
            else:
                _follow(closure, module, _facts(root, module, (), whole=True))
            _keep_packages(closure, module)
    return closure.kept


def _follow_entry_points(closure: Closure, owners: Owners) -> None:
    for dist in owners.distributions:
        for point in dist.entry_points:
            reference = Reference("entry point", dist.name, point.name)
            closure.keep_namespace(point.module, reference, claimed=False)
            for name in name_and_parents(point.module):
                closure.keep_module(name, reference)


def _facts(root: Path, module: Module, tokens: tuple[bytes, ...], *, whole: bool) -> ModuleFacts:
    """What a module says; unless ``whole`` only if one of ``tokens`` can be part of it."""
    code, source = read_module(root / module.path)
    if not whole and not mentions(code, source, tokens):
        return NO_FACTS
    return facts_of_module(code, source)


def _keep_packages(closure: Closure, module: Module) -> None:
    """Keep the packages that a kept module stands in."""
    for above in list(name_and_parents(module.name))[1:]:
        closure.keep_module(above, Reference("stands in", module.path, above), module.base)


def _follow_link(closure: Closure, root: Path, path: str) -> None:
    """Keep what a kept link of the tree leads to: a file, or a folder that a rule named.

    A link to a folder above says nothing about what is in it: lib64 leads to all of lib.
    """
    place = root / path
    if not place.is_symlink():
        return
    target = path_inside(posixpath.dirname(path), os.readlink(place))
    if target is not None:
        reference = Reference("link", path)
        closure.keep([target], reference)
        if place.is_dir():
            candidates = closure.targets.by_path.values()
            named = (item for item in candidates if f"{target}/".startswith(f"{item.claimed}/"))
            below = (item.path for item in named if item.path.startswith(f"{target}/"))
            closure.keep(below, reference)


def _follow(closure: Closure, module: Module, facts: ModuleFacts) -> None:
    # Sorted, for the first reason is the one that is told: the same in every run.
    for statement in sorted(facts.imports, key=lambda item: (item.module, item.level, item.names)):
        base = module.base if statement.level else None
        for name in import_targets(statement, module.parent):
            closure.keep_module(name, Reference("imports", module.path, name), base)
    if module.path in closure.scripts or posixpath.basename(module.path) in _BUILD_SCRIPTS:
        return
    for literal in sorted(facts.literals):
        _follow_literal(closure, module, literal)
    _follow_paths(closure, module, facts)
    if STUB_READER in facts.names:
        stub = module.path + "i"
        closure.keep([stub], Reference("stub", module.path))


def _follow_library(closure: Closure, root: Path, module: Module) -> None:
    """Names in a compiled module: absolute, or relative, as Cython keeps the level in code.

    Only those of its own distribution: such code does not reach into the tests of others.
    """
    tokens = closure.targets.library_tokens.get(closure.owners.get(module.path, ""), ())
    if not tokens:
        return
    for literal in sorted(library_facts(root / module.path, tokens).literals):
        for name in (
            named_module(literal, module.parent),
            named_module(f".{literal}", module.parent),
        ):
            if name is not None:
                closure.keep_module(name, Reference("names", module.path, literal))


def _follow_paths(closure: Closure, module: Module, facts: ModuleFacts) -> None:
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
    path = path_inside(here, literal.strip("/"))
    if not path or f"{here}/".startswith(f"{path}/"):
        return False
    reference = Reference("names", module.path, literal)
    owner = closure.owners.get(module.path, "")
    if path in closure.targets.by_path:
        if closure.owners.get(path, "") == owner:
            closure.keep([path], reference)
        return True
    return closure.keep_folder(path, reference)


def _follow_literal(closure: Closure, module: Module, literal: str) -> None:
    reference = Reference("names", module.path, literal)
    name = named_module(literal, module.parent)
    if name is not None:
        base = module.base if literal.startswith(".") else None
        closure.keep_namespace(name, reference, claimed=True)
        # "pkg.tests.module.Class" names a module by a prefix of itself.
        for part in name_and_parents(name):
            if "." in part:
                closure.keep_module(part, reference, base)
        if module.package and name == literal and "." not in literal:
            closure.keep_module(f"{module.name}.{literal}", reference, module.base)
    if "." in literal or "/" in literal:
        owner = closure.owners.get(module.path, "")
        beside = closure.targets.by_path.get(
            path_inside(posixpath.dirname(module.path), literal.lstrip("/")) or ""
        )
        if beside and (not is_named_file(beside) or closure.owners.get(beside.path, "") == owner):
            closure.keep([beside.path], reference)
        key = (owner, posixpath.basename(literal))
        closure.keep(closure.targets.by_basename.get(key, ()), reference)
