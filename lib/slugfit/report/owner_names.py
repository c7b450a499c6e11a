"""What the owners of files are called: packages by name and version, others in words."""

from __future__ import annotations

from slugfit.base.words import printable
from slugfit.report.layout import shortened
from slugfit.scan.owners import APP, INSTALLER, PYTHON, UNOWNED

_NAMES = {
    APP: "your app",
    PYTHON: "Python itself",
    INSTALLER: "Pipenv, the installer",
    UNOWNED: "not owned by a package",
}


def owner_name(name: str) -> str:
    """An owner in words, a package by its name."""
    return _NAMES.get(name) or printable(name)


def versioned(name: str, version: str, room: int) -> str:
    """``name version`` in ``room`` columns; what is too long loses of the name, not the version."""
    end = f" {printable(version)}" if version and name not in _NAMES else ""
    end = end if len(end) <= room // 2 else f" {shortened(end.strip(), room // 2 - 1)}"
    return shortened(owner_name(name), room - len(end)) + end
