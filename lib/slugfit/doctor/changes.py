"""Edits that several checks make, and what they need to know of a requirement."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slugfit.catalog.wheel_bytes import WHEEL_BYTES
from slugfit.doctor.finding import Edit
from slugfit.doctor.sizes import Size

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slugfit.doctor.app import App, Requirement

_SHOWN = 3


def renamed(app: App, item: Requirement, name: str) -> tuple[Edit, ...]:
    """The line of a requirement with another name, all else as it stands."""
    line = physical_line(app, item.file, item.line)
    head = re.match(r"\s*[A-Za-z0-9][A-Za-z0-9._-]*", line)
    if head is None or line.rstrip().endswith("\\") or item.url:
        return ()
    lead = line[: len(line) - len(line.lstrip())]
    return (Edit(item.file, item.line, 1, (f"{lead}{name}{line[head.end() :]}",)),)


def without(app: App, item: Requirement) -> tuple[Edit, ...]:
    """The file without the line of a requirement."""
    if physical_line(app, item.file, item.line).rstrip().endswith("\\"):
        return ()
    return (Edit(item.file, item.line, 1, ()),)


def physical_line(app: App, file: str, number: int) -> str:
    """A line of a file as it stands, "" if there is none."""
    lines = app.texts.get(file, "").splitlines()
    return lines[number - 1] if 0 < number <= len(lines) else ""


def size_of(app: App, name: str) -> Size | None:
    """What a distribution weighs: as it is installed, locked, or as its newest wheel does."""
    known = app.sizes.get(name)
    if known is not None:
        return known
    locked = [item.size for lock in app.locks for item in lock.packages if item.name == name]
    size = next((item for item in locked if item is not None), WHEEL_BYTES.get(name))
    return None if size is None else Size(size, "wheel")


def some_names(names: tuple[str, ...]) -> str:
    """The first names, and how many more there are."""
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")


def requirers(app: App, last_versions: Mapping[str, str]) -> tuple[str, ...]:
    """Which of a table are installed, in a version that is known to require what it is about."""
    pins = {item.name: item.pin for item in app.required()}
    for lock in app.locks:
        pins.update((item.name, item.version) for item in lock.packages)
    return tuple(
        sorted(
            name
            for name, last in last_versions.items()
            if name in pins and (not last or (pins[name] and _parts(pins[name]) <= _parts(last)))
        )
    )


def _parts(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"[0-9]{1,18}", version))


def share_of(size: Size | None, share: float) -> Size | None:
    """A part of it, 0 to 1."""
    return None if size is None else Size(int(size.bytes * share), size.of)
