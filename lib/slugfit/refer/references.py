"""What kept code refers to: the closure that decides whether a candidate may go.

A candidate is kept when a kept module imports it (absolute, relative, in a function), names it in
a string literal (a dotted name, a file or folder beside it), when a compiled module has its name,
when an entry point leads to it, or when a lazy_loader stub stands beside a module that reads one.
What it refers to in turn is kept too, to a fixed point. Everything that no rule proposes counts as
kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slugfit.catalog.overrides import SCRIPTS
from slugfit.refer.candidates import Candidate, targets_of
from slugfit.refer.closure import Closure, stands_inside
from slugfit.refer.follow import follow_library, follow_link, follow_module
from slugfit.refer.overrides import applying_overrides
from slugfit.refer.own_path import own_names
from slugfit.refer.reference import Reference
from slugfit.refer.text_files import follow_texts
from slugfit.scan.bytecode import mentions, read_module
from slugfit.scan.module_facts import facts_of_module
from slugfit.scan.module_names import Module, modules_by_all_names, name_and_parents

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from slugfit.scan.layout import Layout
    from slugfit.scan.loose_code import LooseCode
    from slugfit.scan.owners import Owners


@dataclass(frozen=True, slots=True)
class Staying:
    """What refers to candidates: paths of the tree, modules that are not part of it, other code."""

    paths: tuple[str, ...]
    outside: tuple[Module, ...] = ()
    loose: tuple[LooseCode, ...] = ()


def find_references(
    root: Path, layout: Layout, owners: Owners, proposed: Iterable[Candidate], staying: Staying
) -> Mapping[str, Reference]:
    """The candidates that must stay, each with the reference that keeps it."""
    kept_modules = (*modules_by_all_names(staying.paths, layout), *staying.outside)
    aims = targets_of(proposed, layout, owners.by_path, kept_modules)
    aims = aims.with_own_names(own_names(root, aims.by_path, kept_modules, owners.by_path))
    scripts = applying_overrides(owners.distributions, SCRIPTS)
    closure = Closure(aims, owners.by_path, frozenset(path for path, _ in scripts))
    if not aims.by_path:
        return closure.kept
    _follow_metadata(closure, layout, owners)
    for loose in staying.loose:
        follow_module(closure, loose.module, loose.facts)
    follow_texts(closure, root, staying.paths)
    for path in staying.paths:
        follow_link(closure, root, path)
    for module in kept_modules:
        tokens = aims.tokens + aims.own_tokens.get(owners.by_path.get(module.path, ""), ())
        # One that stands inside need not name the folder to refer to what is beside it.
        inside_one = stands_inside(module.path, aims.folders)
        if inside_one:
            _keep_packages(closure, module)
        _read_and_follow(closure, root, module, tokens, whole=inside_one)
    while closure.waiting:
        path = closure.waiting.pop()
        follow_link(closure, root, path)
        for module in modules_by_all_names([path], layout):
            _read_and_follow(closure, root, module, (), whole=True)
            _keep_packages(closure, module)
    return closure.kept


def _follow_metadata(closure: Closure, layout: Layout, owners: Owners) -> None:
    """What installed files that are not code say: entry points, overrides, the path of imports."""
    _follow_entry_points(closure, owners)
    for path, override in applying_overrides(owners.distributions):
        closure.keep([path], Reference("override", override.distribution, override.reason))
    for entry in layout.entries:
        closure.keep_folder(entry.folder, Reference("names", entry.by, entry.folder))


def _follow_entry_points(closure: Closure, owners: Owners) -> None:
    for dist in owners.distributions:
        for point in dist.entry_points:
            reference = Reference("entry point", dist.name, point.name)
            closure.keep_namespace(point.module, reference, claimed=False)
            for name in name_and_parents(point.module):
                closure.keep_module(name, reference)


def _read_and_follow(
    closure: Closure, root: Path, module: Module, tokens: tuple[bytes, ...], *, whole: bool
) -> None:
    """Follow what a module says; unless ``whole`` only if one of ``tokens`` can be part of it."""
    if module.compiled:
        follow_library(closure, root, module)
        return
    code, source = read_module(root / module.path)
    if whole or mentions(code, source, tokens):
        follow_module(closure, module, facts_of_module(code, source))


def _keep_packages(closure: Closure, module: Module) -> None:
    """Keep the packages that a kept module stands in."""
    for above in list(name_and_parents(module.name))[1:]:
        closure.keep_module(above, Reference("stands in", module.path, above), module.base)
