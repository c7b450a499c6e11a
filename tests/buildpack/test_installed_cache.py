"""What was installed with other settings goes from the build cache."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from buildpacks import CANARY, Buildpack, executable, repository, tree

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("idle")

STALE = "Installing from scratch: the installer settings changed"


def installed(pack: Buildpack) -> bool:
    """Whether what the last build installed is in the cache, and mark it for the next question."""
    mark = pack.cache / ".heroku/python/mark"
    found = mark.exists()
    mark.parent.mkdir(parents=True, exist_ok=True)
    mark.touch()
    (pack.cache / ".heroku/python-poetry").mkdir(exist_ok=True)
    return found


def test_changed_settings_drop_what_was_installed_under_the_old_ones(wrapping: Buildpack) -> None:
    wrapping.config(PIP_INDEX_URL=CANARY)
    assert STALE not in wrapping.compile().out
    installed(wrapping)
    assert STALE not in wrapping.compile().out
    assert installed(wrapping)
    wrapping.config(PIP_INDEX_URL=f"{CANARY}2")
    assert STALE in wrapping.compile().out
    assert not installed(wrapping)
    assert (wrapping.cache / ".heroku/python-version").read_text() == "python-3.12.1\n"
    (wrapping.env / "PIP_INDEX_URL").rename(wrapping.env / "PIP_EXTRA_INDEX_URL")
    assert STALE in wrapping.compile().out
    installed(wrapping)
    (wrapping.env / "PIP_EXTRA_INDEX_URL").unlink()
    assert STALE in wrapping.compile().out
    assert STALE not in wrapping.compile().out


def test_only_the_installed_packages_go(wrapping: Buildpack) -> None:
    wrapping.compile()
    installed(wrapping)
    (wrapping.cache / "others").write_text("theirs")
    (wrapping.cache / ".heroku/requirements.txt").write_text("flask\n")
    wrapping.config(CFLAGS="-O3", FAKE_EXIT="1")
    upstream = wrapping.build.parent / "an upstream"
    executable(upstream / "bin/compile", "#!/bin/sh\nexit 1\n")
    assert STALE in wrapping.compile().out
    left = {name for name in tree(wrapping.cache) if not name.startswith("slugfit/")}
    assert left == {"others", ".heroku/requirements.txt", ".heroku/python-version"}
    assert not (wrapping.cache / ".heroku/python-poetry").exists()
    assert not (wrapping.cache / ".heroku/python-uv").exists()


def test_a_cache_from_before_slugfit_was_installed_without_settings(wrapping: Buildpack) -> None:
    installed(wrapping)
    assert STALE not in wrapping.compile().out
    assert installed(wrapping)
    shutil.rmtree(wrapping.cache / "slugfit")
    wrapping.config(CFLAGS="-O3")
    assert STALE in wrapping.compile().out


def test_settings_that_are_not_passed_on_change_nothing(wrapping: Buildpack) -> None:
    wrapping.compile()
    installed(wrapping)
    wrapping.config(DATABASE_URL="changed", PIP_TARGET="changed", SLUGFIT_LIMIT="1M")
    assert STALE not in wrapping.compile(PIP_DISABLE_PIP_VERSION_CHECK="0").out


def test_after_a_build_without_slugfit_the_settings_are_new_again(
    wrapping: Buildpack, chaining: Buildpack
) -> None:
    wrapping.environment.pop("PYTHONHOME")
    wrapping.config(CFLAGS="-O3")
    wrapping.compile()
    chaining.compile(PYTHONHOME="/app/.heroku/python")
    assert STALE in wrapping.compile().out


def test_no_secret_is_stored(wrapping: Buildpack, tmp_path: Path) -> None:
    repository(tmp_path / "repository")
    wrapping.faults({})
    wrapping.config(
        PIP_INDEX_URL=f"https://user:{CANARY}@example.org",
        SLUGFIT_UPSTREAM=f"file://{tmp_path}/repository#main",
        SECRET_KEY=CANARY,
    )
    assert wrapping.compile().code == 0
    for content in (*tree(wrapping.cache).values(), *tree(wrapping.root / ".upstream").values()):
        assert CANARY.encode() not in content
