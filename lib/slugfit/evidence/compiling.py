"""Which distributions compile at run time, told by what their modules import, name and start."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slugfit.catalog.compilers import BUILD_IMPORTS, COMPILER_PROGRAMS

if TYPE_CHECKING:
    from collections.abc import Collection

    from slugfit.scan.module_facts import ModuleFacts

_INCLUDES = re.compile(r"get_(\w+_)?includes?(_\w+)?|include_dirs?|get_cmake_dir")


_STARTERS = frozenset(
    ("Popen", "subprocess", "check_call", "check_output", "system", "spawn", "execvp", "run")
)
"""Names in code that starts programs."""


def compiles(facts: ModuleFacts) -> bool:
    """Whether a module builds extensions or starts a compiler."""
    imported = {item.module for item in facts.imports if not item.level}
    imported |= {f"{item.module}.{name}" for item in facts.imports for name in item.names}
    build = any(
        name == item or name.startswith(f"{item}.") for name in imported for item in BUILD_IMPORTS
    )
    starts = not _STARTERS.isdisjoint(facts.names)
    return build or (starts and not COMPILER_PROGRAMS.isdisjoint(facts.literals))


def names_suffix(facts: ModuleFacts, suffixes: Collection[str]) -> bool:
    """Whether a string of a module is one of these suffixes, or a pattern of such files."""
    return any(
        literal in suffixes or ("*" in literal and literal.endswith(tuple(suffixes)))
        for literal in facts.literals
    )


def offers_headers(facts: ModuleFacts) -> frozenset[str]:
    """The functions of a module that tell others where its headers are."""
    return frozenset(name for name in facts.defines if _INCLUDES.fullmatch(name))
