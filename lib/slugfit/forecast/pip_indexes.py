"""Which indexes pip asks, by its own settings: for locks that do not say where their files are."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass

from slugfit.forecast.errors import ForecastError

_PROGRAM = """
import json
from pip._internal.configuration import Configuration
from pip._internal.models.index import PyPI
settings = Configuration(isolated=False)
settings.load()
print(json.dumps([PyPI.simple_url, dict(settings.items())], default=dict))
"""
_COMMAND = ("python3", "-c", _PROGRAM)
_SECONDS = 60
_SECTIONS = ("global", "install", ":env:")
"""The later one wins: https://pip.pypa.io/en/stable/topics/configuration/."""


@dataclass(frozen=True, slots=True)
class Indexes:
    """Where packages are looked for."""

    first: str = ""
    """In place of the public index; "" if nothing is set."""
    more: tuple[str, ...] = ()
    """Beside it."""
    public: str = ""
    """The one that pip asks by itself, "" if nobody has asked pip."""

    def places(self, index: str) -> tuple[str, ...]:
        """Where a lock's index ("" for the default one) is asked for its files."""
        public = index.rstrip("/") in ("", self.public.rstrip("/"))
        chosen = (self.first or self.public) if public else index
        return tuple(dict.fromkeys(place for place in (chosen, *self.more) if place))


def indexes_of_pip(asked: Indexes) -> Indexes:
    """What was asked for on the command line, and for the rest pip's settings."""
    try:
        done = subprocess.run(
            _COMMAND,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=True,
        )
        public, settings = json.loads(done.stdout)
        return merged(asked, str(public), settings)
    except (OSError, ValueError, TypeError, AttributeError, subprocess.SubprocessError) as error:
        if asked.first:
            return asked
        raise ForecastError(
            "The index is not known.",
            "The lock does not say where its files are, and no pip was found to ask.",
            "Name it with --index-url.",
        ) from error


def merged(asked: Indexes, public: str, settings: object) -> Indexes:
    """The same from pip's settings, which may stand by name or below the file they are from."""
    flat: dict[str, str] = {}
    for name, value in (settings if isinstance(settings, dict) else {}).items():
        flat |= value if isinstance(value, dict) else {name: value}
    first, more = "", ""
    for section in _SECTIONS:
        first = flat.get(f"{section}.index-url", first)
        more = flat.get(f"{section}.extra-index-url", more)
    if asked.first:
        more = ""
    return Indexes(asked.first or first, (*asked.more, *more.split()), public)
