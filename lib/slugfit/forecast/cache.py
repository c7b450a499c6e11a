"""Directories of wheels that were read once, on the disk: by URL and hash, without credentials."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from slugfit.base.atomic import write_atomically
from slugfit.forecast.range_reader import without_credentials
from slugfit.forecast.wheel_directory import Entry

if TYPE_CHECKING:
    from collections.abc import Mapping

_FORM = "1"


def cache_folder(variables: Mapping[str, str]) -> Path:
    """Where it lies: https://specifications.freedesktop.org/basedir-spec/latest/."""
    named = variables.get("XDG_CACHE_HOME", "")
    base = Path(named) if named.startswith("/") else Path(variables.get("HOME") or "/") / ".cache"
    return base / "slugfit" / "forecast"


@dataclass(frozen=True, slots=True)
class Cache:
    """One folder of such files; what cannot be read or written is as if it were not there."""

    folder: Path

    def find(self, url: str, digest: str) -> tuple[Entry, ...] | None:
        """The files of a wheel, None if they are not known."""
        try:
            document = json.loads(self._place(url, digest).read_bytes())
            return tuple(Entry(str(name), *map(int, rest)) for name, *rest in document["files"])
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def keep(self, url: str, digest: str, entries: tuple[Entry, ...]) -> None:
        """Keep the files of a wheel for the next forecast."""
        place = self._place(url, digest)
        files = [[item.path, item.size, item.compressed, item.crc] for item in entries]
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(place, json.dumps({"files": files}).encode())
        except OSError:
            return

    def _place(self, url: str, digest: str) -> Path:
        key = "\n".join((_FORM, without_credentials(url)[0], digest))
        return self.folder / f"{hashlib.sha256(key.encode()).hexdigest()}.json"
