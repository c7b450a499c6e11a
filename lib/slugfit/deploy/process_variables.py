"""What the app's processes get: the default variables that apply, as scripts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slugfit.catalog.variables import HEAVY, VARIABLES, Variable
from slugfit.scan.layout import recognise_layout
from slugfit.scan.owners import read_owners
from slugfit.scan.tree import scan_tree

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

_CONCURRENCY = """\
# One process: a second copy of the model does not fit 512 MB. Only where the standard
# buildpack chose the number itself.
if [ "${WEB_CONCURRENCY_SET_BY:-}" = "heroku/python" ] && [ "${DYNO_RAM:-0}" -le 512 ]; then
\texport WEB_CONCURRENCY=1
fi
"""


@dataclass(frozen=True, slots=True)
class ProcessVariables:
    """What the app's processes get, none of which a config var sets."""

    variables: tuple[Variable, ...]
    one_process: bool
    """Whether a second process would not fit a small dyno, and nobody said how many to start."""


def applying_variables(root: Path, taken: Collection[str]) -> ProcessVariables:
    """What applies to the tree at ``root``; ``taken`` are the names of the app's config vars."""
    tree = scan_tree(root)
    installed = read_owners(tree, recognise_layout(tree)).names()
    applying = tuple(
        variable
        for variable in VARIABLES
        if variable.name not in taken
        and (not variable.packages or not installed.isdisjoint(variable.packages))
    )
    heavy = not installed.isdisjoint(HEAVY)
    return ProcessVariables(applying, heavy and "WEB_CONCURRENCY" not in taken)


def profile_script(chosen: ProcessVariables) -> str:
    """The text of .profile.d/slugfit.sh."""
    lines = [f"# {variable.reason}\n{_export(variable)}" for variable in chosen.variables]
    if chosen.one_process:
        lines.append(_CONCURRENCY)
    return "# Written by Slugfit. A config var of the same name wins.\n" + "".join(lines)


def export_script(chosen: ProcessVariables) -> str:
    """What the ``export`` file says to later buildpacks."""
    return "".join(_export(variable) for variable in chosen.variables)


def variable_pairs(chosen: ProcessVariables) -> str:
    """NAME=value, a line each."""
    return "".join(f"{variable.name}={variable.value}\n" for variable in chosen.variables)


def _export(variable: Variable) -> str:
    return f'export {variable.name}="${{{variable.name}-{variable.value}}}"\n'
