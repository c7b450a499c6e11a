"""One build cache for many local builds: at once, and killed at any moment."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from made_up_buildpack import APP, UPSTREAM
from pythons import command, engine
from slugfit.base.errors import BuildError
from slugfit.local.build_cache import locked_cache
from trees import Content, plant

if TYPE_CHECKING:
    from pathlib import Path


# Restores and saves as the standard buildpack does, slowly enough to be killed in every part.
COMPILE = """#!/usr/bin/env bash
set -eu
here="$(cd "$(dirname "$0")/.." && pwd)"
mkdir -p "${1}/.heroku" "${2}/.heroku"
if [[ -d "${2}/.heroku/python" ]]; then
	echo "-----> Restoring cache"
	mv "${2}/.heroku/python" "${1}/.heroku/"
	sleep 0.1
	[[ -f "${1}/.heroku/python/whole" ]] || { echo "half a cache"; exit 1; }
else
	echo "-----> Installing"
	mkdir -p "${1}/.heroku/python/bin"
	sleep 0.1
	cp -r "${here}/lib" "${1}/.heroku/python/lib"
	touch "${1}/.heroku/python/whole"
fi
mkdir "${2}/.heroku/python" || { echo "somebody else's cache"; exit 1; }
cp -r --link "${1}/.heroku/python/bin" "${1}/.heroku/python/lib" "${2}/.heroku/python/"
sleep 0.2
ln "${1}/.heroku/python/whole" "${2}/.heroku/python/whole"
echo 'export FROM_UPSTREAM=yes' >>"${here}/export"
"""
BUILDPACK: dict[str, Content] = {**UPSTREAM, "bin/compile": COMPILE}


@pytest.fixture
def build(tmp_path: Path) -> list[str]:
    """The command line of a build; what it writes goes to folders of the test's."""
    upstream = plant(tmp_path / "upstream", BUILDPACK)
    for script in (upstream / "bin").iterdir():
        script.chmod(0o755)
    app = plant(tmp_path / "app", APP)
    return command("build", app, "--upstream", upstream, "--cache", tmp_path / "cache", "--output")


def digest(output: Path) -> str:
    found: str = json.loads((output / "report.json").read_text())["slug"]["sha256"]
    return found


def test_two_builds_at_once_come_one_after_the_other(tmp_path: Path, build: list[str]) -> None:
    outputs = [tmp_path / name for name in ("one", "two", "three")]
    running = [
        subprocess.Popen(
            [*build, output], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        for output in outputs
    ]
    logs = [process.communicate()[0] for process in running]
    assert [process.returncode for process in running] == [0, 0, 0], logs
    assert sum("Another build is using this cache" in log for log in logs) >= 1
    assert sorted("Installing" in log for log in logs) == [False, False, True]
    assert len({digest(output) for output in outputs}) == 1


def test_a_build_that_is_killed_at_any_moment_can_be_repeated(
    tmp_path: Path, build: list[str]
) -> None:
    began = time.monotonic()
    subprocess.run([*build, tmp_path / "whole"], check=True, capture_output=True)
    # Moments of a build, however long one takes on this machine.
    moment = (time.monotonic() - began) / 14
    wanted = digest(tmp_path / "whole")
    dropped = 0
    for number in range(14):
        process = subprocess.Popen(
            [*build, tmp_path / "killed"], stdout=subprocess.DEVNULL, start_new_session=True
        )
        time.sleep(moment * number)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if number % 3 == 2:
            done = subprocess.run(
                [*build, tmp_path / "again"], capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stdout + done.stderr
            assert digest(tmp_path / "again") == wanted
            dropped += "The last build was interrupted" in done.stdout
    assert dropped


def test_a_build_that_fails_by_itself_is_not_taken_for_a_killed_one(
    tmp_path: Path, build: list[str]
) -> None:
    (tmp_path / "app/Procfile").write_text("web: x")
    (tmp_path / "upstream/bin/compile").write_text("#!/bin/sh\nexit 1\n")
    for _ in range(2):
        done = subprocess.run(
            [*build, tmp_path / "out"], capture_output=True, text=True, check=False
        )
        assert done.returncode == 8
        assert "interrupted" not in done.stdout


def test_only_an_end_of_its_own_leaves_the_mark_clear(tmp_path: Path) -> None:
    said: list[str] = []
    plant(tmp_path, {".heroku/python/x": ""})
    for error in (BuildError("told"), None):
        with contextlib.suppress(BuildError), locked_cache(tmp_path, said.append):
            if error:
                raise error
    assert said == []
    assert (tmp_path / ".heroku/python/x").exists()
    with contextlib.suppress(KeyboardInterrupt), locked_cache(tmp_path, said.append):
        raise KeyboardInterrupt
    with locked_cache(tmp_path, said.append):
        assert not (tmp_path / ".heroku").exists()
    assert len(said) == 1


def test_a_cache_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    app = plant(tmp_path / "app", APP)
    (tmp_path / "file").write_text("")
    done = engine("build", app, "--cache", tmp_path / "file/cache", "--output", tmp_path / "out")
    assert (done.code, "could not be made" in done.err) == (2, True)
