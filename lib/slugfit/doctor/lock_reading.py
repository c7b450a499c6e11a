"""Lock files of the repository: what is deployed from them, and where that stands in the text."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from slugfit.catalog.pythons import NEWEST, OLDEST
from slugfit.doctor.app import Locked, LockedPackage
from slugfit.forecast.errors import ForecastError
from slugfit.forecast.lock_files import best_file
from slugfit.forecast.lock_reading import read_lock
from slugfit.scan.distributions import normalise_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slugfit.forecast import lock_files
    from slugfit.forecast.target import Target

_NAME = re.compile(r"""name\s*=\s*["'](?P<name>[^"']+)["']\s*$|\s*"(?P<key>[^"]+)"\s*:\s*\{\s*$""")
_VERSION = re.compile(r"""version\s*=\s*["'](?P<version>[^"']*)["']\s*$""")


def parse_lock(path: str, text: str, target: Target) -> Locked:
    """The packages that are deployed from it to the target; none of one that cannot be read."""
    try:
        found = read_lock(path, text, target)
    except ForecastError:
        return Locked(path, ())
    tags, lines = _tags(target), _lines(text)
    return Locked(path, tuple(_package(item, tags, lines) for item in found))


def _tags(target: Target) -> Mapping[str, int]:
    """The tags of wheels that fit the target, and behind these what fits it with another Python.

    Which Python is deployed is not always said, and a lock may have wheels of others alone.
    """
    minors = sorted(
        range(OLDEST[1], NEWEST[1] + 1), key=lambda minor: (minor != target.python[1], -minor)
    )
    targets = (replace(target, python=(NEWEST[0], minor)) for minor in minors)
    tags = dict.fromkeys(tag for one in targets for tag in one.tags())
    return {tag: rank for rank, tag in enumerate(tags)}


def _package(
    item: lock_files.Locked, tags: Mapping[str, int], lines: Mapping[tuple[str, str], int]
) -> LockedPackage:
    file = best_file(item.files, tags)
    size = file.size if file is not None and file.name.endswith(".whl") else 0
    line = lines.get((item.name, item.version)) or lines.get((item.name, ""), 0)
    return LockedPackage(item.name, item.version, line, size or None)


def _lines(text: str) -> Mapping[tuple[str, str], int]:
    """The first line of each package by its normalised name and version, and by its name alone.

    Programs write locks: a name has a line of its own, and the version follows it.
    """
    found: dict[tuple[str, str], int] = {}
    name, start = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        if match := _NAME.match(line):
            name, start = normalise_name(match["name"] or match["key"]), number
            found.setdefault((name, ""), number)
        elif name and (match := _VERSION.match(line)):
            found.setdefault((name, match["version"]), start)
            name = ""
    return found
