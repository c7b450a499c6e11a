"""The signs of modules, each told once, however many ask."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from slugfit.evidence.flat_listing import lists_flatly
from slugfit.evidence.listing import listed_folders
from slugfit.evidence.signs import NO_SIGNS, Signs, signs_in
from slugfit.evidence.test_programs import can_be_program, is_test_program
from slugfit.scan.bytecode import read_module
from slugfit.scan.test_code import is_test_module

if TYPE_CHECKING:
    from collections.abc import Collection

    from slugfit.scan.module_names import Module
    from slugfit.scan.module_reader import ModuleReader


@dataclass(frozen=True, slots=True)
class SignReader:
    """Looks for signs in the modules of one tree."""

    modules: ModuleReader
    """What they say."""
    folders: Collection[str]
    """The folders of the tree."""
    _signs: dict[str, Signs] = field(default_factory=dict)
    _tests: dict[str, bool] = field(default_factory=dict)
    _listed: dict[str, tuple[tuple[str, bool], ...]] = field(default_factory=dict)

    def signs_of(self, path: str) -> Signs:
        """What the module at ``path`` shows; nothing if it is compiled or cannot be read."""
        known = self._signs.get(path)
        if known is None:
            known = NO_SIGNS if path.endswith(".so") else signs_in(self.modules.facts_of(path))
            self._signs[path] = known
        return known

    def is_test(self, path: str) -> bool:
        """Whether the module or program at ``path`` is a test; no more is read than that takes."""
        known = self._tests.get(path)
        if known is None:
            file = self.modules.root / path
            program = can_be_program(path)
            known = is_test_program(file) if program else is_test_module(*read_module(file))
            self._tests[path] = known
        return known

    def listed_by(self, module: Module) -> tuple[tuple[str, bool], ...]:
        """The folders that a module may list, each with whether it is listed alone."""
        if module.path not in self._listed:
            source = self._source(module.path)
            flat = lists_flatly(self.modules.facts_of(module.path), source)
            folders = listed_folders(source, module.path, module.base, self.folders)
            self._listed[module.path] = tuple((folder, flat) for folder in sorted(folders))
        return self._listed[module.path]

    def _source(self, path: str) -> bytes:
        """The source of a module; b"" if there is none."""
        try:
            return (self.modules.root / path).read_bytes() if path.endswith(".py") else b""
        except OSError:
            return b""
