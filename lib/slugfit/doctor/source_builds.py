"""Packages that a build has to compile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slugfit.catalog.source_builds import REQUIRE_SOURCE_BUILDS, SOURCE_BUILDS
from slugfit.doctor.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slugfit.doctor.app import App


def source_build_findings(app: App) -> Iterator[Finding]:
    """Where they are required, or something that requires them is."""
    said: set[str] = set()
    own = {item.name for item in app.required() if not item.url}
    for item in app.required():
        name = REQUIRE_SOURCE_BUILDS.get(item.name, item.name)
        if name in SOURCE_BUILDS and name not in said and not item.url:
            if name != item.name and (name in own or _has_wheel(app, name)):
                continue
            said.add(name)
            yield Finding("source-build", item.file, item.line, name, (SOURCE_BUILDS[name],))


def _has_wheel(app: App, name: str) -> bool:
    """Whether a wheel is named by its URL, or by another distribution of the same modules."""
    chosen = any(item.name == name and item.url for item in app.required())
    return chosen or f"{name}-bin" in app.names()
