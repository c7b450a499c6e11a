"""Evidence for the rule ``tests``: tests by what is in them, modules and compiled programs."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from typing import TYPE_CHECKING

from slugfit.evidence.lack import Lack
from slugfit.evidence.test_programs import can_be_program
from slugfit.scan.bytecode import source_of
from slugfit.scan.test_code import is_named_test

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from slugfit.evidence.surroundings import Surroundings
    from slugfit.refer.candidates import Candidate

_SMALLEST_MODULE = 64
"""Bytes of an ``__init__.py``: a smaller one says nothing, and counts neither way."""


def lacking_tests(
    surroundings: Surroundings, candidates: Iterable[Candidate]
) -> Iterator[tuple[str, Lack]]:
    """The candidates that nothing shows to be test code, nor to belong to it alone."""
    folders: dict[str, list[str]] = defaultdict(list)
    for candidate in candidates:
        if candidate.claimed != candidate.path:
            folders[candidate.claimed].append(candidate.path)
        elif not candidate.path.endswith(".so") and not _is_test(surroundings, candidate.path):
            yield candidate.path, Lack("no tests")
    for paths in folders.values():
        yield from _lacking_in_folder(surroundings, paths)


def _lacking_in_folder(surroundings: Surroundings, paths: list[str]) -> Iterator[tuple[str, Lack]]:
    # Bytecode follows its source; one without a source is a module like others.
    own = [path for path in paths if source_of(path) not in surroundings.sizes]
    modules = [path for path in own if _is_module(path)]
    shown = {path for path in own if _is_test(surroundings, path)}
    tests = shown.union(filter(is_named_test, modules))
    counted = shown.union(path for path in modules if not _says_nothing(surroundings, path))
    less = len(tests) * 2 < len(counted)
    for path in own:
        lister = "" if path in shown else surroundings.listed_by(path)
        if path not in tests and (not tests or less):
            yield path, Lack("not mostly tests" if tests else "no tests")
        elif lister:
            # One that is only called a test may be a plugin of that name.
            yield path, Lack("listed", lister)


def _is_module(path: str) -> bool:
    return path.endswith((".py", ".pyc")) and "__pycache__/" not in path


def _is_test(surroundings: Surroundings, path: str) -> bool:
    has_say = _is_module(path) or can_be_program(path)
    return has_say and surroundings.reader.is_test(path)


def _says_nothing(surroundings: Surroundings, path: str) -> bool:
    small = surroundings.sizes.get(path, 0) < _SMALLEST_MODULE
    return small and posixpath.basename(path) == "__init__.py"
