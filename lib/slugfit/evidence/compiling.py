"""Which distributions compile at run time, told by what their modules import, name and start."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slugfit.catalog.compilers import BUILD_IMPORTS, COMPILER_PROGRAMS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from slugfit.scan.module_facts import ModuleFacts

_INCLUDES = re.compile(r"get_(\w+_)?includes?(_\w+)?|include_dirs?|get_cmake_dir")

_BUILD_PACKAGES = frozenset(name.partition(".")[0] for name in BUILD_IMPORTS)
_STARTERS = frozenset(
    ("Popen", "subprocess", "check_call", "check_output", "system", "spawn", "execvp", "run")
)
"""Names in code that starts programs."""


def compiles(facts: ModuleFacts) -> bool:
    """Whether a module builds extensions or starts a compiler."""
    near = [item for item in facts.imports if item.module.partition(".")[0] in _BUILD_PACKAGES]
    imported = {item.module for item in near if not item.level}
    imported |= {f"{item.module}.{name}" for item in near for name in item.names}
    build = any(
        name == item or name.startswith(f"{item}.") for name in imported for item in BUILD_IMPORTS
    )
    starts = not _STARTERS.isdisjoint(facts.names)
    return build or (starts and not COMPILER_PROGRAMS.isdisjoint(facts.literals))


def names_suffix(literals: Iterable[str], suffixes: Collection[str]) -> bool:
    """Whether one of these strings is one of these suffixes, or a pattern of such files."""
    return any(
        literal in suffixes or ("*" in literal and literal.endswith(tuple(suffixes)))
        for literal in literals
    )


def offers_headers(facts: ModuleFacts) -> frozenset[str]:
    """The functions of a module that tell others where its headers are."""
    return header_names(facts.defines)


def header_names(names: Iterable[str]) -> frozenset[str]:
    """Those of ``names`` that functions have which tell where headers are."""
    return frozenset(filter(_INCLUDES.fullmatch, names))
