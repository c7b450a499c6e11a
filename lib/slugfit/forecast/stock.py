"""What pip is about to ask an index for, read before it asks, many answers at a time.

pip asks for one page and one wheel after another. Which it will want follows from what is known by
then: a guess that is wrong costs one request, and decides nothing.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

from slugfit.forecast.errors import WheelError
from slugfit.forecast.lock_files import best_file
from slugfit.forecast.markers import MarkerError, marker_holds
from slugfit.forecast.range_reader import read_part, read_tail
from slugfit.forecast.target import wheel_rank
from slugfit.forecast.versions import parse_version, satisfies
from slugfit.forecast.wanted import source_of
from slugfit.forecast.wheel_directory import TAIL, members_of
from slugfit.forecast.wheel_metadata import (
    metadata_of,
    parse_needed,
    requirements_of,
    specifiers_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from slugfit.forecast.cache import Cache
    from slugfit.forecast.lock_files import File
    from slugfit.forecast.target import Target
    from slugfit.forecast.versions import Version
    from slugfit.forecast.wheel_metadata import Needed

_AT_ONCE = 16


@dataclass(frozen=True)
class Stock:
    """Pages of indexes and metadata of wheels, each read once."""

    target: Target
    """With any C library: pip decides by the one that it runs on."""
    find: Callable[[str], tuple[File, ...]]
    """Asks the indexes for a package; raises RangeError."""
    cache: Cache
    """Keeps the files of each wheel that was looked into."""
    tags: Mapping[str, int]
    pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(_AT_ONCE))
    pages: dict[str, Future[tuple[File, ...]]] = field(default_factory=dict)
    wheels: dict[str, Future[bytes]] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def page(self, name: str) -> tuple[File, ...]:
        """The files of a package that could be installed; raises RangeError."""
        return self._page(name).result()

    def metadata(self, file: File) -> bytes:
        """The METADATA of a wheel; raises RangeError and WheelError."""
        return self._wheel(file).result()

    def expect(self, lines: Iterable[str]) -> None:
        """Read ahead what the lines of a requirements file will need."""
        for line in lines:
            needed = None if line.startswith("-") else parse_needed(line.partition(" --")[0])
            if needed is not None:
                self._expect(needed)

    def close(self) -> None:
        """Read no more."""
        self.pool.shutdown(wait=False, cancel_futures=True)

    def _page(self, name: str) -> Future[tuple[File, ...]]:
        with self.lock:
            if name not in self.pages:
                self.pages[name] = self.pool.submit(self._read_page, name)
            return self.pages[name]

    def _read_page(self, name: str) -> tuple[File, ...]:
        return tuple(file for file in self.find(name) if self._fits(file))

    def _fits(self, file: File) -> bool:
        """Whether pip could take it at all; it would leave the others out by itself."""
        source = source_of(file.name)
        return source == "archive" or (
            source == "wheel" and wheel_rank(file.name, self.tags) is not None
        )

    def _wheel(self, file: File) -> Future[bytes]:
        with self.lock:
            if file.url not in self.wheels:
                self.wheels[file.url] = self.pool.submit(self._read_wheel, file)
            return self.wheels[file.url]

    def _read_wheel(self, file: File) -> bytes:
        tail = read_tail(file.url, TAIL)
        if tail.refused:
            raise WheelError("its server sends whole files only")

        def read(start: int, length: int) -> bytes:
            return read_part(file.url, start, length).content

        members = members_of(tail, read)
        metadata = metadata_of(members, tail, read)
        for needed in requirements_of(metadata):
            self._expect(needed)
        self.cache.keep(file.url, file.digest, tuple(member.entry for member in members))
        return metadata

    def _expect(self, needed: Needed) -> None:
        try:
            if not marker_holds(needed.marker, self.target.marker_values()):
                return
            page = self._page(needed.name)
        except (MarkerError, RuntimeError):
            # Nothing that can be foreseen, or the end came in between.
            return
        page.add_done_callback(lambda done: self._expect_best(done, needed))

    def _expect_best(self, page: Future[tuple[File, ...]], needed: Needed) -> None:
        if page.cancelled() or page.exception() is not None:
            return
        file = self._best(page.result(), needed)
        if file is not None:
            try:
                self._wheel(file)
            except RuntimeError:
                return

    def _is_for_python(self, file: File) -> bool:
        own = self.target.marker_values()["python_full_version"]
        pairs = specifiers_of(file.requires_python)
        return all(satisfies(own, *pair) is not False for pair in pairs)

    def _best(self, files: Iterable[File], needed: Needed) -> File | None:
        """The wheel that pip will probably take."""
        by_version: dict[Version, list[File]] = {}
        for file in files:
            version = file.name.split("-")[1] if file.name.endswith(".whl") else ""
            parsed = parse_version(version)
            if parsed is None or parsed.pre or parsed.dev is not None or file.yanked is not None:
                continue
            meant = all(satisfies(version, *pair) is not False for pair in needed.specifiers)
            if meant and self._is_for_python(file):
                by_version.setdefault(parsed, []).append(file)
        newest = max(by_version, default=None)
        return None if newest is None else best_file(by_version[newest], self.tags)
