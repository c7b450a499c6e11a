"""pdm.lock: https://pdm-project.org/latest/usage/lockfile/. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slugfit.forecast.lock_files import File, Locked, digest_of, tables_of, text_of
from slugfit.forecast.markers import marker_holds
from slugfit.forecast.pylock import last_part
from slugfit.scan.distributions import normalise_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from slugfit.forecast.target import Target

_DEFAULT = "default"


def read_pdm_lock(
    document: Mapping[str, Any], target: Target, extras: Sequence[str] = ()
) -> tuple[Locked, ...]:
    """What it has for the target in the group ``default`` and in these extras; raises MarkerError.

    A package that is asked for with extras stands there once more for these, and counts once.
    """
    asked = {_DEFAULT, *map(normalise_name, extras)}
    values = target.marker_values()
    found = [
        _locked(table)
        for table in tables_of(document.get("package"))
        if _is_asked(table, asked) and marker_holds(text_of(table.get("marker")), values)
    ]
    return tuple({(item.name, item.version): item for item in reversed(found)}.values())[::-1]


def _is_asked(table: Mapping[str, Any], asked: set[str]) -> bool:
    """An older PDM does not say which group needs a package: then it counts."""
    groups = table.get("groups")
    if not isinstance(groups, list):
        return True
    return not asked.isdisjoint(normalise_name(text_of(group)) for group in groups)


def _locked(table: Mapping[str, Any]) -> Locked:
    name, version = normalise_name(text_of(table.get("name"))), text_of(table.get("version"))
    if "git" in table:
        return Locked(name, version, source="repository", url=text_of(table["git"]))
    if "path" in table:
        return Locked(name, version, source="local")
    url = text_of(table.get("url"))
    if url:
        return Locked(name, version, (File(last_part(url), url),))
    return Locked(name, version, tuple(_file(item) for item in tables_of(table.get("files"))))


def _file(item: Mapping[str, Any]) -> File:
    """A file by its name, or by its URL where the lock has these (static_urls)."""
    url = text_of(item.get("url"))
    return File(text_of(item.get("file")) or last_part(url), url, digest_of(item.get("hash")))
