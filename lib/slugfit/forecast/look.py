"""The files of each wanted wheel: from the cache, or by range requests, several at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from slugfit.forecast.errors import RangeError, WheelError
from slugfit.forecast.range_reader import read_part, read_tail
from slugfit.forecast.wheel_directory import TAIL, directory_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slugfit.forecast.cache import Cache
    from slugfit.forecast.wanted import Wanted
    from slugfit.forecast.wheel_directory import Entry

_AT_ONCE = 16

Seen = Literal["files", "size", "sources", "nothing"]
"""The files of its wheel; only the wheel's size; only sources, to be built; not even a size."""


@dataclass(frozen=True, slots=True)
class Look:
    """What could be seen of one distribution."""

    wanted: Wanted
    seen: Seen
    entries: tuple[Entry, ...] = ()
    """The files of its wheel."""
    size: int = 0
    """Bytes of its file where the files in it are not known, 0 if that is not known either."""
    why: str = ""
    """What went wrong, without credentials."""


def look_at_all(wanted: Iterable[Wanted], cache: Cache) -> tuple[Look, ...]:
    """All of them, in the same order."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return tuple(pool.map(lambda item: look_at(item, cache), wanted))


def look_at(wanted: Wanted, cache: Cache) -> Look:
    """What can be seen of one distribution without downloading its file."""
    if not wanted.url:
        return Look(wanted, "nothing", size=wanted.size, why=wanted.why)
    if wanted.source != "wheel":
        return _look_at_sources(wanted)
    known = cache.find(wanted.url, wanted.digest)
    if known is not None:
        return Look(wanted, "files", known)
    try:
        look = _look_into(wanted)
    except RangeError as error:
        return _blind(wanted, wanted.size, f"{error.what} {error.why}")
    except WheelError as error:
        return _blind(wanted, wanted.size, f"The wheel cannot be read: {error}.")
    if look.entries:
        cache.keep(wanted.url, wanted.digest, look.entries)
    return look


def _look_into(wanted: Wanted) -> Look:
    tail = read_tail(wanted.url, TAIL)
    if tail.refused:
        return _blind(wanted, tail.total or wanted.size)
    entries = directory_of(tail, lambda *place: read_part(wanted.url, *place).content)
    return Look(wanted, "files", entries)


def _blind(wanted: Wanted, size: int, why: str = "") -> Look:
    """A wheel of which at most the size is known."""
    return Look(wanted, "size" if size else "nothing", size=size, why=why)


def _look_at_sources(wanted: Wanted) -> Look:
    """The size of an archive of sources; of a folder or a repository nothing is known."""
    if wanted.source != "archive":
        return Look(wanted, "sources", size=wanted.size)
    try:
        return Look(wanted, "sources", size=wanted.size or read_tail(wanted.url, 1).total)
    except RangeError as error:
        return Look(wanted, "sources", why=f"{error.what} {error.why}")
