"""What bin/compile and bin/test-compile are called with, and who runs the engine."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from buildpacks import Buildpack

pytestmark = pytest.mark.usefixtures("idle")


@pytest.mark.parametrize("script", ["compile", "test-compile"])
@pytest.mark.parametrize(
    "arguments", [[], ["/"], ["/nowhere", "/nowhere"], ["/", ""], list("1234")]
)
def test_wrong_arguments_end_in_the_usage(
    pack: Buildpack, script: str, arguments: Sequence[str]
) -> None:
    ran = pack.run(script, *arguments)
    assert ran.code == 2
    assert f" !     Usage: bin/{script} BUILD_DIR CACHE_DIR ENV_DIR" in ran.out
    assert (ran.err, pack.commands()) == ("", [])


def test_missing_cache_and_config_folders_are_no_problem(
    pack: Buildpack, tmp_path: Path, chaining: Buildpack
) -> None:
    cache = tmp_path / "new" / "cache"
    assert chaining.run("compile", pack.build, cache).code == 0
    assert cache.is_dir()
    assert chaining.run("compile", pack.build, cache, "").code == 0
    assert chaining.run("compile", pack.build, cache, tmp_path / "none").code == 0


def test_relative_folders_reach_the_wrapped_buildpack_absolute(wrapping: Buildpack) -> None:
    here = wrapping.build.parent
    done = subprocess.run(
        [wrapping.root / "bin/compile", "an app", "a cache", "config vars"],
        cwd=here,
        env={**wrapping.environment, "CDPATH": str(here)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    arguments = (wrapping.build / "upstream.args").read_text().splitlines()
    assert arguments == [str(here / name) for name in ("an app", "a cache", "config vars")]
