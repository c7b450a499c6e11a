"""What kind of tree this is, and where Python's parts lie in it."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from slugfit.errors import NoPythonError

if TYPE_CHECKING:
    from pathlib import Path

Scope = Literal["site", "stdlib", "prefix", "app"]
Shape = Literal["slug", "environment", "prefix", "target", "app"]
_SLUG_PREFIXES = (".heroku/python", ".venv", "venv")
_VERSIONED = re.compile(r"python3\.\d+")


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things are, as paths relative to the root ("" is the root itself).

    ``prefix`` is None when the tree holds no interpreter or environment. ``python`` is the file
    that runs it, absolute. ``own_stdlib`` tells an interpreter of the tree's own from a virtual
    environment's.
    """

    shape: Shape
    prefix: str | None
    site_packages: tuple[str, ...]
    stdlib: str | None
    python: Path | None

    @property
    def has_app(self) -> bool:
        """Whether files outside the prefix are an app's own."""
        return self.shape in ("slug", "app")

    def scope(self, path: str) -> tuple[Scope, str]:
        """The scope that ``path`` belongs to, and its name as seen from that scope's folder."""
        for site in self.site_packages:
            if not site or path.startswith(site + "/"):
                return "site", path[len(site) + 1 :] if site else path
        if self.stdlib is not None and path.startswith(self.stdlib + "/"):
            return "stdlib", path[len(self.stdlib) + 1 :]
        if self.prefix == "":
            return "prefix", path
        if self.prefix is not None and path.startswith(self.prefix + "/"):
            return "prefix", path[len(self.prefix) + 1 :]
        return "app", path


def recognise(root: Path) -> Layout:
    """Tell the layout of the tree at ``root``; raise NoPythonError if there is no Python in it."""
    for prefix in _SLUG_PREFIXES:
        if _is_prefix(root / prefix):
            return _layout(root, prefix, "slug")
    if (root / "pyvenv.cfg").is_file():
        return _layout(root, "", "environment")
    if _is_prefix(root):
        return _layout(root, "", "prefix")
    names = sorted(os.listdir(root)) if root.is_dir() else []
    if any(name.endswith(".dist-info") for name in names):
        return Layout("target", "", ("",), None, None)
    if any(name.endswith(".py") for name in names) or _has_python_below(root, names):
        return Layout("app", None, (), None, None)
    raise NoPythonError(
        f"{root} holds no Python",
        "There is no .heroku/python, virtual environment, interpreter or .py file in it.",
        "Name a slug's root, a virtual environment, a Python prefix or an app's folder.",
    )


def _has_python_below(root: Path, names: list[str]) -> bool:
    return any(
        (root / name).is_dir() and not name.startswith(".") and any((root / name).glob("*.py"))
        for name in names
    )


def _is_prefix(folder: Path) -> bool:
    return (folder / "bin").is_dir() and bool(_versions(folder))


def _versions(folder: Path) -> list[str]:
    """``lib/python3.X`` folders, newest first; a link to one (lib64) counts once."""
    lib = folder / "lib"
    if not lib.is_dir():
        return []
    try:
        found = [name for name in os.listdir(lib) if _VERSIONED.fullmatch(name)]
    except PermissionError:
        return []
    return sorted(found, key=lambda name: -int(name.split(".")[1]))


def _layout(root: Path, prefix: str, shape: Shape) -> Layout:
    lead = prefix + "/" if prefix else ""
    versions = _versions(root / prefix)
    sites = tuple(
        f"{lead}lib/{version}/{name}"
        for version in versions
        for name in ("site-packages", "dist-packages")
        if (root / prefix / "lib" / version / name).is_dir()
    )
    stdlib = next(
        (
            f"{lead}lib/{version}"
            for version in versions
            if (root / prefix / "lib" / version / "os.py").is_file()
        ),
        None,
    )
    pythons = (root / prefix / "bin" / name for name in ("python", "python3", *versions))
    python = next((file for file in pythons if os.access(file, os.X_OK)), None)
    return Layout(shape, prefix, sites, stdlib, python)
