"""A whole TOML file, also under Python 3.10, which cannot read one.

There a newer Python, or the reader that pip carries, does it in a child.
"""

from __future__ import annotations

import importlib
import json
import subprocess
from typing import TYPE_CHECKING, Any

from slugfit.forecast.lock_files import table_of, unreadable

if TYPE_CHECKING:
    from pathlib import Path

_PROGRAM = """
import json, sys
try:
    import tomllib
except ImportError:
    from pip._vendor import tomli as tomllib
json.dump(tomllib.loads(sys.stdin.read()), sys.stdout, default=str)
"""
_SECONDS = 60
_COMMAND = ("python3", "-c", _PROGRAM)


def read_toml(file: Path) -> dict[str, Any]:
    """Its tables; raises ForecastError."""
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise unreadable(file.name, str(error)) from error
    return parse_toml(file.name, text)


def parse_toml(name: str, text: str) -> dict[str, Any]:
    """The tables of a text, with the name of its file for what goes wrong; raises ForecastError."""
    try:
        tomllib = importlib.import_module("tomllib")
    except ModuleNotFoundError:
        return read_in_child(name, text)
    try:
        return table_of(tomllib.loads(text))
    except (ValueError, RecursionError) as error:
        raise unreadable(name, f"It is not TOML: {error}.") from error


def read_in_child(name: str, text: str) -> dict[str, Any]:
    """The same, read by another Python."""
    try:
        done = subprocess.run(
            _COMMAND,
            input=text,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=True,
        )
        return table_of(json.loads(done.stdout))
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        raise unreadable(
            name,
            "It is not TOML, or no Python here can read TOML.",
            "Run Slugfit with Python 3.11 or newer, or have a python3 with pip on PATH.",
        ) from error
