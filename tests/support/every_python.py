"""The interpreters that this machine has: on PATH, of a version manager, or named by a variable."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

VARIABLE = "SLUGFIT_TEST_PYTHONS"
"""Programs called python3.N, with a colon between them: ``make pythons`` prints such a value."""
OLDEST = 10
_PROGRAM = re.compile(r"python3\.(\d+)")


def found(environment: Mapping[str, str]) -> Mapping[int, list[Path]]:
    """By the N of python3.N from 3.10 on, the surest first: what is not there is not looked for."""
    pythons: dict[int, list[Path]] = defaultdict(list)
    for program in _programs(environment):
        match = _PROGRAM.fullmatch(program.name)
        if match and int(match[1]) >= OLDEST and os.access(program, os.X_OK):
            pythons[int(match[1])].append(program)
    return pythons


def _programs(environment: Mapping[str, str]) -> Iterator[Path]:
    yield from map(Path, filter(None, environment.get(VARIABLE, "").split(os.pathsep)))
    # What `pyenv root` says: https://github.com/pyenv/pyenv#environment-variables.
    managed = environment.get("PYENV_ROOT") or Path(environment.get("HOME", "/"), ".pyenv")
    yield from sorted(Path(managed, "versions").glob("3.*/bin/python3.*"), reverse=True)
    for folder in filter(None, environment.get("PATH", "").split(os.pathsep)):
        yield from sorted(Path(folder).glob("python3.*"))
