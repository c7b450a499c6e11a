"""A part of an environment: what one app's requirements ask for, and what that needs in turn."""

from __future__ import annotations

import csv
import os
from email.parser import HeaderParser
from typing import TYPE_CHECKING

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from corpus import environments
from corpus.environments import Environment

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path


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


def copy_part(environment: Environment, name: str, names: frozenset[str]) -> Environment:
    """A copy as the Python of a slug, without the distributions that are not named.

    It shares inodes, as that of environments.copy; to copy all and then uninstall takes minutes.
    """
    target = environments.empty_slug(environment, name) / environments.PREFIX
    left_out = _left_out(environment, names)
    for folder, folders, files in os.walk(environment.root):
        links = [each for each in folders if os.path.islink(os.path.join(folder, each))]
        kept = [each for each in (*files, *links) if _source(folder, each) not in left_out]
        if kept:
            there = os.path.join(target, os.path.relpath(folder, environment.root))
            os.makedirs(there, exist_ok=True)
        for each in kept:
            place = os.path.join(folder, each)
            os.link(place, os.path.join(there, each), follow_symlinks=False)
    return Environment(target, environment.original)


def _left_out(environment: Environment, names: frozenset[str]) -> frozenset[str]:
    """The files of the distributions that are not named, by RECORD, unless a named one has them."""
    files: dict[bool, set[str]] = {True: set(), False: set()}
    for record in environment.site.glob("*.dist-info/RECORD"):
        is_named = canonicalize_name(record.parent.name.partition("-")[0]) in names
        with open(record, encoding="utf-8", newline="") as rows:
            paths = [row[0] for row in csv.reader(rows) if row]
        files[is_named].update(os.path.normpath(environment.site / path) for path in paths)
        # Written beside the others, and not always listed.
        files[is_named].update(map(str, record.parent.iterdir()))
    return frozenset(files[False] - files[True])


def _source(folder: str, name: str) -> str:
    """The source of a file of bytecode, and any other file itself."""
    above, _, last = folder.rpartition("/")
    if last == "__pycache__":
        return f"{above}/{name.partition('.')[0]}.py"
    return f"{folder}/{name}"
