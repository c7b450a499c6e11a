"""Procfile: ``name: command`` lines, as the platform reads them.

https://devcenter.heroku.com/articles/procfile#procfile-format
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


_LINE = re.compile(r"([A-Za-z0-9_-]+):\s*(.+)")


def parse_procfile(text: str) -> Mapping[str, str]:
    """Commands by process type; lines of another form are passed over, as on the platform."""
    matches = (_LINE.fullmatch(line.strip()) for line in text.splitlines())
    return {match[1]: match[2].strip() for match in matches if match}


def read_procfile(folder: Path) -> Mapping[str, str]:
    """The commands of an app's Procfile; none if there is no such file, or none to be read."""
    try:
        return parse_procfile((folder / "Procfile").read_text("utf-8", "replace"))
    except OSError:
        return {}


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
