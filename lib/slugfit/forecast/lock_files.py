"""What a lock file says of the target: its packages, and the files that each may come from."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from slugfit.base.errors import SlugfitError
from slugfit.forecast.errors import ForecastError
from slugfit.forecast.target import wheel_rank
from slugfit.forecast.wanted import Wanted, source_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from slugfit.forecast.target import Target
    from slugfit.forecast.wanted import Source


_AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class File:
    """One file of a package."""

    name: str
    """``numpy-2.4.0-cp314-cp314-manylinux_2_27_x86_64.whl``."""
    url: str = ""
    """"" if the lock does not say: an index has it."""
    digest: str = ""
    """``sha256=…``."""
    size: int = 0
    """Bytes, 0 if nothing says it."""
    requires_python: str = ""
    """Which Pythons it is for, as its index says."""
    yanked: str | None = None
    """Why it was withdrawn; None if it was not."""


@dataclass(frozen=True, slots=True)
class Locked:
    """One package that a lock has for the target."""

    name: str
    """Normalised."""
    version: str
    files: tuple[File, ...] = ()
    index: str = ""
    """The index that has it, "" for the default one."""
    source: Source | None = None
    """What it comes from if that is no index."""
    url: str = ""
    """Where that is."""
    required_by: tuple[str, ...] = ()
    hashes: frozenset[str] = field(default=frozenset())
    """Hashes of its files where the lock does not name these."""

    @property
    def needs_index(self) -> bool:
        """Whether only an index knows where its files are."""
        named = bool(self.files) and all(file.url for file in self.files)
        return self.source is None and not named


def wanted_of_locked(
    locked: Iterable[Locked],
    target: Target,
    find: Callable[[str, str], tuple[File, ...]],
) -> tuple[Wanted, ...]:
    """The file that an installer would take for each package.

    ``find`` asks an index, by its URL ("" is the default one) and a name.
    """
    tags = target.tags()
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return tuple(pool.map(lambda item: _wanted(item, tags, find), locked))


def _wanted(
    locked: Locked, tags: Mapping[str, int], find: Callable[[str, str], tuple[File, ...]]
) -> Wanted:
    if locked.source is not None:
        return Wanted(
            locked.name, locked.version, locked.source, locked.url, required_by=locked.required_by
        )
    files, why = locked.files, ""
    if locked.needs_index:
        try:
            files = _of_index(locked, find(locked.index, locked.name))
        except SlugfitError as error:
            files, why = (), f"{error.what} {error.why}"
    file = best_file(files, tags)
    if file is None:
        why = why or "No file of it fits the target."
        return Wanted(locked.name, locked.version, "wheel", required_by=locked.required_by, why=why)
    return Wanted(
        *(locked.name, locked.version, source_of(file.name), file.url, file.digest, file.size),
        required_by=locked.required_by,
    )


def _of_index(locked: Locked, found: Iterable[File]) -> tuple[File, ...]:
    """Of what an index has the files that the lock means: by hashes, by names, or by version."""
    names = {file.name for file in locked.files}
    hashes = locked.hashes | {file.digest for file in locked.files if file.digest}
    if not names and not hashes:
        return tuple(file for file in found if _has_version(file.name, locked.version))
    return tuple(file for file in found if file.digest in hashes or file.name in names)


def _has_version(name: str, version: str) -> bool:
    """https://packaging.python.org/en/latest/specifications/binary-distribution-format/."""
    _, _, rest = name.partition("-")
    return rest.startswith((f"{version}-", f"{version}.tar.", f"{version}.zip"))


def best_file(files: Iterable[File], tags: Mapping[str, int]) -> File | None:
    """The wheel that fits best, or else an archive of sources, or else None."""
    files = tuple(files)
    ranked = [(rank, file) for file in files if (rank := wheel_rank(file.name, tags)) is not None]
    if ranked:
        return min(ranked, key=lambda pair: pair[0])[1]
    return next((file for file in files if source_of(file.name) == "archive"), None)


def text_of(value: object) -> str:
    """A value that is to be a text; "" for any other."""
    return value if isinstance(value, str) else ""


def tables_of(value: object) -> list[dict[str, Any]]:
    """A value that is to be a list of tables; other items are left out."""
    items = value if isinstance(value, list) else []
    return [item for item in items if isinstance(item, dict)]


def table_of(value: object) -> dict[str, Any]:
    """A value that is to be a table; {} for any other."""
    return value if isinstance(value, dict) else {}


def digest_of(hashes: object) -> str:
    """``sha256=…`` of ``sha256:…``, or of a table of hashes."""
    if isinstance(hashes, dict):
        return f"sha256={hashes['sha256']}" if hashes.get("sha256") else ""
    return text_of(hashes).replace(":", "=", 1)


def unreadable(name: str, why: str, todo: str = "") -> ForecastError:
    """A lock file that cannot be used."""
    return ForecastError(f"{name} cannot be read.", why, todo)
