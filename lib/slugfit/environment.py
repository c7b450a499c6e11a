"""VARIABLES: what the app's processes get, as data; only what does something (FACTS, section 2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from slugfit import dists
from slugfit import layout as layouts
from slugfit import tree as trees

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from slugfit.config import Config


@dataclass(frozen=True, slots=True)
class Variable:
    """A default for a process's environment, set where one of ``packages`` is installed.

    No packages means always. A config var of the same name wins.
    """

    name: str
    value: str
    packages: tuple[str, ...]
    reason: str


_TENSORFLOW = ("tensorflow", "tensorflow-cpu", "tensorflow-intel", "tf-nightly")
_SERVERS = ("gunicorn", "uvicorn", "hypercorn", "daphne", "waitress", "gevent", "granian")
VARIABLES = (
    Variable("PYTHONUNBUFFERED", "1", (), "Log lines appear when they are printed."),
    Variable("TF_CPP_MIN_LOG_LEVEL", "2", _TENSORFLOW, "TensorFlow logs errors only."),
    Variable(
        "MALLOC_ARENA_MAX", "2", _SERVERS, "Servers with threads need less memory under glibc."
    ),
)
HEAVY = (*_TENSORFLOW, "torch", "jax", "paddlepaddle")
"""Packages of which a second process does not fit a small dyno."""

_CONCURRENCY = """\
# One process: a second copy of the model does not fit 512 MB. Only where the standard
# buildpack chose the number itself.
if [ "${WEB_CONCURRENCY_SET_BY:-}" = "heroku/python" ] && [ "${DYNO_RAM:-0}" -le 512 ]; then
\texport WEB_CONCURRENCY=1
fi
"""


Form = Literal["profile", "export", "pairs"]


def script(root: Path, config: Config, form: Form) -> str:
    """The text of .profile.d/slugfit.sh or of the export file for the tree at ``root``.

    As ``pairs`` it is NAME=value, a line each.
    """
    tree = trees.scan(root)
    installed = dists.read(tree, layouts.recognise(root)).names()
    if form == "pairs":
        return "".join(f"{item.name}={item.value}\n" for item in _applying(installed, config))
    lines = list(_lines(installed, config))
    if form == "export":
        return "".join(line for line in lines if not line.startswith("#"))
    if not installed.isdisjoint(HEAVY) and "WEB_CONCURRENCY" not in config.variables:
        lines.append(_CONCURRENCY)
    return "# Written by Slugfit. A config var of the same name wins.\n" + "".join(lines)


def _lines(installed: frozenset[str], config: Config) -> Iterator[str]:
    for variable in _applying(installed, config):
        yield f"# {variable.reason}\n"
        yield f'export {variable.name}="${{{variable.name}-{variable.value}}}"\n'


def _applying(installed: frozenset[str], config: Config) -> Iterator[Variable]:
    for variable in VARIABLES:
        applies = not variable.packages or not installed.isdisjoint(variable.packages)
        if applies and variable.name not in config.variables:
            yield variable
