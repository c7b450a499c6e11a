"""What the modules of one tree say, each read once, however many ask and however often."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from slugfit.base.beside import beside, cores
from slugfit.scan.bytecode import mentions, read_module
from slugfit.scan.imports import Import
from slugfit.scan.module_facts import NO_FACTS, ModuleFacts, facts_of_module

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    _Texts = tuple[str, ...]
    _Row = tuple[
        bool, tuple[tuple[str, int, _Texts], ...], _Texts, _Texts, tuple[_Texts, ...], _Texts
    ]

_FEW = 500
"""Modules that are read in less time than it takes to hand over what they say."""


@dataclass(frozen=True, slots=True)
class _Packed:
    """Facts in a tenth of the memory: a set takes several times what it holds."""

    mentions: bool
    imports: tuple[Import, ...]
    literals: tuple[str, ...]
    names: tuple[str, ...]
    joined: tuple[tuple[str, ...], ...]
    defines: tuple[str, ...]

    def facts(self) -> ModuleFacts:
        return ModuleFacts(
            frozenset(self.imports),
            frozenset(self.literals),
            frozenset(self.names),
            frozenset(self.joined),
            frozenset(self.defines),
        )


@dataclass(frozen=True, slots=True)
class ModuleReader:
    """Reads modules, from bytecode where it fits, and remembers what they say (some 4 kB each)."""

    root: Path
    """The root of the tree."""
    words: Callable[[str], tuple[bytes, ...]]
    """By the path of a module: the words of which one is in it if it can matter to others."""
    _read: dict[str, _Packed] = field(default_factory=dict)
    _texts: dict[str, str] = field(default_factory=dict)

    def facts_of(self, path: str) -> ModuleFacts:
        """What the module at ``path`` says; nothing for one that is compiled or cannot be read."""
        return NO_FACTS if path.endswith(".so") else self._packed(path).facts()

    def mentions(self, path: str) -> bool:
        """Whether one of its words can be part of what the module at ``path`` says."""
        return not path.endswith(".so") and self._packed(path).mentions

    @contextmanager
    def reading_ahead(self, paths: Sequence[str]) -> Iterator[Callable[[], None]]:
        """Begin to read ``paths`` on all cores; the function that is yielded waits for it."""
        parts = cores() if len(paths) > _FEW else 0
        with ExitStack() as stack:
            # Every so many of them, for the modules of one package are as long as each other.
            several = [
                stack.enter_context(beside(partial(self._rows, paths[first::parts])))
                for first in range(parts)
            ]

            def learn() -> None:
                for rows in several:
                    self._read.update((path, self._of_row(row)) for path, row in rows().items())

            yield learn

    def _rows(self, paths: Iterable[str]) -> Mapping[str, _Row]:
        return {path: _row_of(self._packed(path)) for path in paths}

    def _of_row(self, row: _Row) -> _Packed:
        mentioned, imports, literals, names, joined, defines = row
        return _Packed(
            mentioned,
            tuple(Import(*item) for item in imports),
            self._known(literals),
            self._known(names),
            joined,
            self._known(defines),
        )

    def _packed(self, path: str) -> _Packed:
        known = self._read.get(path)
        if known is None:
            code, source = read_module(self.root / path)
            facts = facts_of_module(code, source)
            known = self._read[path] = _Packed(
                mentions(code, source, self.words(path)),
                tuple(facts.imports),
                self._known(facts.literals),
                self._known(facts.names),
                tuple(facts.joined),
                self._known(facts.defines),
            )
        return known

    def _known(self, texts: Iterable[str]) -> tuple[str, ...]:
        """The same texts, each held once for all modules."""
        return tuple(self._texts.setdefault(text, text) for text in texts)


def _row_of(packed: _Packed) -> _Row:
    """Facts in plain values, which are handed over in a third of the time that objects take."""
    imports = tuple((item.module, item.level, item.names) for item in packed.imports)
    texts = packed.literals, packed.names
    return (packed.mentions, imports, *texts, packed.joined, packed.defines)
