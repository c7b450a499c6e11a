"""One app and a copy of the buildpack for each test: alone, wrapping another, or after another."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from buildpacks import IDLE, Buildpack, buildpack, executable, fake_upstream

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def pack(tmp_path: Path) -> Buildpack:
    return buildpack(tmp_path)


@pytest.fixture
def idle(pack: Buildpack) -> None:
    """For tests of what bash does alone."""
    pack.faults(IDLE)


@pytest.fixture
def wrapping(pack: Buildpack, tmp_path: Path) -> Buildpack:
    pack.config(SLUGFIT_UPSTREAM=str(fake_upstream(tmp_path / "an upstream")))
    return pack


@pytest.fixture
def chaining(pack: Buildpack) -> Buildpack:
    python = pack.build / ".heroku/python/bin/python"
    executable(python, f'#!/bin/sh\nOWN_PYTHON=yes exec "{sys.executable}" "$@"\n')
    pack.environment["PYTHONHOME"] = "/app/.heroku/python"
    pack.environment["LD_LIBRARY_PATH"] = "/app/.heroku/python/lib:/opt/elsewhere"
    return pack
