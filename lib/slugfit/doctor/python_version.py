"""Which Python the files ask for, and whether the platform installs it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slugfit.base.json_text import parse_json
from slugfit.catalog.pythons import DEFAULT, MISSPELLED, NEWEST, OLDEST
from slugfit.doctor.finding import Edit, Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slugfit.doctor.app import App


RUNTIME = "runtime.txt"
VERSION_FILE = ".python-version"
PIPENV = "Pipfile.lock"
_RUNTIME = re.compile(r"python-([0-9]{1,4}\.[0-9]{1,4}(?:\.[0-9]{1,4})?)")
_VERSION = re.compile(r"([0-9]{1,4})\.([0-9]{1,4})(\.[0-9]{1,4})?")
_IMAGE = re.compile(r"(?:--platform=\S+\s+)?(?:\S*/)?python:(3\.[0-9]{1,2})\b")


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
    elif VERSION_FILE not in app.files and not MISSPELLED.intersection(app.files):
        yield from _of_no_file(app)


def _of_no_file(app: App) -> Iterator[Finding]:
    """Pipfile.lock can say it; uv.lock is refused; all others get what the buildpack chooses."""
    if "Procfile" not in app.files and not app.marks():
        # Locks alone are of any project.
        return
    locked = _locked_by_pipenv(app)
    if fault := _fault(locked) if locked else "":
        yield Finding("python-version", PIPENV, about=locked, why=(fault,))
    if locked:
        return
    version = _of_dockerfiles(app) or DEFAULT
    edits = (Edit(VERSION_FILE, 0, 0, (version,)),)
    if app.reaches_build("uv.lock"):
        yield Finding("python-version", VERSION_FILE, why=("uv",), edits=edits, mechanical=False)
    else:
        # Another Python than the last build had is not for --fix to choose.
        yield Finding(
            "python-version-missing", VERSION_FILE, about=DEFAULT, edits=edits, mechanical=False
        )


def _locked_by_pipenv(app: App) -> str:
    """What the standard buildpack takes from ``_meta.requires`` of Pipfile.lock."""
    try:
        requires = parse_json(app.texts.get(PIPENV, "{}"))["_meta"]["requires"]
        return str(requires.get("python_full_version") or requires.get("python_version") or "")
    except (ValueError, KeyError, TypeError, AttributeError):
        return ""


def _of_dockerfiles(app: App) -> str:
    """The Python that an image of the app has, where the platform installs that one too."""
    bases = (
        _IMAGE.match(item.rest)
        for commands in app.docker.values()
        for item in commands
        if item.word == "FROM"
    )
    versions = (base[1] for base in bases if base)
    return next((version for version in versions if not _fault(version)), "")


def asked_python(text: str) -> tuple[int, int] | None:
    """The version that one of the two files asks for, None if it names none that is installed."""
    lines = _stripped(text)
    match = _VERSION.fullmatch(lines[0][1].removeprefix("python-")) if len(lines) == 1 else None
    version = (int(match[1]), int(match[2])) if match else (0, 0)
    return version if OLDEST <= version <= NEWEST else None


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
    if app.reaches_build("uv.lock"):
        yield Finding("python-version", RUNTIME, why=("uv-runtime",))
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
