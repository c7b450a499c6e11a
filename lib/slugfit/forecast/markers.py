"""Environment markers, for a target that is not this machine. Pure.

https://packaging.python.org/en/latest/specifications/dependency-specifiers/#environment-markers
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slugfit.forecast.versions import satisfies
from slugfit.scan.distributions import normalise_name

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'[^']*'|\"[^\"]*\")|(?P<word>[A-Za-z_][A-Za-z0-9_.]*)"
    r"|(?P<operator>===|==|~=|!=|<=|>=|<|>|\(|\)))"
)
_VERSIONS = {
    *("python_version", "python_full_version", "implementation_version", "platform_release"),
}
_OLD_NAMES = {
    "os.name": "os_name",
    "sys.platform": "sys_platform",
    "platform.version": "platform_version",
    "platform.machine": "platform_machine",
    "platform.python_implementation": "platform_python_implementation",
    "python_implementation": "platform_python_implementation",
}
_SETS = ("extras", "dependency_groups")
_DEPTH = 50


class MarkerError(ValueError):
    """A text is no marker."""


@dataclass
class _Reader:
    """The tokens of a marker, taken one after another."""

    tokens: list[tuple[str, str]]
    values: Mapping[str, str]
    sets: Mapping[str, Collection[str]]
    place: int = 0

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.place] if self.place < len(self.tokens) else ("end", "")

    def take(self) -> tuple[str, str]:
        token = self.peek()
        self.place += 1
        return token


def marker_holds(
    text: str, values: Mapping[str, str], sets: Mapping[str, Collection[str]] | None = None
) -> bool:
    """Whether a marker holds where the variables have these values; raises MarkerError.

    ``sets`` are ``extras`` and ``dependency_groups`` of https://peps.python.org/pep-0751/. An empty
    marker holds.
    """
    if not text.strip():
        return True
    reader = _Reader(_tokens(text), values, sets or {})
    result = _either(reader, 0)
    if reader.peek()[0] != "end":
        raise MarkerError(f"{text!r} goes on after its end")
    return result


def _tokens(text: str) -> list[tuple[str, str]]:
    found, place = [], 0
    text = text.rstrip()
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise MarkerError(f"{text!r} is not a marker")
        kind = match.lastgroup or ""
        found.append((kind, match[kind]))
        place = match.end()
    return found


def _either(reader: _Reader, depth: int) -> bool:
    result = _both(reader, depth)
    while reader.peek() == ("word", "or"):
        reader.take()
        result = _both(reader, depth) or result
    return result


def _both(reader: _Reader, depth: int) -> bool:
    result = _one(reader, depth)
    while reader.peek() == ("word", "and"):
        reader.take()
        result = _one(reader, depth) and result
    return result


def _one(reader: _Reader, depth: int) -> bool:
    if depth > _DEPTH:
        raise MarkerError("it is nested too deeply")
    if reader.peek() != ("operator", "("):
        return _comparison(reader)
    reader.take()
    result = _either(reader, depth + 1)
    if reader.take() != ("operator", ")"):
        raise MarkerError("a bracket is not closed")
    return result


def _comparison(reader: _Reader) -> bool:
    left = _side(reader)
    operator = _operator(reader)
    right = _side(reader)
    for name, other in ((right[0], left[1]), (left[0], right[1])):
        if name in _SETS:
            inside = normalise_name(other) in reader.sets.get(name, ())
            return inside == (operator != "not in")
    if "extra" in (left[0], right[0]):
        left, right = ((name, normalise_name(value)) for name, value in (left, right))
    return _compare(left, operator, right)


def _compare(left: tuple[str, str], operator: str, right: tuple[str, str]) -> bool:
    first, second = left[1], right[1]
    if operator in ("in", "not in"):
        return (first in second) == (operator == "in")
    if _VERSIONS & {left[0], right[0]}:
        found = satisfies(first, operator, second)
        if found is not None:
            return found
    if operator in ("==", "==="):
        return first == second
    if operator == "!=":
        return first != second
    # Texts have no order: https://peps.python.org/pep-0508/#environment-markers
    return first == second and operator in ("<=", ">=")


def _side(reader: _Reader) -> tuple[str, str]:
    """The name of a variable, "" for a text, and its value."""
    kind, value = reader.take()
    if kind == "text":
        return "", value[1:-1]
    name = _OLD_NAMES.get(value, value)
    if kind != "word" or (name not in reader.values and name not in _SETS and name != "extra"):
        raise MarkerError(f"{value!r} is no variable of markers")
    return name, reader.values.get(name, "")


def _operator(reader: _Reader) -> str:
    kind, value = reader.take()
    if (kind, value) == ("word", "not") and reader.take() == ("word", "in"):
        return "not in"
    if (kind == "operator" and value not in "()") or (kind, value) == ("word", "in"):
        return value
    raise MarkerError(f"{value!r} compares nothing")
