"""Lock files as data: Pipenv's, Poetry's, uv's, PDM's and PEP 751's.

Python 3.10 reads no TOML; these files are written by programs, one key on a line, and so are read
by their lines.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from slugfit.doctor.app import Locked, LockedPackage
from slugfit.scan.distributions import normalise_name

if TYPE_CHECKING:
    from collections.abc import Iterator


_BLOCK = re.compile(r"^\[\[(?:package|packages)\]\]\s*$")
_KEY = re.compile(r"""^(?P<key>name|version|groups|category)\s*=\s*(?P<value>.+?)\s*$""")
_WHEEL = re.compile(r"(?P<file>[^/\"'\s]+\.whl)\"?.*?\bsize\s*=\s*(?P<size>\d+)")
_LINUX = re.compile(r"linux.*x86_64|-none-any\.whl")


def parse_lock(path: str, text: str) -> Locked:
    """The packages that are deployed from it; none of what cannot be read."""
    read = _of_pipenv if path.endswith(".lock") and text.lstrip().startswith("{") else _of_toml
    return Locked(path, tuple(read(text)))


def _of_pipenv(text: str) -> Iterator[LockedPackage]:
    try:
        default = json.loads(text)["default"]
        versions = {name: str(item.get("version", "")) for name, item in default.items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        return
    lines = text.splitlines()
    numbers = {
        line.strip().partition('"')[2].partition('"')[0]: number
        for number, line in reversed(list(enumerate(lines, 1)))
        if line.rstrip().endswith("{")
    }
    for name, version in versions.items():
        yield LockedPackage(normalise_name(name), version.lstrip("="), numbers.get(name, 0))


def _of_toml(text: str) -> Iterator[LockedPackage]:
    lines = text.splitlines()
    starts = [number for number, line in enumerate(lines) if _BLOCK.match(line)]
    for start, end in zip(starts, [*starts, len(lines)][1:], strict=True):
        block = lines[start + 1 : end]
        values = dict(_keys(block))
        name, version = _text(values.get("name", "")), _text(values.get("version", ""))
        if name and not _is_for_development(values):
            yield LockedPackage(normalise_name(name), version, start + 2, _size(block))


def _keys(block: list[str]) -> Iterator[tuple[str, str]]:
    """The keys of the package itself, before any table of it."""
    for line in block:
        if line.startswith("["):
            return
        match = _KEY.match(line)
        if match:
            yield match["key"], match["value"]


def _text(value: str) -> str:
    return value.strip("\"'")


def _is_for_development(values: dict[str, str]) -> bool:
    """https://python-poetry.org/docs/managing-dependencies/#dependency-groups."""
    groups = values.get("groups", "")
    return _text(values.get("category", "")) == "dev" or ("[" in groups and "main" not in groups)


def _size(block: list[str]) -> int | None:
    """The largest wheel for Linux on x86-64, as uv.lock tells: one of several Pythons' wheels."""
    sizes = [
        int(match["size"])
        for line in block
        for match in _WHEEL.finditer(line)
        if _LINUX.search(match["file"])
    ]
    return max(sizes, default=None)
