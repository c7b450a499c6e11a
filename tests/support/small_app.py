"""The small app of fixtures/package_managers, as each package manager installs it."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from pythons import ROOT

if TYPE_CHECKING:
    from pathlib import Path

FIXTURE = ROOT / "fixtures/package_managers"
MANAGERS = ("pip", "pipenv", "poetry", "uv")
"""Folders of the fixture: what an app has for this package manager."""
WHEEL = FIXTURE / "app/vendor/greeting-1.0.0-py3-none-any.whl"
"""The app's one package: pip, Pipenv and Poetry install this file, uv builds it from the source."""


def small_app(manager: str, folder: Path) -> Path:
    """Copy the app with the files of one of ``MANAGERS`` into ``folder``, which is made."""
    shutil.copytree(FIXTURE / "app", folder)
    shutil.copytree(FIXTURE / manager, folder, dirs_exist_ok=True)
    return folder
