"""What a reached module says: its imports, what its strings name, what it computes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slugfit.refer.candidates import STUB_READER
from slugfit.refer.reference import Reference
from slugfit.scan.bytecode import read_if_readable
from slugfit.scan.module_facts import facts_from_source
from slugfit.scan.module_names import import_targets, name_and_parents, named_module
from slugfit.scan.owners import APP, PYTHON
from slugfit.unused.building import TEST_PARTS
from slugfit.unused.computed import Computed, computed_imports, may_compute
from slugfit.unused.fallbacks import without_fallbacks
from slugfit.unused.notes import note
from slugfit.unused.search import Word

if TYPE_CHECKING:
    from slugfit.scan.module_facts import ModuleFacts
    from slugfit.scan.module_names import Module
    from slugfit.unused.search import Search

_START = re.compile(r"([^\W\d]\w*(?:\.[^\W\d]\w*)*)\.(?:[%{]|$)")
"""The beginning of a dotted name, up to what is put in."""
_MAKERS = frozenset(("modules", "meta_path", "path_hooks", "__path__", "ModuleType", "__getattr__"))
"""Names in code that makes modules, or finds them elsewhere: sys.modules and its like.

https://docs.python.org/3/reference/import.html#the-module-cache
"""


def follow_all(search: Search) -> None:
    """Follow what is reached, to a fixed point."""
    for module in search.to_follow():
        if not module.compiled:
            _follow(search, module)


def follow_facts(search: Search, module: Module, facts: ModuleFacts) -> None:
    """What code says: its imports, and the modules and programs that its strings name."""
    facts = without_fallbacks(search, module, facts)
    is_own = search.owners.get(module.path, APP) == APP
    if is_own:
        search.used |= facts.names & search.index.parts
    imports = frozenset(
        name
        for item in facts.imports
        if is_own or item.level or not _is_nowhere(search, item.module)
        for name in import_targets(item, module.parent)
    )
    for name in sorted(imports):
        search.reach_from(module, name, Reference("imports", module.path, name))
    note(search, module, facts, imports)
    # Sorted, for the first reference is the one that is told: the same in every run.
    for literal in sorted(facts.literals):
        _reach_below(search, literal, module)
        named = named_module(literal, module.parent)
        if named is None:
            continue
        told = Reference("names", module.path, literal)
        if module.package:
            # Its own modules, by names that others only see as attributes.
            own = search.index.by_name.get(f"{module.name}.{literal}", ())
            search.reach(own, told, guess=not is_own and literal not in search.used)
        if "." in named and named.partition(".")[0] in search.index.tops:
            search.reach_from(module, named, told)
        elif search.is_installed(named):
            owner = search.owners.get(module.path, "")
            search.words.append(Word(named, module.path, owner, imports))


def _is_nowhere(search: Search, name: str) -> bool:
    """Whether an import of this module fails, though a package above it is there.

    As an older version of it had the module. Not where the package can make modules itself.
    """
    index = search.index
    if name in index.by_name or name.partition(".")[0] not in index.tops:
        return False
    above = [item for part in name_and_parents(name) for item in index.by_name.get(part, ())]
    return bool(above) and not any(
        item.compiled or _MAKERS & search.modules.facts_of(item.path).names for item in above
    )


def _follow(search: Search, module: Module) -> None:
    modules = search.modules
    facts = modules.facts_of(module.path)
    if STUB_READER in facts.names:
        stub = read_if_readable(modules.root / f"{module.path}i")
        follow_facts(search, module, facts_from_source(stub))
    follow_facts(search, module, facts)
    owner = search.owners.get(module.path, "")
    if owner != PYTHON and may_compute(facts):
        source = read_if_readable(modules.root / module.path)
        _reach_computed(search, module, owner, computed_imports(facts, source, module.parent))


def _reach_computed(search: Search, module: Module, owner: str, computed: Computed) -> None:
    if computed.by_parts:
        search.putting.setdefault(owner, module.path)
        search.computing.add(module.name)
    for package in sorted(computed.packages):
        inside = (*search.index.by_name.get(package, ()), *search.index.below(package))
        own = (item for item in inside if search.owners.get(item.path, "") == owner)
        told = Reference("computes", module.path, package)
        search.reach(own, told, guess=True)


def _reach_below(search: Search, literal: str, module: Module) -> None:
    """What a text begins with that becomes a name: ``pkg.backends.%s``, ``pkg.backends.``."""
    start = _START.match(literal)
    if start is not None and start[1] in search.index.by_name:
        # What a program chooses by a name is none of the package's tests.
        below = search.index.below(start[1])
        inner = ((item, item.name[len(start[1]) :].split(".")) for item in below)
        chosen = (item for item, parts in inner if TEST_PARTS.isdisjoint(parts))
        search.reach(chosen, Reference("names", module.path, literal), guess=True)


def reach_put_together(search: Search) -> None:
    """What the distributions that put names together can mean by strings of theirs."""
    for owner, by in search.putting.items():
        told = search.parts[owner] | search.parts[APP]
        for path, module in search.index.by_path.items():
            if path in search.reached or search.owners.get(path, "") != owner:
                continue
            if module.name.rpartition(".")[2] in told:
                reference = Reference("computes", by, module.name)
                search.reach_package(module.name, reference, guess=True)
