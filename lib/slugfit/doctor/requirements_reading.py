"""Requirements files as data: https://packaging.python.org/en/latest/specifications/dependency-specifiers/."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from slugfit.base.paths import path_inside
from slugfit.doctor.app import Requirement, RequirementsFile
from slugfit.scan.distributions import normalise_name
from slugfit.scan.requirement_lines import included_path, requirement_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


_REQUIREMENT = re.compile(
    r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[(?P<extras>[^\]]*)\])?\s*"
    r"(?:@\s*(?P<url>\S+)|\(?(?P<specifier>[^;()]*)\)?)\s*(?:;(?P<marker>.*))?"
)
_HASHES = re.compile(r"\s+--(?:hash|config-settings?|global-option)[=\s]\S+")
_WHEEL = re.compile(r"(?P<name>[^/]+?)-(?P<version>\d[^/-]*)-[^/]+\.whl(?:[?#].*)?")
_EGG = re.compile(r"[#&]egg=(?P<name>[A-Za-z0-9._-]+)")


def parse_requirements(path: str, text: str, *, constraint: bool = False) -> RequirementsFile:
    """One file; lines that name no distribution are among its options."""
    requirements: list[Requirement] = []
    options: list[tuple[int, str]] = []
    for number, line in requirement_lines(text):
        found = parse_requirement(path, number, line)
        if found is None:
            options.append((number, line))
        else:
            requirements.append(found)
    return RequirementsFile(path, tuple(requirements), tuple(options), constraint)


def parse_requirement(path: str, number: int, line: str) -> Requirement | None:
    """One logical line; None if it names no distribution."""
    text = _HASHES.sub("", line).strip()
    if "://" in text.split("@")[0] or text.startswith("-"):
        return _of_url(path, number, text)
    match = _REQUIREMENT.fullmatch(text)
    if match is None:
        return None
    extras = (normalise_name(item.strip()) for item in (match["extras"] or "").split(","))
    specifier = re.sub(r"\s+", "", match["specifier"] or "")
    if specifier and specifier[0] not in "<>=!~":
        return None
    return Requirement(
        normalise_name(match["name"]),
        path,
        number,
        text,
        frozenset(extras) - {""},
        specifier,
        (match["marker"] or "").strip(),
        match["url"] or "",
    )


def _of_url(path: str, number: int, text: str) -> Requirement | None:
    """A distribution that is known by the name of its wheel, or said after ``#egg=``."""
    address = text.removeprefix("-e").removeprefix("--editable").strip().partition(";")[0].strip()
    wheel = _WHEEL.fullmatch(address.rsplit("/", 1)[-1])
    if wheel:
        version = f"=={wheel['version'].replace('%2B', '+')}"
        name = normalise_name(wheel["name"])
        return Requirement(name, path, number, text, specifier=version, url=address)
    egg = _EGG.search(address)
    if egg and "://" in address:
        return Requirement(normalise_name(egg["name"]), path, number, text, url=address)
    return None


def read_closure(
    names: Iterable[str], text_of: Callable[[str], str | None]
) -> tuple[RequirementsFile, ...]:
    """These files and all that they include, each once; what is not there is left out."""
    files: dict[str, RequirementsFile] = {}
    waiting = [(name, False) for name in names]
    while waiting:
        path, constraint = waiting.pop(0)
        text = None if path in files else text_of(path)
        if text is None:
            continue
        files[path] = parse_requirements(path, text, constraint=constraint)
        for _, line in files[path].options:
            other = included_path(line)
            place = path_inside(posixpath.dirname(path), other) if other else None
            if place is not None:
                waiting.append((place, constraint or line.startswith(("-c", "--constraint"))))
    return tuple(files.values())
