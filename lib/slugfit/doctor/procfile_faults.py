"""Lines of the Procfile that the platform reads otherwise than meant, and what to write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slugfit.doctor.changes import physical_line
from slugfit.doctor.finding import Edit, Finding
from slugfit.scan.procfile import PROCFILE, text_faults

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slugfit.doctor.app import App


def line_findings(app: App) -> Iterator[Finding]:
    """One finding a line."""
    for fault in text_faults(app.texts[PROCFILE]):
        line = physical_line(app, PROCFILE, fault.line)
        edits: tuple[Edit, ...] = ()
        if fault.kind == "capitals":
            name, colon, command = line.partition(":")
            edits = (Edit(PROCFILE, fault.line, 1, (f"{name.lower()}{colon}{command}",)),)
        yield Finding("procfile-line", PROCFILE, fault.line, fault.text, (fault.kind,), edits=edits)
