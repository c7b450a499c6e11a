"""A part of an environment: what one app's requirements ask for, and what that needs in turn."""

from __future__ import annotations

import csv
import os
from email.parser import HeaderParser
from typing import TYPE_CHECKING

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from corpus.environments import Environment


def required(site: Path, requirements: str) -> frozenset[str]:
    """The distributions of ``site`` that these lines ask for, with what they need, by name."""
    known = _needs(site)
    waiting = list(_parsed(requirements.splitlines()))
    seen: set[tuple[str, str]] = set()
    while waiting:
        asked = waiting.pop()
        name = canonicalize_name(asked.name)
        for extra in ("", *asked.extras):
            if name in known and (name, extra) not in seen:
                seen.add((name, extra))
                waiting += [need for need in known[name] if _applies(need, extra)]
    return frozenset(name for name, _ in seen)


def unknown(site: Path, requirements: str) -> tuple[str, ...]:
    """What is asked for and is not in the environment: a misprint, or a pin that is missing."""
    known = _needs(site)
    asked = {canonicalize_name(each.name) for each in _parsed(requirements.splitlines())}
    return tuple(sorted(asked - set(known)))


def _applies(need: Requirement, extra: str) -> bool:
    return need.marker is None or need.marker.evaluate({"extra": extra})


def _parsed(lines: Iterable[str]) -> Iterable[Requirement]:
    for line in lines:
        text = line.partition("#")[0].strip()
        if text:
            yield Requirement(text)


def _needs(site: Path) -> Mapping[str, tuple[Requirement, ...]]:
    """What each installed distribution needs, by its name."""
    found: dict[str, tuple[Requirement, ...]] = {}
    for metadata in sorted(site.glob("*.dist-info/METADATA")):
        head = HeaderParser().parsestr(metadata.read_text("utf-8", "replace"))
        needs = tuple(_parsed(head.get_all("Requires-Dist") or ()))
        found[canonicalize_name(head["Name"])] = needs
    return found


def leave_only(copied: Environment, names: frozenset[str]) -> None:
    """Uninstall from a copy what is not named, as pip would: by RECORD, and the bytecode."""
    for record in sorted(copied.site.glob("*.dist-info/RECORD")):
        name = canonicalize_name(record.parent.name.partition("-")[0])
        if name not in names:
            _uninstall(copied, record)


def _uninstall(copied: Environment, record: Path) -> None:
    with open(record, encoding="utf-8", newline="") as file:
        paths = [row[0] for row in csv.reader(file) if row]
    folders = set()
    for path in paths:
        place = copied.site / os.path.normpath(path)
        for gone in (place, *_bytecode(place)):
            if os.path.lexists(gone):
                os.unlink(gone)
                folders.add(gone.parent)
    for folder in sorted(folders, key=lambda each: len(each.parts), reverse=True):
        _remove_emptied(copied.site, folder)


def _bytecode(source: Path) -> Iterable[Path]:
    if source.suffix != ".py":
        return ()
    return sorted((source.parent / "__pycache__").glob(f"{source.stem}.cpython-*.pyc"))


def _remove_emptied(site: Path, folder: Path) -> None:
    while site in folder.parents and folder.is_dir() and not os.listdir(folder):
        os.rmdir(folder)
        folder = folder.parent
