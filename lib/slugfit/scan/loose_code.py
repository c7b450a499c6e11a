"""Code of a tree that is in no module: it refers to modules all the same."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slugfit.scan.module_facts import ModuleFacts, facts_from_source
from slugfit.scan.module_names import Module

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slugfit.scan.path_files import PathFiles


@dataclass(frozen=True, slots=True)
class LooseCode:
    """What one file says."""

    module: Module
    """The file as a module that nothing can import: its name is ""."""
    facts: ModuleFacts
    """What its code says."""


def code_of_path_files(files: PathFiles) -> Iterator[LooseCode]:
    """The lines of ``.pth`` files that are run, and what ``.start`` files call."""
    for path, source in files.code.items():
        yield LooseCode(nameless_module(path), facts_from_source(source.encode("utf-8", "replace")))
    for path, points in files.starts.items():
        none: frozenset[str] = frozenset()
        yield LooseCode(nameless_module(path), ModuleFacts(frozenset(), frozenset(points), none))


def nameless_module(path: str) -> Module:
    """A file that is run and cannot be imported, as a module."""
    folder = posixpath.dirname(path)
    return Module(f"{folder}/" if folder else "", path, "", package=False, compiled=False)
