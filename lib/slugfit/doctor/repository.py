"""Files that make every slug larger: models, notebooks, data, media, an environment."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slugfit.base.words import counted
from slugfit.catalog.model_formats import LARGE_MODEL, MODEL_SUFFIXES
from slugfit.doctor.finding import Edit, Finding
from slugfit.doctor.sizes import Size
from slugfit.doctor.slugignore_reading import SLUGIGNORE
from slugfit.models.keys import model_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slugfit.doctor.app import App


_LEAST_OF_NOTEBOOKS = 200_000
_LEAST_OF_DATA = 1_000_000
"""Bytes from which it is worth a word."""
_DATA = re.compile(
    r".*\.(?:csv|tsv|parquet|feather|xlsx?|zip|tar|tgz|gz|7z|rar|mp4|mov|avi|mkv|webm|mp3|wav|flac"
    r"|psd|ai|pdf|pptx?|docx?|gif|png|jpe?g|bmp|tiff?|sqlite3?|db|dump|sql)",
    re.IGNORECASE,
)
_SERVED = frozenset(
    (
        *("static", "staticfiles", "assets", "media", "public", "templates", "images", "img"),
        *("www", "dist", "build", "client", "frontend", "fixtures", "migrations", "uploads"),
    )
)
"""Folders whose files are served, or read, by names that no source has."""
_WORD = re.compile(r"[\w.-]+")


def repository_findings(app: App) -> Iterator[Finding]:
    """What .slugignore takes out already is no finding."""
    files = {path: size for path, size in app.files.items() if app.reaches_build(path)}
    yield from _environments(app)
    yield from _models(files)
    yield from _notebooks(app, files)
    yield from _data(app, files)


def _environments(app: App) -> Iterator[Finding]:
    for path in app.files:
        folder, _, name = path.rpartition("/")
        if name == "pyvenv.cfg":
            place = folder or "."
            size = sum(size for other, size in app.files.items() if other.startswith(f"{place}/"))
            write = (f"git rm -r --cached {place}", f"echo {place}/ >> .gitignore")
            of = Size(size, "files")
            kind = ("stops",) if place in ("venv", ".venv") else ()
            yield Finding("environment-committed", path, 0, place, kind, of, write=write)


def _models(files: dict[str, int]) -> Iterator[Finding]:
    for path, size in sorted(files.items(), key=lambda item: -item[1]):
        if size >= LARGE_MODEL and path.lower().endswith(_ENDINGS):
            write = tuple(model_lines(path, f"what `sha256sum {path}` says").splitlines())
            yield Finding("model-files", path, about=path, size=Size(size, "files"), write=write)


_ENDINGS = tuple(f".{ending}" for ending in MODEL_SUFFIXES)


def _notebooks(app: App, files: dict[str, int]) -> Iterator[Finding]:
    found = [path for path in files if path.endswith(".ipynb")]
    size = sum(files[path] for path in found)
    runs = any(
        mark in text
        for text in (*(process.command for process in app.processes), *app.texts.values())
        for mark in ("voila", "papermill", "nbconvert", ".ipynb")
        if len(text) < 1 << 16
    )
    if size >= _LEAST_OF_NOTEBOOKS and not runs:
        why = (counted(len(found), "notebook"), found[0])
        edits = _ignored("*.ipynb")
        yield Finding("notebooks", found[0], 0, "", why, Size(size, "files"), edits)


def _ignored(line: str) -> tuple[Edit, ...]:
    return (Edit(SLUGIGNORE, 0, 0, (line,)),)


def _data(app: App, files: dict[str, int]) -> Iterator[Finding]:
    """Large files that neither a source nor a text of the app has the name of."""
    large = [
        path
        for path, size in files.items()
        if size >= _LEAST_OF_DATA
        and _DATA.fullmatch(path)
        and _SERVED.isdisjoint(path.lower().split("/")[:-1])
    ]
    if not large:
        return
    said = _said(app)
    for path in large:
        name = path.rpartition("/")[2]
        parts = {name, name.rpartition(".")[0], *path.split("/")[:-1]}
        if not any(part in said for part in parts if part):
            write = _ignored(f"/{path}")
            size = Size(files[path], "files")
            yield Finding("data-files", path, 0, path, (), size, write, mechanical=False)


def _said(app: App) -> str:
    """Everything that the app's own files say but its documents, in one text."""
    texts = [
        text
        for path, text in app.texts.items()
        if not path.lower().endswith((".md", ".rst")) and path != SLUGIGNORE
    ]
    literals = [literal for source in app.sources for literal in source.literals]
    return "\n".join((*texts, *literals))
