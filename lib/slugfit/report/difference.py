"""What is different between two builds: from their documents (report.json), by distribution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_LEAST = 50_000
"""Bytes, compressed: less is noise where nothing else is different."""

MovedKind = Literal["new", "gone", "changed"]


@dataclass(frozen=True, slots=True)
class Moved:
    """One distribution that came, went or changed; sizes in bytes, as the slugs have it."""

    name: str
    kind: MovedKind
    versions: tuple[str, str]
    """Before and after; "" where it is not there, or has none."""
    compressed: int
    """After less before."""
    uncompressed: int


@dataclass(frozen=True, slots=True)
class Difference:
    """Two slugs beside each other; sizes in bytes."""

    before: int
    """Of the older slug, compressed."""
    compressed: int
    """After less before."""
    uncompressed: int
    moved: tuple[Moved, ...]
    """The largest difference first."""


def difference_of(before: Mapping[str, Any], now: Mapping[str, Any]) -> Difference | None:
    """What is different in ``now``; None if one of them is not a report's document."""
    try:
        old, new = _by_name(before), _by_name(now)
        moved = sorted(_moved(old, new), key=lambda item: (-abs(item.compressed), item.name))
        older, newer = before["after"], now["after"]
        return Difference(
            int(older["compressed"]),
            newer["compressed"] - older["compressed"],
            newer["uncompressed"] - older["uncompressed"],
            tuple(moved),
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


@dataclass(frozen=True, slots=True)
class _Part:
    version: str = ""
    compressed: int = 0
    uncompressed: int = 0


def _by_name(document: Mapping[str, Any]) -> Mapping[str, _Part]:
    return {
        str(item["name"]): _Part(
            str(item["version"]), item["after"]["compressed"], item["after"]["uncompressed"]
        )
        for item in document["distributions"]
    }


def _moved(old: Mapping[str, _Part], new: Mapping[str, _Part]) -> Iterator[Moved]:
    for name in {*old, *new}:
        before, after = old.get(name, _Part()), new.get(name, _Part())
        kind: MovedKind = "new" if name not in old else "gone" if name not in new else "changed"
        grown = after.compressed - before.compressed
        if kind != "changed" or before.version != after.version or abs(grown) >= _LEAST:
            yield Moved(
                name,
                kind,
                (before.version, after.version),
                grown,
                after.uncompressed - before.uncompressed,
            )
