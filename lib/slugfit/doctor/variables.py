"""Variables that files of the repository set, and that nothing reads."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slugfit.catalog.swaps import USELESS_VARIABLES
from slugfit.catalog.variables import USELESS_FOR_BUILDS
from slugfit.doctor.changes import physical_line
from slugfit.doctor.finding import Edit, Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slugfit.doctor.app import App, Setting


def variable_findings(app: App) -> Iterator[Finding]:
    """Each place that sets one, where its reader is installed."""
    names = app.names()
    for item in app.settings:
        known = USELESS_VARIABLES.get(item.name)
        why = ""
        if known is not None and any(name.startswith(known[0]) for name in names):
            why = f"{known[1]} does."
        build = USELESS_FOR_BUILDS.get(item.name)
        if build is not None and build.value in ("", item.value):
            why = build.why
        if why:
            edits = _without(app, item)
            yield Finding("useless-variable", item.file, item.line, item.name, (why,), edits=edits)


def _without(app: App, item: Setting) -> tuple[Edit, ...]:
    """The file without the line, where that sets nothing else."""
    line = physical_line(app, item.file, item.line)
    name = re.escape(item.name)
    alone = {
        ".env": rf"(?:export )?{name}=.*",
        "app.json": rf'\s*"{name}"\s*:\s*"[^"]*"\s*,',
    }.get(item.file, rf"ENV\s+{name}(?:=\S*|\s+\S+)")
    whole = re.fullmatch(alone, line.strip()) and not item.file.endswith(".py")
    return (Edit(item.file, item.line, 1, ()),) if whole else ()
