"""What kind of tree this is, and where Python's parts lie in it."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from slugfit.base.errors import NoPythonError
from slugfit.scan.tree_paths import TreePaths

if TYPE_CHECKING:
    from pathlib import Path

    from slugfit.catalog.rules import Scope, Shape
    from slugfit.scan.tree import Tree


_SLUG_PREFIXES = (".heroku/python", ".venv", "venv")
"""Where the Python of a slug lies, in the order in which they are looked for.

The standard buildpack installs to .heroku/python:
https://github.com/heroku/heroku-buildpack-python/blob/main/bin/compile. The others are the names
of virtual environments that uv and the documentation of venv use:
https://docs.astral.sh/uv/pip/environments/, https://docs.python.org/3/library/venv.html.
"""
_APP_FILES = frozenset(
    {
        *("requirements.txt", "pyproject.toml", "setup.py", "setup.cfg", "Pipfile", "Pipfile.lock"),
        *("poetry.lock", "uv.lock", "pdm.lock", "pylock.toml", "Procfile"),
        *("runtime.txt", ".python-version"),
    }
)
"""The files that say what an app is made of, and how it is run."""
_VERSIONED = re.compile(r"python3\.(\d+)(t?)")
"""A library's folder, and a program: with a t at its end where there is no global lock.

https://docs.python.org/3/howto/free-threading-python.html
"""


@dataclass(frozen=True, slots=True)
class PathEntry:
    """A folder, or a module without its ending, that Python finds by something else than a scope.

    It is what a line of a ``.pth`` file puts on sys.path, or what an editable install maps.
    """

    folder: str
    """From the tree's root."""
    package: str = ""
    """The dotted name that it is imported by; "" for a folder that names start from."""
    by: str = ""
    """The file that says so."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things are, as paths relative to the root ("" is the root itself)."""

    shape: Shape
    """What kind of tree it is."""
    prefix: str | None
    """The folder of the interpreter or environment, None if the tree holds neither."""
    site_packages: tuple[str, ...]
    """The folders that packages are installed in: site-packages and Debian's dist-packages."""
    stdlib: str | None
    """The folder of the standard library, None if the tree's Python uses one elsewhere.

    A virtual environment has none: https://docs.python.org/3/library/venv.html.
    """
    python: Path | None
    """The program that runs the tree's Python, absolute; None if there is none to be run."""
    installer: str | None = None
    """The folder of the installer's own environment inside the prefix, None if there is none."""
    entries: tuple[PathEntry, ...] = ()
    """What else modules are imported from: see path_files."""
    _leads: tuple[tuple[str, Scope], ...] = field(init=False, repr=False, compare=False)
    """What the paths of each scope but the app's begin with; the first that fits tells."""

    def __post_init__(self) -> None:
        sites = ((site and f"{site}/", "site") for site in self.site_packages)
        inner = (self.stdlib, "stdlib"), (self.installer, "installer")
        folders = ((f"{folder}/", scope) for folder, scope in inner if folder is not None)
        whole = () if self.prefix is None else ((self.prefix and f"{self.prefix}/", "prefix"),)
        object.__setattr__(self, "_leads", (*sites, *folders, *whole))

    def with_entries(self, entries: tuple[PathEntry, ...]) -> Layout:
        """The same with what else modules are imported from."""
        return replace(self, entries=entries)

    def scope(self, path: str) -> tuple[Scope, str]:
        """The scope that ``path`` belongs to, and its name as seen from that scope's folder."""
        for lead, scope in self._leads:
            if path.startswith(lead):
                return scope, path[len(lead) :]
        return "app", path


def recognise_layout(tree: Tree) -> Layout:
    """Tell the layout of ``tree``; raise NoPythonError if there is no Python in it."""
    paths = TreePaths(tree)
    for prefix in _SLUG_PREFIXES:
        if _is_prefix(paths, prefix):
            return _layout(paths, prefix, "slug")
    if paths.is_file("pyvenv.cfg"):
        # It marks a virtual environment: https://peps.python.org/pep-0405/.
        return _layout(paths, "", "environment")
    if _is_prefix(paths, ""):
        return _layout(paths, "", "prefix")
    names = paths.names_in("")
    if any(name.endswith(".dist-info") for name in names):
        return Layout("target", "", ("",), None, None)
    if _is_app(paths, names):
        return Layout("app", None, (), None, None)
    raise NoPythonError(
        f"{tree.root} holds no Python",
        "There is no .heroku/python, virtual environment or interpreter in it, and no app: no .py "
        "file, no package, no requirements.txt, pyproject.toml or Procfile.",
        "Name a slug's root, a virtual environment, a Python prefix or an app's folder.",
    )


def _is_app(paths: TreePaths, names: list[str]) -> bool:
    """Whether it is an app's folder: a Python file, or a list of what an app needs, at its top.

    A folder that holds Python files is none yet, as /etc does; one that is a package may be.
    """
    return any(
        name.endswith(".py")
        or (name in _APP_FILES and paths.is_file(name))
        or (name.isidentifier() and paths.is_file(f"{name}/__init__.py"))
        for name in names
    )


def _is_prefix(paths: TreePaths, folder: str) -> bool:
    return paths.is_folder(_join(folder, "bin")) and bool(_versions(paths, folder))


def _versions(paths: TreePaths, folder: str) -> list[str]:
    """``lib/python3.X`` folders, newest first; a link to lib (lib64) does not count."""
    found = filter(None, map(_VERSIONED.fullmatch, paths.names_in(_join(folder, "lib"))))
    return [match[0] for match in sorted(found, key=lambda match: (-int(match[1]), match[2]))]


def _layout(paths: TreePaths, prefix: str, shape: Shape) -> Layout:
    versions = _versions(paths, prefix)
    libraries = [_join(prefix, f"lib/{version}") for version in versions]
    sites = tuple(
        f"{library}/{name}"
        for library in libraries
        for name in ("site-packages", "dist-packages")
        if paths.is_folder(f"{library}/{name}")
    )
    stdlib = next((library for library in libraries if paths.is_file(f"{library}/os.py")), None)
    # https://github.com/heroku/heroku-buildpack-python/blob/main/lib/pipenv.sh
    installer = _join(prefix, "pipenv")
    return Layout(
        shape,
        prefix,
        sites,
        stdlib,
        _python(paths.root / prefix, versions),
        installer if paths.is_file(f"{installer}/pyvenv.cfg") else None,
    )


def _python(prefix: Path, versions: list[str]) -> Path | None:
    """The first program of these names that this user may run.

    The disk is asked, not the tree: the ``python`` of a virtual environment is a link to outside
    of it, and no mode tells what access lists and mount options allow.
    """
    programs = (prefix / "bin" / name for name in ("python", "python3", *versions))
    return next((file for file in programs if os.access(file, os.X_OK)), None)


def _join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name
