"""Conditions of rules that do not hold here, and what compiles at run time, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from slugfit.catalog.compilers import COMPILER_IMPORTS, COMPILER_NAMES, COMPILERS
from slugfit.catalog.overrides import release_numbers
from slugfit.catalog.rules import JUPYTER_READERS, REPOSITORY_READERS, Condition

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from slugfit.scan.distributions import Distribution
    from slugfit.scan.module_names import Module
    from slugfit.scan.owners import Owners


@dataclass(frozen=True, slots=True)
class CompilerUse:
    """Something that compiles at run time, and so needs headers, sources or link files."""

    kind: Literal["imports", "uses", "distribution", "setting"]
    by: str
    """A module of the app that ``imports`` or ``uses`` it, the distribution that compiles, or the
    setting that says so."""
    what: str
    """The module that is imported, the attribute that is used, or the distribution's version."""
    reason: str
    """What it does, from the catalog."""


@dataclass(frozen=True, slots=True)
class Unmet:
    """Why a condition of a rule does not hold."""

    condition: Condition
    by: str = ""
    """The distribution that reads it, or the process that runs it."""
    compiler_use: CompilerUse | None = None


COMPILES_BY_SETTING = CompilerUse("setting", "SLUGFIT_COMPILES", "", "")


def compiling_distributions(distributions: Iterable[Distribution]) -> Iterator[CompilerUse]:
    """Why headers are needed in this tree, for each distribution that needs them."""
    wanted = {compiler.distribution: compiler for compiler in COMPILERS}
    for dist in distributions:
        compiler = wanted.get(dist.name)
        if (
            compiler is not None
            and compiler.since <= release_numbers(dist.version) < compiler.until
        ):
            yield CompilerUse("distribution", dist.name, dist.version, compiler.reason)


def compiler_use_of(module: Module, names: set[str], used: frozenset[str]) -> CompilerUse | None:
    """What of a module's imports, ``names``, or of the attributes it uses compiles at run time."""
    for name in sorted(names):
        for marker, reason in COMPILER_IMPORTS.items():
            if name == marker or name.startswith(marker + "."):
                return CompilerUse("imports", module.path, marker, reason)
    for (package, attribute), reason in COMPILER_NAMES.items():
        if package in names and attribute in used:
            return CompilerUse("uses", module.path, f"{package}.{attribute}", reason)
    return None


def unmet_conditions(
    compiler_use: CompilerUse | None,
    owners: Owners,
    environment: Iterable[str],
    processes: Mapping[str, str],
) -> Mapping[Condition, Unmet]:
    """Why conditions of rules do not hold here; those that hold are absent.

    ``processes`` are the Procfile's commands by their names.
    """
    unmet: list[Unmet] = []
    if compiler_use:
        unmet.append(Unmet("no compiler use", compiler_use=compiler_use))
    looking = sorted(JUPYTER_READERS & owners.names())
    if looking:
        unmet.append(Unmet("no jupyter", by=looking[0]))
    readers = sorted(REPOSITORY_READERS & owners.names())
    if readers:
        unmet.append(Unmet("no repository use", by=readers[0]))
    running = sorted(name for name, command in processes.items() if "pipenv" in command)
    if running:
        unmet.append(Unmet("installer at rest", by=running[0]))
    if "PYTHONOPTIMIZE" in environment:
        unmet.append(Unmet("no interpreter flag"))
    return {item.condition: item for item in unmet}
