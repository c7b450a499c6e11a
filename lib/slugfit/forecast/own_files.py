"""The app's own files in the slug, and what ``manage.py collectstatic`` will add to them."""

from __future__ import annotations

import os
import zlib
from typing import TYPE_CHECKING

from slugfit.base.git import pushed_names
from slugfit.measure.sizes import ZERO, Bytes
from slugfit.scan.ignore_files import read_slugignore

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from slugfit.base.patterns import PatternSet
    from slugfit.forecast.look import Look

_LEFT_OUT = {".git", ".venv", "venv", "__pycache__", "node_modules", ".hg", ".svn", ".tox"}
"""Folders that are not pushed, as a rule."""
_LEVEL = 6
_PIECE = 1 << 20


def own_files(app: Path) -> Bytes:
    """What the app's source takes, less what its .slugignore names; raises UsageError for that.

    In a repository of git that is what git knows or would take next, elsewhere what lies there.
    """
    ignored = read_slugignore(app)
    names = pushed_names(app)
    total = ZERO
    for name in _walked(app, ignored) if names is None else names:
        path = os.path.join(app, name)
        if os.path.isfile(path) and not os.path.islink(path) and not ignored.excludes(name):
            total += _packed(path)
    return total


def _walked(app: Path, ignored: PatternSet) -> Iterator[str]:
    for folder, folders, names in os.walk(app):
        inner = os.path.relpath(folder, app)
        folders[:] = [
            name
            for name in folders
            if name not in _LEFT_OUT and not ignored.excludes(_joined(inner, name), is_dir=True)
        ]
        yield from (_joined(inner, name) for name in names)


def _joined(folder: str, name: str) -> str:
    return name if folder == "." else f"{folder}/{name}"


def _packed(path: str) -> Bytes:
    """One file by itself; nothing if it cannot be read."""
    pack = zlib.compressobj(_LEVEL)
    size = compressed = 0
    try:
        with open(path, "rb") as file:
            while piece := file.read(_PIECE):
                size += len(piece)
                compressed += len(pack.compress(piece))
    except OSError:
        return ZERO
    return Bytes(size, compressed + len(pack.flush()))


def collected_static(app: Path, looks: Iterable[Look]) -> Bytes:
    """What Django copies out of packages when the build collects static files.

    The standard buildpack does so where there is a manage.py and Django:
    https://devcenter.heroku.com/articles/django-assets.
    """
    looks = tuple(looks)
    names = {look.wanted.name for look in looks}
    if "django" not in names or not (app / "manage.py").is_file():
        return ZERO
    files = [entry for look in looks for entry in look.entries if "/static/" in f"/{entry.path}"]
    return sum((Bytes(entry.size, entry.compressed) for entry in files), ZERO)
