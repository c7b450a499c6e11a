"""poetry.lock, and Pipfile.lock: locks that name files by their hashes, not where they are. Pure.

https://python-poetry.org/docs/basic-usage/#installing-with-poetrylock and
https://pipenv.pypa.io/en/latest/pipfile.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slugfit.forecast.lock_files import File, Locked, digest_of, table_of, tables_of, text_of
from slugfit.forecast.markers import marker_holds
from slugfit.scan.distributions import normalise_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from slugfit.forecast.target import Target

_MAIN = "main"


def read_poetry_lock(
    document: Mapping[str, Any], target: Target, extras: Sequence[str] = ()
) -> tuple[Locked, ...]:
    """What it has for the target in the group ``main``; raises MarkerError.

    Before Poetry 2 the lock does not say which platform needs a package: then it counts.
    """
    asked = {normalise_name(name) for name in extras}
    chosen = {
        normalise_name(text_of(name))
        for extra, names in table_of(document.get("extras")).items()
        if normalise_name(extra) in asked
        for name in (part.split(" ")[0] for part in names if isinstance(part, str))
    }
    tables = tables_of(document.get("package"))
    users = _users(tables)
    return tuple(
        _poetry_locked(table, users)
        for table in tables
        if _is_needed(table, target.marker_values(), chosen)
    )


def _is_needed(table: Mapping[str, Any], values: Mapping[str, str], chosen: set[str]) -> bool:
    groups = table.get("groups")
    if isinstance(groups, list) and _MAIN not in groups:
        return False
    if text_of(table.get("category")) == "dev":
        return False
    if table.get("optional") is True and normalise_name(text_of(table.get("name"))) not in chosen:
        return False
    markers = table.get("markers")
    if isinstance(markers, dict):
        markers = markers.get(_MAIN)
    return marker_holds(text_of(markers), values)


def _users(tables: Sequence[Mapping[str, Any]]) -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = {}
    for table in tables:
        for name in table_of(table.get("dependencies")):
            user = normalise_name(text_of(table.get("name")))
            found.setdefault(normalise_name(name), set()).add(user)
    return found


def _poetry_locked(table: Mapping[str, Any], users: Mapping[str, set[str]]) -> Locked:
    name, version = normalise_name(text_of(table.get("name"))), text_of(table.get("version"))
    required_by = tuple(sorted(users.get(name, ())))
    source = table_of(table.get("source"))
    kind, url = text_of(source.get("type")), text_of(source.get("url"))
    if kind == "git":
        return Locked(name, version, source="repository", url=url, required_by=required_by)
    if kind in ("file", "directory"):
        return Locked(name, version, source="local", required_by=required_by)
    files = tuple(
        File(text_of(item.get("file")), "", digest_of(item.get("hash")))
        for item in tables_of(table.get("files"))
    )
    if kind == "url":
        files = tuple(File(item.name, url, item.digest) for item in files)
    return Locked(name, version, files, "" if kind == "url" else url, required_by=required_by)


def read_pipfile_lock(document: Mapping[str, Any], target: Target) -> tuple[Locked, ...]:
    """What it has for the target in ``default``; raises MarkerError."""
    sources = {
        text_of(item.get("name")): text_of(item.get("url"))
        for item in tables_of(table_of(document.get("_meta")).get("sources"))
    }
    first = next(iter(sources.values()), "")
    return tuple(
        _pipfile_locked(normalise_name(name), table_of(value), sources, first)
        for name, value in table_of(document.get("default")).items()
        if marker_holds(text_of(table_of(value).get("markers")), target.marker_values())
    )


def _pipfile_locked(
    name: str, table: Mapping[str, Any], sources: Mapping[str, str], first: str
) -> Locked:
    version = text_of(table.get("version")).lstrip("=")
    if "git" in table:
        return Locked(name, version, source="repository", url=text_of(table["git"]))
    if "path" in table or table.get("editable"):
        return Locked(name, version, source="local")
    file = text_of(table.get("file"))
    hashes = frozenset(digest_of(item) for item in table.get("hashes") or ())
    if file:
        return Locked(name, version, (File(file.rpartition("/")[2], file),))
    index = sources.get(text_of(table.get("index")), first)
    return Locked(name, version, (), index, hashes=hashes)
