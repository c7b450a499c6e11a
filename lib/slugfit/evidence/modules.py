"""What modules say, each read once, however many ask."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from slugfit.scan.bytecode import read_module
from slugfit.scan.module_facts import NO_FACTS, ModuleFacts, facts_of_module

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class ModuleReader:
    """Reads the modules of one tree."""

    root: Path
    """The root of the tree."""
    facts: dict[str, ModuleFacts] = field(default_factory=dict)
    """What was read so far, by path."""

    def facts_of(self, path: str) -> ModuleFacts:
        """What the module at ``path`` says; nothing for one that is compiled or cannot be read."""
        known = self.facts.get(path)
        if known is None:
            known = NO_FACTS if path.endswith(".so") else self._read(path)
            self.facts[path] = known
        return known

    def text_of(self, path: str) -> bytes:
        """Its bytecode or source, to look for words in."""
        code, source = read_module(self.root / path)
        return code or source

    def source_of(self, path: str) -> bytes:
        """Its source; b"" if there is none."""
        try:
            return (self.root / path).read_bytes() if path.endswith(".py") else b""
        except OSError:
            return b""

    def _read(self, path: str) -> ModuleFacts:
        return facts_of_module(*read_module(self.root / path))
