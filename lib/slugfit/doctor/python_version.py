"""Which Python the files ask for, and whether the platform installs it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slugfit.catalog.pythons import MISSPELLED, NEWEST, OLDEST
from slugfit.doctor.finding import Edit, Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slugfit.doctor.app import App


RUNTIME = "runtime.txt"
VERSION_FILE = ".python-version"
_RUNTIME = re.compile(r"python-([0-9]{1,4}\.[0-9]{1,4}(?:\.[0-9]{1,4})?)")
_VERSION = re.compile(r"([0-9]{1,4})\.([0-9]{1,4})(\.[0-9]{1,4})?")


def python_findings(app: App) -> Iterator[Finding]:
    """For apps that the standard buildpack builds."""
    if not app.on_buildpack:
        return
    if RUNTIME in app.texts:
        yield from _of_runtime(app)
        return
    yield from (
        Finding("python-version", path, about=path, why=("misspelled",))
        for path in app.files
        if path in MISSPELLED
    )
    if VERSION_FILE in app.texts:
        yield from _of_version_file(app)


def _of_runtime(app: App) -> Iterator[Finding]:
    lines = _stripped(app.texts[RUNTIME])
    match = _RUNTIME.fullmatch(lines[0][1]) if len(lines) == 1 else None
    wanted = match[1] if match else ""
    short = ".".join(wanted.split(".")[:2])
    good = bool(wanted) and _fault(wanted) == ""
    gone = Edit(RUNTIME, 1, len(app.texts[RUNTIME].splitlines()), None)
    made = () if VERSION_FILE in app.files else (Edit(VERSION_FILE, 0, 0, (short,)),)
    why = ("both",) if VERSION_FILE in app.files else ()
    edits = (gone, *made) if good and not why else ()
    yield Finding("runtime-txt", RUNTIME, about=wanted, why=why, edits=edits)
    if not good:
        line, text = lines[0] if lines else (0, "")
        kind = _fault(wanted) if wanted else "runtime"
        yield Finding("python-version", RUNTIME, line, wanted or text, (kind,))


def _of_version_file(app: App) -> Iterator[Finding]:
    lines = _stripped(app.texts[VERSION_FILE])
    number, text = lines[0] if lines else (0, "")
    if len(lines) != 1 or not _VERSION.fullmatch(text):
        kind = "form" if len(lines) == 1 else "several" if lines else "none"
        yield Finding("python-version", VERSION_FILE, number, text, (kind,))
    elif fault := _fault(text):
        yield Finding("python-version", VERSION_FILE, number, text, (fault,))
    elif text.count(".") > 1:
        short = text.rpartition(".")[0]
        edits = (Edit(VERSION_FILE, number, 1, (short,)),)
        yield Finding("python-patch", VERSION_FILE, number, text, (short,), edits=edits)


def _stripped(text: str) -> list[tuple[int, str]]:
    """The lines that count, as the standard buildpack reads them, with their numbers."""
    return [
        (number, line.strip())
        for number, line in enumerate(text.splitlines(), 1)
        if line.strip() and not line.strip().startswith("#")
    ]


def _fault(version: str) -> str:
    match = _VERSION.match(version)
    pair = (int(match[1]), int(match[2])) if match else (0, 0)
    if pair < OLDEST:
        return "old"
    return "new" if pair > NEWEST else ""
