"""A clean copy of an app's source, as ``git push`` and the slug compiler would make it."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

from slugfit.base.errors import BuildError
from slugfit.base.git import ask_git, names_of
from slugfit.scan.ignore_files import read_slugignore
from slugfit.scan.loose_code import NOT_DEPLOYED

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def copy_app(app: Path, target: Path) -> None:
    """Copy what would be pushed from ``app`` to ``target``, less what .slugignore names.

    In a git checkout these are the tracked files and the new ones that .gitignore does not name;
    elsewhere everything but NOT_DEPLOYED. Raises BuildError if the app cannot be read.
    """
    if not app.is_dir():
        raise BuildError(f"{app} is not a folder.", todo="Name the folder of the app.")
    ignored = read_slugignore(app)
    target.mkdir(parents=True)
    try:
        for path in sorted(_names(app)):
            if not ignored.excludes(path):
                place = target / path
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(app / path, place, follow_symlinks=False)
    except OSError as error:
        raise BuildError(f"The app in {app} could not be copied.", str(error)) from error


def _names(app: Path) -> Iterator[str]:
    listed = _git_names(app)
    if listed is not None:
        yield from (name for name in listed if os.path.lexists(app / name))
        return
    for folder, folders, files in os.walk(app, onerror=_raise):
        folders[:] = sorted(set(folders) - NOT_DEPLOYED)
        links = [name for name in folders if os.path.islink(os.path.join(folder, name))]
        for name in files + links:
            place = os.path.join(folder, name)
            # Sockets and pipes of a running app are no part of it.
            if os.path.islink(place) or os.path.isfile(place):
                yield os.path.relpath(place, app)


def _raise(error: OSError) -> None:
    raise error


def _git_names(app: Path) -> list[str] | None:
    """What git would carry, or None where git does not know the folder."""
    try:
        answer = ask_git(app, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    except (OSError, subprocess.TimeoutExpired):
        return None
    names = names_of(answer)
    if answer.returncode or not names:
        return None
    # A submodule is listed as a folder; its files are not the app's own.
    return sorted(
        {name for name in names if not (app / name).is_dir() or (app / name).is_symlink()}
    )
