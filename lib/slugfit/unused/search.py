"""The growing set of modules that the app can reach, each with the first reference to it."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from slugfit.refer.candidates import STUB_READER
from slugfit.refer.reference import Reference
from slugfit.scan.bytecode import read_if_readable
from slugfit.scan.module_facts import facts_from_source
from slugfit.scan.module_names import Module, import_targets, name_and_parents, named_module
from slugfit.scan.owners import APP, PYTHON
from slugfit.unused.computed import Computed, computed_imports, may_compute

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from slugfit.scan.module_facts import ModuleFacts
    from slugfit.scan.module_reader import ModuleReader
    from slugfit.unused.index import ModuleIndex

_START = re.compile(r"([^\W\d]\w*(?:\.[^\W\d]\w*)*)\.(?:[%{]|$)")
"""The beginning of a dotted name, up to what is put in."""
STARTERS = frozenset(
    (
        *("Popen", "run", "call", "check_call", "check_output", "getoutput", "system", "which"),
        *("execv", "execve", "execvp", "execvpe", "spawnv", "spawnvp", "posix_spawn"),
        *("create_subprocess_exec", "create_subprocess_shell"),
    )
)
"""Names in code that starts programs: https://docs.python.org/3/library/subprocess.html."""

_MAKERS = frozenset(("modules", "meta_path", "path_hooks", "__path__", "ModuleType", "__getattr__"))
"""Names in code that makes modules, or finds them elsewhere: sys.modules and its like.

https://docs.python.org/3/reference/import.html#the-module-cache
"""
_TEST_PARTS = frozenset(("test", "tests", "conftest"))


@dataclass(frozen=True, slots=True)
class Single:
    """A string without a dot that is the name of a package, in a module of another one."""

    name: str
    by: str
    """The path of the module."""
    owner: str
    imports: frozenset[str]
    """What the module imports, one of which may load what it is told."""


