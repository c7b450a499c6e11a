"""What reached code says that can matter together with what other code says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slugfit.scan.bytecode import read_if_readable
from slugfit.scan.owners import APP
from slugfit.unused.building import build_calls, builds, is_build_part, is_test_part
from slugfit.unused.relations import INSTALLERS
from slugfit.unused.starting import may_start, starts_programs

if TYPE_CHECKING:
    from slugfit.scan.module_facts import ModuleFacts
    from slugfit.scan.module_names import Module
    from slugfit.unused.search import Search


def note(search: Search, module: Module, facts: ModuleFacts, imports: frozenset[str]) -> None:
    """Note it; ``imports`` are the modules that the code imports."""
    owner = search.owners.get(module.path, "")
    search.parts[owner] |= facts.literals & search.index.parts
    for name in imports:
        search.importers[name.partition(".")[0]].add(module.path)
    # By a name that code uses it is a function that lists them.
    for name in search.services & (facts.names | facts.literals):
        search.asked[name].add(owner)
    for literal in facts.literals & search.groups | _programs(search, module, facts):
        search.said.setdefault(literal, module.path)
    for literal in facts.literals:
        if ".so" in literal:
            search.libraries.setdefault(literal, module.path)
    if not search.builds and _counts(search, module):
        calls = build_calls(facts, lambda: _source(search, module))
        search.builds = builds(imports, calls, owner or APP, search.owners_of)


def _programs(search: Search, module: Module, facts: ModuleFacts) -> frozenset[str]:
    """The programs that code names, if it can start them."""
    programs = facts.literals & search.programs
    if programs & search.installing and not search.builds and not _counts(search, module):
        programs -= search.installing
        if module.path in search.reached:
            search.postponed_sayers.append(module)
    starts = programs and may_start(facts) and starts_programs(_source(search, module))
    return programs if starts else frozenset()


def _source(search: Search, module: Module) -> bytes:
    return read_if_readable(search.modules.root / module.path)


def _counts(search: Search, module: Module) -> bool:
    """Whether what a module does can tell that something is installed or built."""
    is_installer = search.owners.get(module.path, APP) in INSTALLERS
    return not (is_installer or is_test_part(module.name) or is_build_part(module.name))
