"""Every step of an app's life, in the platform's order."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from stack import boot, build, checks, packed
from stack.build import CACHE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from stack.build import Build, Inputs
    from stack.engine import Engine
    from stack.image import Images
    from stack.journal import Journal


@dataclass(frozen=True, slots=True)
class Life:
    """One app's: the Docker and its images, what goes in, and where logs and slugs are put."""

    engine: Engine
    images: Images
    inputs: Inputs
    work: Path
    journal: Journal

    def live(self) -> None:
        """All of it; StopError if a step fails that the later ones need."""
        first = self._first_build()
        self._boot()
        self._cached_rebuild(first)
        self._rule_change(first)
        self._over_limit()
        self._packed()

    @property
    def _cache(self) -> Path:
        return self.work / "cache.tar"

    def _build(
        self, config: Mapping[str, str] | None = None, cache: Path | None = None
    ) -> AbstractContextManager[Build]:
        """A build in a new container, as the platform starts one for each push."""
        given = {**checks.SECRET, **(config or {})}
        return build.prepared(self.engine, self.images.build, self.inputs, given, cache)

    def _first_build(self) -> Mapping[str, str]:
        """The slug's listing; slug.tgz and cache.tar are in the work folder after it."""
        journal = self.journal
        with self._build() as made:
            journal.check("detect", partial(checks.detect, made))
            journal.step("compile", partial(checks.compile_, made, self.work / "build.log"))
            found = made.listing()
            journal.check("report", partial(checks.report, made))
            journal.check("release", partial(checks.release, made))
            journal.check("untouched", partial(checks.is_untouched, found, made))
            journal.check("cache", partial(checks.cache_is_whole, made))
            journal.check("left behind", partial(checks.nothing_left, made))
            journal.step("slug", partial(checks.pack, made, self.work / "slug.tgz"))
            made.container.pack(CACHE, self._cache)
        return found

    def _boot(self) -> None:
        def start() -> str:
            return str(boot.boot(self.engine, self._dyno("slug.tgz", "web.log")))

        self.journal.check("boot", start)

    def _dyno(self, slug: str, log: str) -> boot.Dyno:
        app = self.inputs.app
        config = {**app.config, **checks.SECRET}
        return boot.Dyno(self.images.run, self.work / slug, app.web, config, self.work / log)

    def _cached_rebuild(self, first: Mapping[str, str]) -> None:
        log = self.work / "rebuild.log"
        with self._build(cache=self._cache) as made:
            self.journal.step("cached rebuild", partial(checks.compile_, made, log))
            self.journal.check("cache used", partial(checks.cache_was_used, log))
            self.journal.check("same slug", partial(checks.same, first, made))

    def _rule_change(self, first: Mapping[str, str]) -> None:
        log = self.work / "rule-change.log"
        with self._build({"SLUGFIT_BYTECODE": "keep"}, self._cache) as made:
            self.journal.step("rule change", partial(checks.compile_, made, log))
            self.journal.check("files are back", partial(checks.are_back, first, made))

    def _over_limit(self) -> None:
        config = {"SLUGFIT_LIMIT": "1M", "SLUGFIT_OVER_LIMIT": "fail"}
        with self._build(config, self._cache) as made:
            log = self.work / "over-limit.log"
            self.journal.check("over the limit", partial(checks.stops, made, log))

    def _packed(self) -> None:
        """The same app with its large packages packed: built, and started."""
        journal = self.journal
        with self._build({"SLUGFIT_PACK": "on"}, self._cache) as made:
            log = self.work / "packed-build.log"
            journal.step("packed build", partial(checks.compile_, made, log))
            if not journal.step("packed", partial(packed.is_packed, made)):
                return
            journal.step("packed slug", partial(checks.pack, made, self.work / "packed.tgz"))
        dyno = self._dyno("packed.tgz", "packed-web.log")
        journal.check("packed boot", partial(packed.start, self.engine, dyno))
        journal.check("full disk", partial(packed.full_disk, self.engine, dyno))
        journal.check("read-only", partial(packed.unwritable, self.engine, dyno))
