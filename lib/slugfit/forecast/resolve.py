"""From a list of packages to the file of each: a lock is read, anything else pip resolves."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from slugfit.base.text import decode_text
from slugfit.forecast.errors import ForecastError, RangeError
from slugfit.forecast.index import find_files, with_credentials
from slugfit.forecast.lock_files import table_of, unreadable, wanted_of_locked
from slugfit.forecast.lock_reading import is_lock, read_lock
from slugfit.forecast.mirror import can_mirror, mirroring
from slugfit.forecast.pip_indexes import indexes_of_pip
from slugfit.forecast.pip_report import find_pip, resolve_with_pip, target_options
from slugfit.forecast.range_reader import without_credentials
from slugfit.forecast.requirements import for_target, included_files, named_indexes
from slugfit.forecast.stock import Stock
from slugfit.forecast.toml_file import read_toml
from slugfit.scan.requirement_lines import requirement_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from slugfit.forecast.cache import Cache
    from slugfit.forecast.lock_files import File, Locked
    from slugfit.forecast.pip_indexes import Indexes
    from slugfit.forecast.pip_report import Pip
    from slugfit.forecast.target import Target
    from slugfit.forecast.wanted import Wanted

_LISTS = (
    *("requirements.txt", "uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock", "pylock.toml"),
    "pyproject.toml",
)
_BESIDE = {
    "pyproject.toml": ("uv.lock", "poetry.lock", "pdm.lock", "pylock.toml"),
    "Pipfile": ("Pipfile.lock",),
}
"""The locks of a list that stand beside it."""
_DEEPEST = 10
_ANY_GLIBC = (2, 99)
"""Newer than any there is: where pip runs for its own Python, its own C library decides."""


@dataclass(frozen=True, slots=True)
class Resolver:
    """How lists are resolved."""

    target: Target
    indexes: Indexes
    cache: Cache
    extras: tuple[str, ...] = ()

    def resolve(self, place: Path) -> tuple[Path, tuple[Wanted, ...]]:
        """The list that was read, and what it comes to; raises ForecastError."""
        file = list_at(place)
        if is_lock(file.name):
            return file, self._of_lock(read_lock(file.name, _text(file), self.target, self.extras))
        if file.name == "pyproject.toml":
            return file, self._of_project(file)
        return file, self._of_requirements(file)

    def _of_lock(self, locked: tuple[Locked, ...]) -> tuple[Wanted, ...]:
        asks = any(item.needs_index for item in locked)
        indexes = indexes_of_pip(self.indexes) if asks else self.indexes

        def find(index: str, name: str) -> tuple[File, ...]:
            return self._pages(indexes.places(index), name)

        return wanted_of_locked(locked, self.target, find)

    def _pages(self, places: Sequence[str], name: str) -> tuple[File, ...]:
        """What all indexes have; one that does not know the name is no failure if another does."""
        found: list[File] = []
        failure: RangeError | None = None
        for place in places:
            try:
                found += self._page(place, name)
            except RangeError as error:  # noqa: PERF203 - one may fail, the other not
                failure = failure or error
        if failure is not None and not found:
            raise failure
        return tuple(found)

    def _page(self, index: str, name: str) -> tuple[File, ...]:
        page = f"{index.rstrip('/')}/{name}"
        known = self.cache.find_page(page)
        if known is None:
            known = find_files(index, name)
            self.cache.keep_page(page, known)
        return known

    def _of_project(self, file: Path) -> tuple[Wanted, ...]:
        project = table_of(read_toml(file).get("project"))
        lines = [line for line in project.get("dependencies") or () if isinstance(line, str)]
        extras = table_of(project.get("optional-dependencies"))
        for extra in self.extras:
            lines += [line for line in extras.get(extra) or () if isinstance(line, str)]
        if not lines:
            raise unreadable(
                file.name,
                "It has no dependencies in [project], and no lock is beside it.",
                "Make a lock (uv lock, poetry lock, pip lock), or name a requirements file.",
            )
        with tempfile.TemporaryDirectory(prefix="slugfit-") as folder:
            made = Path(folder) / "requirements.txt"
            made.write_text("".join(f"{line}\n" for line in lines), "utf-8")
            return self._of_requirements(made)

    def _of_requirements(self, file: Path) -> tuple[Wanted, ...]:
        settings = [f"{name}={value}" for name, value in os.environ.items() if "PIP_" in name]
        place = (self.target.version, self.target.arch, self.target.stack)
        question = (*sorted(settings), *self._index_options(), *place, *_texts(file))
        wanted = self.cache.find_wanted(question)
        if wanted is None:
            wanted = self._ask_pip(file)
            self.cache.keep_wanted(question, wanted)
        if all(self.cache.has(item.url, item.digest) for item in wanted):
            return wanted
        return self._with_credentials(wanted, file)

    def _ask_pip(self, file: Path) -> tuple[Wanted, ...]:
        pip = find_pip(self.target)
        texts = tuple(_texts(file))
        if pip.python == self.target.python:
            return self._with_mirror(file, pip, texts)
        with tempfile.TemporaryDirectory(prefix="slugfit-") as folder:
            made = Path(folder) / file.name
            values = self.target.marker_values()
            text = for_target(_text(file), str(file.absolute().parent), values)
            made.write_text(text, "utf-8")
            return self._with_mirror(made, pip, texts)

    def _with_mirror(self, file: Path, pip: Pip, texts: tuple[str, ...]) -> tuple[Wanted, ...]:
        """What pip says to an index that is quick, or else, for whatever reason, to the real ones.

        The second time pip's own words say what is wrong.
        """
        if can_mirror(texts):
            try:
                return self._mirrored(file, pip, texts)
            except ForecastError:
                pass
        options = (*self._index_options(), *target_options(pip, self.target))
        return resolve_with_pip(file, pip, options)

    def _mirrored(self, file: Path, pip: Pip, texts: tuple[str, ...]) -> tuple[Wanted, ...]:
        places = indexes_of_pip(self.indexes).places("")
        tags = replace(self.target, glibc=_ANY_GLIBC).tags()
        stock = Stock(self.target, lambda name: self._pages(places, name), self.cache, tags)
        with mirroring(stock) as mirror:
            stock.expect(line for text in texts for _, line in requirement_lines(text))
            options = target_options(pip, self.target)
            wanted = resolve_with_pip(file, pip, options, mirror.variables(os.environ))
            urls = (without_credentials(mirror.real_url(item.url))[0] for item in wanted)
            return tuple(replace(item, url=url) for item, url in zip(wanted, urls, strict=True))

    def _with_credentials(self, wanted: tuple[Wanted, ...], file: Path) -> tuple[Wanted, ...]:
        """With what pip used and does not report."""
        named = [url for text in _texts(file) for url in named_indexes(text, os.environ)]
        indexes = indexes_of_pip(self.indexes)
        places = [*named, indexes.first, *indexes.more]
        return tuple(replace(item, url=with_credentials(item.url, places)) for item in wanted)

    def _index_options(self) -> tuple[str, ...]:
        first = ("--index-url", self.indexes.first) if self.indexes.first else ()
        more = [part for url in self.indexes.more for part in ("--extra-index-url", url)]
        return (*first, *more)


def list_at(place: Path) -> Path:
    """The list of packages at a path: a file, its lock beside it, or the first one in a folder."""
    if place.is_dir():
        found = next((place / name for name in _LISTS if (place / name).is_file()), None)
        if found is None:
            raise ForecastError(f"{place} has no list of packages.", todo=_NAME_ONE)
        return list_at(found)
    if not place.is_file():
        raise ForecastError(f"{place} is not a file.", todo=_NAME_ONE)
    beside = (place.with_name(name) for name in _BESIDE.get(place.name, ()))
    return next((lock for lock in beside if lock.is_file()), place)


_NAME_ONE = "Name a requirements file, a pyproject.toml or a lock file."


def _text(file: Path) -> str:
    try:
        return decode_text(file.read_bytes()).text.replace("\r\n", "\n")
    except OSError as error:
        raise unreadable(file.name, error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        why = f"Its byte {error.start + 1} is not {error.encoding}."
        raise unreadable(file.name, why, "Save it as UTF-8.") from error


def _texts(file: Path, depth: int = 0) -> Iterator[str]:
    """What a requirements file and all that it includes say."""
    text = _text(file)
    yield text
    for name in included_files(text):
        inner = Path(os.path.join(file.absolute().parent, name))
        if depth < _DEEPEST and inner.is_file():
            yield from _texts(inner, depth + 1)
