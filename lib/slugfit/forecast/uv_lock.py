"""uv.lock: https://docs.astral.sh/uv/concepts/projects/layout/#the-lockfile. Pure.

It has all that any platform and any extra could need; what the project needs here is found by
following its dependencies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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
from slugfit.forecast.pylock import last_part, whole
from slugfit.scan.distributions import normalise_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from slugfit.forecast.target import Target

_OWN = ("virtual", "editable", "directory")
_ROOTS = (".", "")


def read_uv_lock(
    document: Mapping[str, Any], target: Target, extras: Sequence[str] = ()
) -> tuple[Locked, ...]:
    """What it has for the target, without development groups; raises ForecastError, MarkerError."""
    packages = tables_of(document.get("package"))
    roots = [table for table in packages if _is_root(table)] or _members(document, packages)
    if not roots:
        raise unreadable("The lock", "It has no project that its packages are for.", "uv lock")
    values = target.marker_values()
    reached: dict[int, set[str]] = {}
    waiting: list[tuple[dict[str, Any], str, tuple[str, ...]]] = [
        (table, "", tuple(extras)) for table in roots
    ]
    seen: set[tuple[int, str]] = set()
    while waiting:
        table, user, asked = waiting.pop()
        reached.setdefault(id(table), set()).add(user)
        for extra in ("", *asked):
            if (id(table), extra) in seen:
                continue
            seen.add((id(table), extra))
            name = normalise_name(text_of(table.get("name")))
            for needed in _dependencies(table, extra):
                if marker_holds(text_of(needed.get("marker")), values):
                    more = tuple(map(str, needed.get("extra") or ()))
                    waiting += [(found, name, more) for found in _meant(needed, packages, values)]
    own = {normalise_name(text_of(table.get("name"))) for table in roots}
    return tuple(
        _locked(table, reached[id(table)] - own - {""})
        for table in packages
        if id(table) in reached and table not in roots
    )


def _is_root(table: Mapping[str, Any]) -> bool:
    source = table_of(table.get("source"))
    return any(text_of(source.get(kind)) in _ROOTS for kind in _OWN if kind in source)


def _members(
    document: Mapping[str, Any], packages: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The projects of a workspace whose root is none itself."""
    names = table_of(document.get("manifest")).get("members") or ()
    return [table for table in packages if table.get("name") in names]


def _dependencies(table: Mapping[str, Any], extra: str) -> list[dict[str, Any]]:
    if not extra:
        return tables_of(table.get("dependencies"))
    return tables_of(table_of(table.get("optional-dependencies")).get(extra))


def _meant(
    needed: Mapping[str, Any], packages: Sequence[dict[str, Any]], values: Mapping[str, str]
) -> list[dict[str, Any]]:
    """The packages that a dependency means; of several with its name, the one for this target."""
    named = [table for table in packages if table.get("name") == needed.get("name")]
    for key in ("version", "source"):
        if key in needed:
            named = [table for table in named if table.get(key) == needed[key]]
    here = [table for table in named if _is_here(table, values)]
    return here[:1] or named[:1]


def _is_here(table: Mapping[str, Any], values: Mapping[str, str]) -> bool:
    markers = table.get("resolution-markers") or ()
    return not markers or any(marker_holds(text_of(marker), values) for marker in markers)


def _locked(table: Mapping[str, Any], users: set[str]) -> Locked:
    name, version = normalise_name(text_of(table.get("name"))), text_of(table.get("version"))
    source, required_by = table_of(table.get("source")), tuple(sorted(users))
    if "git" in source:
        url = text_of(source["git"])
        return Locked(name, version, source="repository", url=url, required_by=required_by)
    if any(kind in source for kind in _OWN):
        return Locked(name, version, source="local", required_by=required_by)
    return Locked(
        name, version, tuple(_files(table)), text_of(source.get("registry")), None, "", required_by
    )


def _files(table: Mapping[str, Any]) -> Iterator[File]:
    for item in (*tables_of(table.get("wheels")), table_of(table.get("sdist"))):
        url = text_of(item.get("url"))
        name = last_part(url) or last_part(text_of(item.get("path")))
        if name:
            yield File(name, url, digest_of(item.get("hash")), whole(item.get("size")))
