"""Procfile: ``name: command`` lines, as the platform reads them.

https://devcenter.heroku.com/articles/procfile#procfile-format
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from slugfit.base.text import decode_text
from slugfit.scan.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


PROCFILE = "Procfile"
_LINE = re.compile(r"([A-Za-z0-9_-]+):\s*(.+)")
_ALMOST = re.compile(
    r"""(?P<before>[\s"'`-]*)(?P<name>[A-Za-z0-9_-]+)(?P<after>["'`]?\s*)(?P<mark>[:=]?)(?P<rest>.*)"""
)
"""A line that somebody meant to be one."""
_USUAL = frozenset({"web", "worker", "release", "clock", "scheduler", "beat"})
"""Process types that a line begins with even if nothing separates them from their command."""


def parse_procfile(text: str) -> Mapping[str, str]:
    """Commands by process type; lines of another form are passed over, as on the platform."""
    matches = (_LINE.fullmatch(line.strip()) for line in text.splitlines())
    return {match[1]: match[2].strip() for match in matches if match}


def read_procfile(folder: Path) -> Mapping[str, str]:
    """The commands of an app's Procfile; none if there is no such file, or none to be read."""
    try:
        return parse_procfile(decode_text((folder / PROCFILE).read_bytes(), "replace").text)
    except OSError:
        return {}


def procfile_faults(folder: Path) -> Iterator[Fault]:
    """What the platform does not read of the app's Procfile, or not as it is meant."""
    try:
        data = (folder / PROCFILE).read_bytes()
    except OSError:
        yield from _misnamed(folder)
        return
    read = decode_text(data, "replace")
    if read.encoding != "utf-8":
        yield Fault("encoding", PROCFILE, text=read.encoding)
    elif read.marked:
        yield Fault("mark", PROCFILE)
    if "\0" in read.text:
        yield Fault("not text", PROCFILE)
        return
    yield from text_faults(read.text)


def text_faults(text: str) -> Iterator[Fault]:
    """What the platform does not read of a Procfile's text, line by line."""
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if stripped and not stripped.startswith("#"):
            yield from _line_faults(number, stripped)


def _misnamed(folder: Path) -> Iterator[Fault]:
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return
    for name in names:
        if name.lower() in ("procfile", "procfile.txt"):
            yield Fault("name", name, text=name, instead=(PROCFILE,))


def _line_faults(number: int, text: str) -> Iterator[Fault]:
    """What is wrong with one line; commands are not repeated, for they can hold anything."""
    match = _LINE.fullmatch(text)
    if match:
        if match[1] != match[1].lower():
            yield Fault("capitals", PROCFILE, number, f"{match[1]}:", (f"{match[1].lower()}: …",))
        return
    almost = _ALMOST.fullmatch(text)
    name = almost["name"].lower() if almost else ""
    if almost is None or not (almost["mark"] or name in _USUAL):
        yield Fault("no process", PROCFILE, number, text.split(maxsplit=1)[0])
        return
    head, rest = text[: almost.start("rest")], almost["rest"].strip()
    if not rest:
        yield Fault("no command", PROCFILE, number, head)
    elif almost["before"].strip() or almost["after"].strip():
        yield Fault("quotes", PROCFILE, number, head, (f"{name}: …",))
    elif almost["mark"] == ":":
        yield Fault("blanks", PROCFILE, number, head, (f"{name}: …",))
    else:
        yield Fault("no process", PROCFILE, number, head, (f"{name}: …",))


def default_processes(release: str) -> Mapping[str, str]:
    """``default_process_types`` of a bin/release answer: flat YAML, two levels, nothing else.

    https://devcenter.heroku.com/articles/buildpack-api#bin-release
    """
    commands: dict[str, str] = {}
    inside = False
    for line in release.splitlines():
        if line and not line[0].isspace():
            inside = line.strip() == "default_process_types:"
        elif inside and ":" in line and not line.lstrip().startswith("#"):
            name, _, command = line.strip().partition(":")
            commands[_unquoted(name.strip())] = _unquoted(command.strip())
    return commands


def _unquoted(text: str) -> str:
    """A YAML scalar's text; quotes that only end it are part of a command."""
    for quote, escaped in (("'", "''"), ('"', '\\"')):
        if len(text) > 1 and text[0] == text[-1] == quote:
            return text[1:-1].replace(escaped, quote)
    return text
