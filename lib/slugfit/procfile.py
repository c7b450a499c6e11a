"""Procfile: ``name: command`` lines, as the platform reads them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_LINE = re.compile(r"([A-Za-z0-9_-]+):\s*(.+)")


def parse(text: str) -> Mapping[str, str]:
    """Commands by process type; lines of another form are passed over, as on the platform."""
    found = (_LINE.fullmatch(line.strip()) for line in text.splitlines())
    return {match[1]: match[2].strip() for match in found if match}


def read(folder: Path) -> Mapping[str, str]:
    """The commands of an app's Procfile; none if there is no such file, or none to be read."""
    try:
        return parse((folder / "Procfile").read_text("utf-8", "replace"))
    except OSError:
        return {}


def defaults(release: str) -> Mapping[str, str]:
    """``default_process_types`` of a bin/release answer: flat YAML, two levels, nothing else."""
    found: dict[str, str] = {}
    inside = False
    for line in release.splitlines():
        if line and not line[0].isspace():
            inside = line.strip() == "default_process_types:"
        elif inside and ":" in line and not line.lstrip().startswith("#"):
            name, _, command = line.strip().partition(":")
            found[_unquoted(name.strip())] = _unquoted(command.strip())
    return found


def _unquoted(text: str) -> str:
    """A YAML scalar's text; quotes that only end it are part of a command."""
    for quote, escaped in (("'", "''"), ('"', '\\"')):
        if len(text) > 1 and text[0] == text[-1] == quote:
            return text[1:-1].replace(escaped, quote)
    return text