@dataclass(slots=True)
class Search:
    """What is reached so far, and what is still to be followed."""

    modules: ModuleReader
    index: ModuleIndex
    owners: Mapping[str, str]
    """The owner of each path."""
    groups: frozenset[str]
    """The groups of entry points that any distribution declares."""
    programs: frozenset[str]
    """The names of the programs that distributions install."""
    services: frozenset[str]
    """The names of services that are described in the tree, and of functions that list these."""
    reached: dict[str, Reference] = field(default_factory=dict)
    """By path of a module."""
    said: dict[str, str] = field(default_factory=dict)
    """The groups and programs that are named, each with the file that says it."""
    asked: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """The services that are named, each with the owners of what says it."""
    importers: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """By top-level module: the owners of what imports it."""
    libraries: dict[str, str] = field(default_factory=dict)
    """Strings that can be the name of a shared library, each with the file that has it."""
    parts: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """By owner: strings of its reached modules that are the last part of some module's name."""
    putting: dict[str, str] = field(default_factory=dict)
    """The owners that put names of modules together, each with the module that does."""
    computing: set[str] = field(default_factory=set)
    """The names of the modules that do."""
    single: list[Single] = field(default_factory=list)
    """Strings of one word that are names of packages; they can be words as well."""
    waiting: list[Module] = field(default_factory=list)

    def reach(self, modules: Iterable[Module], reference: Reference) -> None:
        """Note that these are reached."""
        for module in modules:
            if module.path not in self.reached:
                self.reached[module.path] = reference
                self.waiting.append(module)

    def reach_name(self, name: str, reference: Reference) -> None:
        """The module that a dotted name means, and the packages above it."""
        self.reach(self.index.meant(name), reference)

    def reach_package(self, name: str, reference: Reference) -> None:
        """The same, and all that is inside: what a setting names is found by convention too."""
        self.reach_name(name, reference)
        if name in self.index.by_name:
            self.reach(self.index.below(name), reference)

    def follow_all(self) -> None:
        """Follow what is reached, to a fixed point."""
        while self.waiting:
            module = self.waiting.pop()
            if not module.compiled:
                self._follow(module)

    def follow_facts(self, module: Module, facts: ModuleFacts) -> None:
        """What code says: its imports, and the modules and programs that its strings name."""
        is_own = self.owners.get(module.path, APP) == APP
        imports = frozenset(
            name
            for item in facts.imports
            if is_own or item.level or not self._is_nowhere(item.module)
            for name in import_targets(item, module.parent)
        )
        for name in sorted(imports):
            self.reach_name(name, Reference("imports", module.path, name))
        self._note(module, facts, imports)
        # Sorted, for the first reference is the one that is told: the same in every run.
        for literal in sorted(facts.literals):
            self._reach_below(literal, module)
            named = named_module(literal, module.parent)
            if named is None:
                continue
            if module.package:
                # Its own modules, by names that others only see as attributes.
                own = self.index.by_name.get(f"{module.name}.{literal}", ())
                self.reach(own, Reference("names", module.path, literal))
            if "." in named and named.partition(".")[0] in self.index.tops:
                self.reach_name(named, Reference("names", module.path, literal))
            elif self.is_installed(named):
                owner = self.owners.get(module.path, "")
                self.single.append(Single(named, module.path, owner, imports))

    def _note(self, module: Module, facts: ModuleFacts, imports: frozenset[str]) -> None:
        """What code says that can matter together with what other code says."""
        owner = self.owners.get(module.path, "")
        self.parts[owner] |= facts.literals & self.index.parts
        for name in imports:
            self.importers[name.partition(".")[0]].add(owner)
        # By a name that code uses it is a function that lists them.
        for name in self.services & (facts.names | facts.literals):
            self.asked[name].add(owner)
        starts = not STARTERS.isdisjoint(facts.names)
        for literal in facts.literals & (self.groups | self.programs if starts else self.groups):
            self.said.setdefault(literal, module.path)
        for literal in facts.literals:
            if ".so" in literal:
                self.libraries.setdefault(literal, module.path)

    def _is_nowhere(self, name: str) -> bool:
        """Whether an import of this module fails, though a package above it is there.

        As an older version of it had the module. Not where the package can make modules itself.
        """
        if name in self.index.by_name or name.partition(".")[0] not in self.index.tops:
            return False
        above = [
            item for part in name_and_parents(name) for item in self.index.by_name.get(part, ())
        ]
        return bool(above) and not any(
            item.compiled or _MAKERS & self.modules.facts_of(item.path).names for item in above
        )

    def is_installed(self, top: str) -> bool:
        """Whether a name without a dot is a package's, and not one of Python's own modules."""
        return any(
            self.owners.get(module.path, "") != PYTHON for module in self.index.by_name.get(top, ())
        )

    def _follow(self, module: Module) -> None:
        facts = self.modules.facts_of(module.path)
        if STUB_READER in facts.names:
            self.follow_facts(
                module, facts_from_source(read_if_readable(self.modules.root / f"{module.path}i"))
            )
        self.follow_facts(module, facts)
        owner = self.owners.get(module.path, "")
        if owner != PYTHON:
            computed = Computed()
            if may_compute(facts):
                computed = computed_imports(
                    facts, read_if_readable(self.modules.root / module.path), module.parent
                )
            if computed.by_parts:
                self.putting.setdefault(owner, module.path)
                self.computing.add(module.name)
            for package in computed.packages:
                self._reach_inside(module, owner, package)

    def _reach_below(self, literal: str, module: Module) -> None:
        """What a text begins with that becomes a name: ``pkg.backends.%s``, ``pkg.backends.``."""
        start = _START.match(literal)
        if start is not None and start[1] in self.index.by_name:
            reference = Reference("names", module.path, literal)
            # What a program chooses by a name is none of the package's tests.
            below = self.index.below(start[1])
            inner = ((item, item.name[len(start[1]) :].split(".")) for item in below)
            chosen = (item for item, parts in inner if _TEST_PARTS.isdisjoint(parts))
            self.reach(chosen, reference)

    def reach_singles(self) -> None:
        """The packages named by one word where something can import what it is told.

        Elsewhere the name of a package is looked up in metadata, which stay, or is just a word.
        """
        left = []
        for item in self.single:
            told = item.owner == APP or item.owner in self.putting
            if told or not self.computing.isdisjoint(item.imports):
                self.reach_name(item.name, Reference("names", item.by, item.name))
            elif any(module.path not in self.reached for module in self.index.by_name[item.name]):
                left.append(item)
        self.single[:] = left

    def reach_put_together(self) -> None:
        """What the distributions that put names together can mean by strings of theirs."""
        for owner, by in self.putting.items():
            told = self.parts[owner] | self.parts[APP]
            for path, module in self.index.by_path.items():
                if path in self.reached or self.owners.get(path, "") != owner:
                    continue
                if module.name.rpartition(".")[2] in told:
                    self.reach_package(module.name, Reference("computes", by, module.name))

    def _reach_inside(self, module: Module, owner: str, package: str) -> None:
        """What the same distribution has in a package of which a module computes names."""
        inside = (*self.index.by_name.get(package, ()), *self.index.below(package))
        own = (item for item in inside if self.owners.get(item.path, "") == owner)
        self.reach(own, Reference("computes", module.path, package))
