"""The growing set of modules that the app can reach, each with the first reference to it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from slugfit.scan.owners import PYTHON
from slugfit.unused.building import counts_for_builds_alone, is_build_part, tells_of_builds

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from slugfit.refer.reference import Reference
    from slugfit.scan.module_names import Module
    from slugfit.scan.module_reader import ModuleReader
    from slugfit.unused.index import ModuleIndex
    from slugfit.unused.relations import Relations


@dataclass(frozen=True, slots=True)
class Word:
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
    relations: Relations
    groups: frozenset[str]
    """The groups of entry points that any distribution declares."""
    programs: frozenset[str]
    """The names of the programs that distributions install."""
    installing: frozenset[str]
    """Those of them that install."""
    services: frozenset[str]
    """The names of services that are described in the tree, and of functions that list these."""
    reached: dict[str, Reference] = field(default_factory=dict)
    """By path of a module."""
    guessed: set[str] = field(default_factory=set)
    """The paths of those that only a name which is put together can mean: one of many."""
    said: dict[str, str] = field(default_factory=dict)
    """The groups and programs that are named, each with the file that says it."""
    asked: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """The services that are named, each with the owners of what says it."""
    importers: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """By top-level module: the paths of what imports it."""
    libraries: dict[str, str] = field(default_factory=dict)
    """Strings that can be the name of a shared library, each with the file that has it."""
    parts: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """By owner: strings of its reached modules that are the last part of some module's name."""
    used: set[str] = field(default_factory=set)
    """Names that the app's own code uses, and that are the last part of some module's name."""
    putting: dict[str, str] = field(default_factory=dict)
    """The owners that put names of modules together, each with the module that does."""
    computing: set[str] = field(default_factory=set)
    """The names of the modules that do."""
    words: list[Word] = field(default_factory=list)
    """Strings of one word that are names of packages; they can be words as well."""
    builds: bool = False
    """Whether something that is reached builds extension modules, or installs."""
    postponed: list[tuple[Module, Reference, bool]] = field(default_factory=list)
    """What is reached if so: arguments of ``reach``."""
    postponed_sayers: list[Module] = field(default_factory=list)
    """Modules that start programs which install: these count if so."""
    _waiting: list[Module] = field(default_factory=list)
    _guesses: list[Module] = field(default_factory=list)

    def reach(
        self, modules: Iterable[Module], reference: Reference, *, guess: bool = False
    ) -> None:
        """Note that these are reached, or, as a ``guess``, could be."""
        for module in modules:
            path = module.path
            if self._counts_for_builds_alone(module, reference, guess=guess):
                self.postponed.append((module, reference, guess))
            elif path not in self.reached:
                self.reached[path] = reference
                (self._guesses if guess else self._waiting).append(module)
                if guess:
                    self.guessed.add(path)
            elif not guess and path in self.guessed:
                self.guessed.discard(path)
                self.reached[path] = reference
                self._waiting.append(module)

    def _counts_for_builds_alone(
        self, module: Module, reference: Reference, *, guess: bool
    ) -> bool:
        if self.builds:
            return False
        by = self.index.by_path.get(reference.by)
        owner, referring = self.owners.get(module.path, ""), self._owner_of(reference.by)
        is_guess = guess and is_build_part(module.name)
        if is_guess or counts_for_builds_alone(module, reference, by, owner, referring):
            return True
        self.builds = not guess and tells_of_builds(module, reference, owner, referring)
        return False

    def _owner_of(self, by: str) -> str:
        """Who owns what a reference comes from: a path, or, of a group, the package of its name."""
        return self.owners.get(by) or next(iter(sorted(self.owners_of(by))), "")

    def _reach_postponed(self) -> None:
        """Reach what counts where something builds: it does."""
        while self.postponed:
            module, reference, guess = self.postponed.pop(0)
            self.reach([module], reference, guess=guess)
        self._waiting += self.postponed_sayers
        self.postponed_sayers.clear()

    def reach_name(self, name: str, reference: Reference) -> None:
        """The module that a dotted name means, and the packages above it."""
        self.reach(self.index.meant(name), reference)

    def reach_package(self, name: str, reference: Reference, *, guess: bool = False) -> None:
        """The same, and all that is inside: what a setting names is found by convention too."""
        self.reach(self.index.meant(name), reference, guess=guess)
        if name in self.index.by_name:
            self.reach(self.index.below(name), reference, guess=guess)

    def reach_from(self, module: Module, name: str, reference: Reference) -> None:
        """The module that a name in ``module`` means.

        Where that is a guess itself, so is what it means of its own distribution, and what that
        has nothing to do with is not meant.
        """
        if module.path not in self.guessed:
            self.reach_name(name, reference)
            return
        owner = self.owners.get(module.path, "")
        for meant in self.index.meant(name):
            other = self.owners.get(meant.path, "")
            if self.relations.has_to_do_with(owner, other, meant.name.partition(".")[0]):
                self.reach([meant], reference, guess=other == owner)

    def to_follow(self) -> Iterator[Module]:
        """What was reached and not followed yet, guesses last: what they are can still change."""
        while True:
            if self.builds:
                self._reach_postponed()
            if self._waiting:
                yield self._waiting.pop()
            elif not self._guesses:
                return
            elif (module := self._guesses.pop()).path in self.guessed:
                yield module

    def owners_importing(self, top: str) -> set[str]:
        """The owners of what imports a top-level module."""
        return {self.owners.get(path, "") for path in self.importers.get(top, ())}

    def is_installed(self, top: str) -> bool:
        """Whether a name without a dot is a package's, and not one of Python's own modules."""
        return any(owner != PYTHON for owner in self.owners_of(top))

    def is_python(self, top: str) -> bool:
        """Whether a name without a dot is that of one of Python's own modules."""
        return PYTHON in self.owners_of(top)

    def owners_of(self, name: str) -> set[str]:
        """The owners of a module."""
        return {self.owners.get(module.path, "") for module in self.index.by_name.get(name, ())}
