"""What kept code refers to: the closure that decides whether a candidate may go.

A candidate is kept when a kept module imports it (absolute, relative, in a function), names it in
a string literal (a dotted name, a file or folder beside it), when a compiled module has its name,
when an entry point leads to it, or when a lazy_loader stub stands beside a module that reads one.
What it refers to in turn is kept too, to a fixed point. Everything that no rule proposes counts as
kept.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from slugfit.catalog.overrides import SCRIPTS
from slugfit.refer.candidates import Candidate, targets_of
from slugfit.refer.closure import Closure, stands_inside
from slugfit.refer.follow import follow_library, follow_link, follow_module
from slugfit.refer.overrides import applying_overrides
from slugfit.refer.own_path import own_names
from slugfit.refer.reference import Reference
from slugfit.refer.text_files import follow_texts
from slugfit.scan.module_names import Module, modules_by_all_names, name_and_parents

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from slugfit.scan.layout import Layout
    from slugfit.scan.loose_code import LooseCode
    from slugfit.scan.module_reader import ModuleReader
    from slugfit.scan.owners import Owners


@dataclass(frozen=True, slots=True)
class Staying:
    """What refers to candidates: paths of the tree, modules that are not part of it, other code."""

    paths: tuple[str, ...]
    outside: tuple[Module, ...] = ()
    loose: tuple[LooseCode, ...] = ()


def find_references(
    reader: ModuleReader,
    layout: Layout,
    owners: Owners,
    proposed: Iterable[Candidate],
    staying: Staying,
) -> Mapping[str, Reference]:
    """The candidates that must stay, each with the reference that keeps it.

    The words of ``reader`` have to be those of these candidates, or of more (see ``words_of``).
    """
    kept_modules = (*modules_by_all_names(staying.paths, layout), *staying.outside)
    closure = _closure(reader, layout, owners, proposed, kept_modules)
    aims = closure.targets
    if not aims.by_path:
        return closure.kept
    _follow_metadata(closure, layout, owners)
    for loose in staying.loose:
        follow_module(closure, loose.module, loose.facts)
    follow_texts(closure, reader.root, staying.paths)
    for path in staying.paths:
        follow_link(closure, reader.root, path)
    # These know their modules by names without any of the words.
    knowing = {owner for owner, _ in aims.by_own_name}
    for module in kept_modules:
        # One that stands inside need not name the folder to refer to what is beside it.
        inside_one = stands_inside(module.path, aims.folders)
        if inside_one:
            _keep_packages(closure, module)
        if module.compiled or inside_one or owners.by_path.get(module.path, "") in knowing:
            _follow(closure, reader, module)
        elif reader.mentions(module.path):
            words = [word.decode("utf-8", "surrogatepass") for word in reader.words(module.path)]
            follow_module(closure, module, reader.facts_of(module.path), words)
    _follow_waiting(closure, reader, layout)
    return closure.kept


def _closure(
    reader: ModuleReader,
    layout: Layout,
    owners: Owners,
    proposed: Iterable[Candidate],
    kept_modules: tuple[Module, ...],
) -> Closure:
    """The closure that nothing is kept of yet."""
    aims = targets_of(proposed, layout, owners.by_path, kept_modules)
    own = own_names(reader, aims.by_path, kept_modules, owners.by_path)
    scripts = applying_overrides(owners.distributions, SCRIPTS)
    aims = replace(aims, by_own_name=own)
    return Closure(aims, owners.by_path, frozenset(path for path, _ in scripts))


def _follow_waiting(closure: Closure, reader: ModuleReader, layout: Layout) -> None:
    """Follow what is kept of the candidates, to a fixed point."""
    while closure.waiting:
        path = closure.waiting.pop()
        follow_link(closure, reader.root, path)
        for module in modules_by_all_names([path], layout):
            _follow(closure, reader, module)
            _keep_packages(closure, module)


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


def _follow(closure: Closure, reader: ModuleReader, module: Module) -> None:
    """Follow all that a module says."""
    if module.compiled:
        follow_library(closure, reader.root, module)
    else:
        follow_module(closure, module, reader.facts_of(module.path))


def _keep_packages(closure: Closure, module: Module) -> None:
    """Keep the packages that a kept module stands in."""
    for above in list(name_and_parents(module.name))[1:]:
        closure.keep_module(above, Reference("stands in", module.path, above), module.base)
