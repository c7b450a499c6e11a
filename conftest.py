"""Every test runs without the user's settings, in a home of its own."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from slugfit.settings import config
from slugfit.settings.options import OPTIONS

if TYPE_CHECKING:
    from pathlib import Path

settings.register_profile("slugfit", deadline=None, derandomize=True, database=None)
settings.register_profile("long", deadline=None, derandomize=False, database=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "slugfit"))


@pytest.fixture(autouse=True)
def hermetic(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """No SLUGFIT_* variables, no user configuration; the installer's index settings stay."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    for name in list(os.environ):
        if name.startswith(("SLUGFIT_", "XDG_", "GIT_", "PYTHON")):
            monkeypatch.delenv(name)
    return home


@pytest.fixture(autouse=True)
def small_removals(monkeypatch: pytest.MonkeyPatch, hermetic: Path) -> None:
    """The trees of tests are small: what a rule takes from them is worth it all the same."""
    del hermetic  # It comes first: it removes such variables.
    monkeypatch.setenv("SLUGFIT_WORTH", "0")
    options = tuple(
        replace(option, default="0") if option.name == "WORTH" else option for option in OPTIONS
    )
    monkeypatch.setattr(config, "OPTIONS", options)
