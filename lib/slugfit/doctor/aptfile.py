"""Aptfile, and ``apt-get install`` in Dockerfiles: names that do not exist, and what nothing needs.

https://github.com/heroku/heroku-buildpack-apt#usage
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slugfit.base.json_text import parse_json
from slugfit.catalog.apt_packages import (
    FOR_SCREENS,
    NEED_SCREENS,
    NEWER_BASES,
    OLDER_BASES,
    OLDER_STACKS,
    RENAMED,
)
from slugfit.doctor.changes import physical_line
from slugfit.doctor.finding import Edit, Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slugfit.doctor.app import App, Command


APTFILE = "Aptfile"
_HEADLESS = re.compile(r"opencv-(?:contrib-)?python-headless")
_INSTALL = re.compile(r"apt(?:-get)?\s+(?:-\S+\s+)*install\s+(?P<words>[^&|;]+)")
_PLAIN_PYTHON = re.compile(r"python:(?:3|3\.\d+)(?:\.\d+)?(?:-slim)?")
"""A tag that follows Debian's newest release, 13: https://hub.docker.com/_/python."""


def apt_findings(app: App) -> Iterator[Finding]:
    """For both kinds of lists."""
    listed = list(_of_aptfile(app))
    if _stack(app) not in OLDER_STACKS:
        for number, name in listed:
            if name in RENAMED:
                edits = _edits(app, number, name, RENAMED[name])
                why = ("Ubuntu 24.04 and later", f" Its name there is {RENAMED[name]}.")
                yield Finding("apt-unknown", APTFILE, number, name, why, edits=edits)
    yield from _unneeded(app, listed)
    for path, commands in app.docker.items():
        yield from _of_dockerfile(path, commands)


def _of_aptfile(app: App) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(app.texts.get(APTFILE, "").splitlines(), 1):
        text = line.partition("#")[0].strip()
        if text and not text.startswith(":repo:") and "://" not in text:
            yield from ((number, name) for name in text.split())


def _stack(app: App) -> str:
    try:
        return str(parse_json(app.texts.get("app.json", "{}")).get("stack", ""))
    except (ValueError, AttributeError):
        return ""


def _edits(app: App, number: int, name: str, new: str) -> tuple[Edit, ...]:
    """The line with another name; without ``new`` the name goes, and the line with it."""
    line = physical_line(app, APTFILE, number)
    changed = re.sub(rf"(?<!\S){re.escape(name)}(?!\S)", new, line, count=1)
    left = changed.partition("#")[0].strip()
    names = [other for _, other in _of_aptfile(app)]
    if new and new in names:
        left = changed = ""
    return (Edit(APTFILE, number, 1, (" ".join(changed.split()),) if left else ()),)


def _unneeded(app: App, listed: list[tuple[int, str]]) -> Iterator[Finding]:
    names = {name for _, name in listed}
    for number, name in listed:
        if name == "libatlas-base-dev" and "libopenblas-dev" in names:
            edits = _edits(app, number, name, "")
            yield Finding("apt-unneeded", APTFILE, number, name, ("blas",), edits=edits)
    installed = app.names()
    headless = sorted(filter(_HEADLESS.fullmatch, installed))
    if not headless or installed & NEED_SCREENS:
        return
    for number, name in listed:
        if name in FOR_SCREENS:
            edits = _edits(app, number, name, "")
            yield Finding("apt-unneeded", APTFILE, number, name, (headless[0],), edits=edits)


def _of_dockerfile(path: str, commands: tuple[Command, ...]) -> Iterator[Finding]:
    base = ""
    for command in commands:
        if command.word == "FROM":
            base = next((word for word in command.rest.split() if not word.startswith("-")), "")
        match = _INSTALL.search(command.rest) if command.word == "RUN" else None
        if match is None or not _is_newer(base):
            continue
        for name in match["words"].split():
            if name in RENAMED:
                why = (base, f" Its name there is {RENAMED[name]}.")
                yield Finding("apt-unknown", path, command.line, name, why)


def _is_newer(base: str) -> bool:
    """Whether a base image is known to be of a release that those names are gone from."""
    if any(mark in base for mark in OLDER_BASES):
        return False
    return any(mark in base for mark in NEWER_BASES) or bool(_PLAIN_PYTHON.fullmatch(base))
