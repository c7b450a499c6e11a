"""What was asked once, on the disk: by URL and hash. No credentials are in it.

The files of a wheel do not change; what an index or pip answered is used for a while only.
"""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slugfit.base.atomic import write_atomically
from slugfit.forecast.lock_files import File
from slugfit.forecast.range_reader import without_credentials
from slugfit.forecast.wanted import Wanted
from slugfit.forecast.wheel_directory import Entry

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_FORM = "2"
_ANSWER_SECONDS = 3600
_PRIVATE = 0o600
_OF_FILE = tuple(item.name for item in fields(File))


def cache_folder(variables: Mapping[str, str]) -> Path:
    """Where it lies: https://specifications.freedesktop.org/basedir-spec/latest/."""
    named = variables.get("XDG_CACHE_HOME", "")
    base = Path(named) if named.startswith("/") else Path(variables.get("HOME") or "/") / ".cache"
    return base / "slugfit" / "forecast"


@dataclass(frozen=True, slots=True)
class Cache:
    """One folder of such files; what cannot be read or written is as if it were not there."""

    folder: Path
    fresh: bool = False
    """Whether answers of an index and of pip are asked for again."""

    def find(self, url: str, digest: str) -> tuple[Entry, ...] | None:
        """The files of a wheel, None if they are not known."""
        try:
            document = self._read(_key("wheel", without_credentials(url)[0], digest))
            return tuple(Entry(str(name), *map(int, rest)) for name, *rest in document["files"])
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def has(self, url: str, digest: str) -> bool:
        """Whether the files of a wheel are known."""
        return (self.folder / _key("wheel", without_credentials(url)[0], digest)).is_file()

    def keep(self, url: str, digest: str, entries: tuple[Entry, ...]) -> None:
        """Keep the files of a wheel for the next forecast."""
        files = [[item.path, item.size, item.compressed, item.crc] for item in entries]
        self._write(_key("wheel", without_credentials(url)[0], digest), {"files": files})

    def find_wanted(self, question: Sequence[str]) -> tuple[Wanted, ...] | None:
        """What pip answered to a question a short while ago."""
        try:
            return tuple(_wanted(item) for item in self._recent(_key("pip", *question)))
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def keep_wanted(self, question: Sequence[str], wanted: Sequence[Wanted]) -> None:
        """Keep what pip answered, if no URL of it holds credentials."""
        if not any(_is_private(item.url) for item in wanted):
            self._write_answer(_key("pip", *question), [asdict(item) for item in wanted])

    def find_page(self, page: str) -> tuple[File, ...] | None:
        """What an index answered a short while ago."""
        try:
            return tuple(File(**item) for item in self._recent(_key("page", page)))
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def keep_page(self, page: str, files: Sequence[File]) -> None:
        """Keep what an index answered, if it was asked without credentials."""
        if not _is_private(page) and not any(_is_private(file.url) for file in files):
            self._write_answer(_key("page", page), [_plain(file) for file in files])

    def _recent(self, key: str) -> list[dict[str, Any]]:
        document = self._read(key)
        age = time.time() - float(document["time"])
        if self.fresh or not 0 <= age <= _ANSWER_SECONDS:
            raise KeyError(key)
        items = document["items"]
        return items if isinstance(items, list) else []

    def _write_answer(self, key: str, items: list[dict[str, Any]]) -> None:
        self._write(key, {"time": time.time(), "items": items})

    def _read(self, key: str) -> dict[str, Any]:
        document = json.loads((self.folder / key).read_bytes())
        if not isinstance(document, dict):
            raise ValueError(key)  # noqa: TRY004 - it is bad input
        return document

    def _write(self, key: str, document: Mapping[str, Any]) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            write_atomically(self.folder / key, json.dumps(document).encode(), _PRIVATE)
        except OSError:
            return


def _key(*parts: str) -> str:
    text = "\n".join((_FORM, *parts))
    return f"{hashlib.sha256(text.encode('utf-8', 'surrogateescape')).hexdigest()}.json"


def _plain(file: File) -> dict[str, Any]:
    """The fields by name; asdict takes long for the thousands of files of a page."""
    return {name: getattr(file, name) for name in _OF_FILE}


def _wanted(item: dict[str, Any]) -> Wanted:
    return Wanted(**{**item, "required_by": tuple(item["required_by"])})


def _is_private(url: str) -> bool:
    return "@" in url.partition("://")[2].partition("/")[0] or "?" in url
