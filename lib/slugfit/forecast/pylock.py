"""pylock.toml: https://packaging.python.org/en/latest/specifications/pylock-toml/. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from slugfit.forecast.lock_files import (
    File,
    Locked,
    digest_of,
    table_of,
    tables_of,
    text_of,
    unreadable,
)
from slugfit.forecast.markers import marker_holds
from slugfit.scan.distributions import normalise_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from slugfit.forecast.target import Target
    from slugfit.forecast.wanted import Source

_OTHERS: tuple[tuple[str, Source], ...] = (
    ("vcs", "repository"),
    ("directory", "local"),
)


def read_pylock(
    document: Mapping[str, Any], target: Target, extras: Sequence[str] = ()
) -> tuple[Locked, ...]:
    """What it has for the target, with its default groups; raises ForecastError and MarkerError."""
    if not text_of(document.get("lock-version")).startswith("1."):
        raise unreadable("The lock", "Its lock-version is not 1.", "Make it with a newer tool.")
    groups = [name for name in document.get("default-groups") or () if isinstance(name, str)]
    sets = {"extras": [normalise_name(name) for name in extras], "dependency_groups": groups}
    values = target.marker_values()
    found = [
        _locked(table)
        for table in tables_of(document.get("packages"))
        if marker_holds(text_of(table.get("marker")), values, sets)
    ]
    return tuple(found)


def _locked(table: Mapping[str, Any]) -> Locked:
    name, version = normalise_name(text_of(table.get("name"))), text_of(table.get("version"))
    for key, source in _OTHERS:
        if key in table:
            return Locked(name, version, source=source, url=_place(table_of(table[key])))
    files = [*tables_of(table.get("wheels")), table_of(table.get("sdist"))]
    files.append(table_of(table.get("archive")))
    return Locked(name, version, tuple(_files(files)), text_of(table.get("index")))


def _files(tables: Sequence[Mapping[str, Any]]) -> Iterator[File]:
    for table in tables:
        place = _place(table)
        name = text_of(table.get("name")) or last_part(place)
        size = table.get("size")
        url = text_of(table.get("url"))
        if name:
            yield File(name, url, digest_of(table.get("hashes")), whole(size))


def whole(value: object) -> int:
    """A size that a lock names, 0 for anything else."""
    return value if isinstance(value, int) and value > 0 else 0


def _place(table: Mapping[str, Any]) -> str:
    return text_of(table.get("url")) or text_of(table.get("path"))


def last_part(url: str) -> str:
    """The name of the file at a URL."""
    return unquote(urlsplit(url).path.rpartition("/")[2])
