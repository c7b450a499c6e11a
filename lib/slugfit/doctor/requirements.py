"""Files that say what to install: which there are, and whether others can read them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slugfit.catalog.unusable_requirements import DEBIAN_SLIP, PYTHON_2, WINDOWS_ONLY
from slugfit.doctor.changes import physical_line, some_names, without
from slugfit.doctor.finding import Edit, Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slugfit.doctor.app import App, Requirement


MANAGERS = {
    "Pipfile.lock": "Pipenv",
    "requirements.txt": "pip",
    "poetry.lock": "Poetry",
    "uv.lock": "uv",
}
"""Of which the standard buildpack accepts one.

https://github.com/heroku/heroku-buildpack-python/blob/v351/lib/package_manager.sh
"""
_PYTHON = frozenset(
    ("app.py", "main.py", "manage.py", "server.py", "setup.py", "Pipfile", "pyproject.toml")
)
_LOCAL = re.compile(r"file:///|^(?:/|[A-Za-z]:[\\/])")
_FOR_PLATFORM = re.compile(
    r"requirements[-_.](?:heroku|prod|production|deploy|railway|render)\.txt"
)
_NAMING = ("Procfile", "Makefile", "Dockerfile", "app.json", "pyproject.toml", "heroku.yml")
_LEADING = (".sh", ".yml", ".yaml", ".toml", ".json", ".txt", ".in", ".cfg", ".env")


def requirement_findings(app: App) -> Iterator[Finding]:
    """What keeps a build from installing, or makes the next one install something else."""
    if app.on_buildpack:
        yield from _managers(app)
        yield from _missing_lock(app)
        yield from _unused_file(app)
    yield from _conflicts(app)
    yield from _unusables(app)
    yield from _unpinned(app)


def _managers(app: App) -> Iterator[Finding]:
    unread = [name for name in MANAGERS if app.reaches_build(name) and name not in app.texts]
    for name in unread:
        yield Finding("requirements-missing", name, about=name, why=("unreadable",))
    found = [name for name in MANAGERS if app.reaches_build(name)]
    if len(found) > 1:
        yield Finding("package-managers", found[-1], about=found[-1], why=(" and ".join(found),))
    elif not {*MANAGERS, "Pipfile"} & set(app.files) and _PYTHON & set(app.files):
        kind = ("setup",) if "setup.py" in app.files else ()
        if "Procfile" in app.files:
            yield Finding("requirements-missing", "requirements.txt", why=kind)


def _missing_lock(app: App) -> Iterator[Finding]:
    if app.reaches_build("Pipfile") and not app.reaches_build("Pipfile.lock"):
        yield Finding("lock-missing", "Pipfile", about="Pipfile", write=("pipenv lock",))
    project = app.texts.get("pyproject.toml", "")
    if any(name in app.files for name in (*MANAGERS, "pdm.lock", "pylock.toml")):
        return
    for table, command in (("[tool.poetry.dependencies]", "poetry lock"), ("[tool.uv", "uv lock")):
        if table in project and "Procfile" in app.files:
            yield Finding(
                "lock-missing", "pyproject.toml", about="pyproject.toml", write=(command,)
            )


def _unused_file(app: App) -> Iterator[Finding]:
    """``requirements-heroku.txt`` that nothing names; a config var that does is not seen here."""
    if "requirements.txt" not in app.files:
        return
    for path in app.files:
        if not _FOR_PLATFORM.fullmatch(path) or any(file.path == path for file in app.requirements):
            continue
        leading = (
            text
            for name, text in app.texts.items()
            if (name in _NAMING or name.endswith(_LEADING) or name.startswith("bin/"))
            and name != path
        )
        if not any(path in text for text in leading):
            write = (f"heroku config:set SLUGFIT_REQUIREMENTS={path}",)
            yield Finding("requirements-unused", path, about=path, write=write)


def _conflicts(app: App) -> Iterator[Finding]:
    seen: dict[str, Requirement] = {}
    for file in app.requirements:
        for item in file.requirements:
            if item.marker or not item.pin:
                continue
            first = seen.setdefault(item.name, item)
            if _plain(first.pin) != _plain(item.pin):
                why = (item.pin, first.pin, f"{first.file}:{first.line}")
                yield Finding("requirement-conflict", item.file, item.line, item.name, why)


def _plain(version: str) -> str:
    """Without zeros at its end: https://packaging.python.org/en/latest/specifications/version-specifiers/."""
    return re.sub(r"(?:\.0+)+$", "", version.lower().removeprefix("v"))


def _unusables(app: App) -> Iterator[Finding]:
    """One finding for all lines of a file that cannot be used for the same reason."""
    found: dict[tuple[str, str], list[Requirement]] = {}
    for item in app.required():
        kind = _unusable(item)
        if kind:
            found.setdefault((item.file, kind), []).append(item)
    for (file, kind), items in found.items():
        names = tuple(item.name for item in items)
        if kind == "local":
            edits = tuple(edit for item in items for edit in _by_name(app, item))
        else:
            edits = tuple(edit for item in items for edit in without(app, item))
        about = some_names(names)
        line = items[0].line
        # Which version of a local file it was, nobody can tell.
        safe = kind != "local"
        yield Finding(
            "requirement-unusable", file, line, about, (kind,), None, edits, mechanical=safe
        )


def _by_name(app: App, item: Requirement) -> tuple[Edit, ...]:
    line = physical_line(app, item.file, item.line)
    name = line.partition("@")[0].strip()
    return (Edit(item.file, item.line, 1, (name,)),) if "@" in line else ()


def _unusable(item: Requirement) -> str:
    if _LOCAL.search(item.url):
        return "local"
    if item.name in WINDOWS_ONLY and not item.marker:
        return "windows"
    if item.name == DEBIAN_SLIP and item.pin == "0.0.0":
        return "debian"
    return "python 2" if item.name in PYTHON_2 and not item.marker else ""


def _unpinned(app: App) -> Iterator[Finding]:
    """One finding a file; what a constraint or a lock pins is pinned."""
    if app.locks:
        return
    constrained = {
        item.name for file in app.requirements if file.constraint for item in file.requirements
    }
    for file in app.requirements:
        own = [item for item in file.requirements if not item.url]
        loose = [item for item in own if not item.specifier and item.name not in constrained]
        if loose and not file.constraint:
            shown = some_names(tuple(item.name for item in loose))
            why = (str(len(loose)), str(len(own)), shown)
            write = (
                "pip freeze",
                "  shows the versions that work now; write them as name==version",
            )
            yield Finding("requirements-unpinned", file.path, loose[0].line, why=why, write=write)
