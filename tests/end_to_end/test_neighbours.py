"""Slugfit in lists of buildpacks: what comes before and after it works as it does without it.

The neighbours are made up, and do to a build what the real ones do to it: apt, nodejs, an inline
buildpack, one that builds a folder below the app, and the runner of a `.buildpacks` file.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from made_up_buildpack import APP, SITE, UPSTREAM
from pythons import ROOT
from trees import Content, plant, snapshot

if TYPE_CHECKING:
    from pathlib import Path

COMPILE = "#!/usr/bin/env bash\nset -eu\n"
APT: dict[str, Content] = {
    "bin/compile": COMPILE
    + """mkdir -p "${1}/.apt/usr/lib/x86_64-linux-gnu" "${1}/.apt/usr/share/doc/libgl1"
mkdir -p "${1}/.profile.d"
echo library >"${1}/.apt/usr/lib/x86_64-linux-gnu/libGL.so.1"
echo text >"${1}/.apt/usr/share/doc/libgl1/copyright"
echo 'export LD_LIBRARY_PATH="$HOME/.apt/usr/lib/x86_64-linux-gnu:${LD_LIBRARY_PATH:-}"' \
	>"${1}/.profile.d/000_apt.sh"
here="$(cd "$(dirname "$0")/.." && pwd)"
echo "export LD_LIBRARY_PATH=${1}/.apt/usr/lib/x86_64-linux-gnu" >"${here}/export"
"""
}
NODE: dict[str, Content] = {
    "bin/compile": COMPILE
    + """mkdir -p "${1}/node_modules/node-gyp/gyp/pylib/gyp/tests" "${1}/.heroku/node/bin"
mkdir -p "${1}/node_modules/leftpad/docs"
echo 'import gyp.tests' >"${1}/node_modules/node-gyp/gyp/pylib/gyp/__init__.py"
touch "${1}/node_modules/node-gyp/gyp/pylib/gyp/tests/test_x.py"
touch "${1}/node_modules/leftpad/docs/index.md" "${1}/.heroku/node/bin/node"
here="$(cd "$(dirname "$0")/.." && pwd)"
echo "export PATH=${1}/.heroku/node/bin:\\$PATH" >"${here}/export"
"""
}
# The app is its own buildpack; this one only starts it.
INLINE: dict[str, Content] = {"bin/compile": COMPILE + 'exec "${1}/bin/compile" "$@"\n'}
# Builds another buildpack's app in a folder below the root.
SUBDIR: dict[str, Content] = {
    "bin/compile": COMPILE
    + """here="$(cd "$(dirname "$0")/.." && pwd)"
"${here}/../slugfit/bin/compile" "${1}/$(cat "${3}/SUBDIR")" "${2}/sub" "${3}"
"""
}
OTHERS = {"apt": APT, "nodejs": NODE, "inline": INLINE, "subdir": SUBDIR}
# What the real standard buildpack tells its neighbours, and that it refuses to run twice.
TWICE = """set -eu
if [[ -n "${PYTHONHOME:-}" ]]; then echo "The Python buildpack has already been run"; exit 1; fi
"""
TELLS = """echo 'export PYTHONHOME=/app/.heroku/python' >>"${{here}}/export"
ln -s '{python}' "${{1}}/.heroku/python/bin/python"
"""
# Every `bin/compile` in turn, each with what those before it exported.
RUNNER = """
set -eu
build="$1"; cache="$2"; env="$3"; shift 3
for buildpack in "$@"; do
	"${buildpack}/bin/compile" "${build}" "${cache}" "${env}"
	if [[ -f "${buildpack}/export" ]]; then source "${buildpack}/export"; fi
done
"""


@dataclass(frozen=True)
class Platform:
    """A folder with buildpacks, and one app's build."""

    folder: Path

    @property
    def app(self) -> Path:
        return self.folder / "app"

    def build(self, *names: str, **variables: str) -> subprocess.CompletedProcess[str]:
        settings = {"SLUGFIT_UPSTREAM": str(self.folder / "python"), "SLUGFIT_WORTH": "0"}
        env_dir = plant(self.folder / "env", {**settings, **variables})
        packs = [self.folder / name for name in names]
        return subprocess.run(
            ["bash", "-c", RUNNER, "bash", self.app, self.folder / "cache", env_dir, *packs],
            env={"PATH": os.environ["PATH"], "STACK": "heroku-24"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )


@pytest.fixture
def platform(tmp_path: Path) -> Platform:
    for name in ("bin", "lib"):
        shutil.copytree(ROOT / name, tmp_path / "slugfit" / name)
    python = UPSTREAM["bin/compile"]
    assert isinstance(python, str)
    python = python.replace("set -eu\n", TWICE, 1) + TELLS.format(python=sys.executable)
    for name, files in {**OTHERS, "python": {**UPSTREAM, "bin/compile": python}}.items():
        for script in plant(tmp_path / name, files).glob("bin/*"):
            script.chmod(0o755)
    plant(tmp_path / "app", APP)
    return Platform(tmp_path)


def slimmed(root: Path) -> bool:
    assert (root / SITE / "pkg/__init__.py").exists()
    return not (root / SITE / "pkg/tests").exists()


@pytest.mark.parametrize("names", [("slugfit",), ("python", "slugfit")], ids=["wrap", "chain"])
@pytest.mark.parametrize("before", ["apt", "nodejs"])
def test_what_others_brought_stays_as_it_is(
    platform: Platform, before: str, names: tuple[str, ...]
) -> None:
    alone = platform.build(before)
    assert alone.returncode == 0
    theirs = snapshot(platform.app)
    done = platform.build(before, *names, SLUGFIT_VERIFY="off")
    assert done.returncode == 0, done.stdout
    assert slimmed(platform.app)
    after = snapshot(platform.app)
    assert {name: after.get(name) for name in theirs} == theirs


@pytest.mark.parametrize("after", ["apt", "nodejs"])
def test_others_may_come_behind(platform: Platform, after: str) -> None:
    done = platform.build("slugfit", after, SLUGFIT_VERIFY="off")
    assert done.returncode == 0, done.stdout
    assert slimmed(platform.app)


def test_an_app_that_is_its_own_buildpack(platform: Platform) -> None:
    plant(platform.app, {"bin/compile": '#!/bin/sh\necho own work >"$1/made.txt"\n'})
    (platform.app / "bin/compile").chmod(0o755)
    done = platform.build("slugfit", "inline", SLUGFIT_VERIFY="off")
    assert done.returncode == 0, done.stdout
    assert (platform.app / "made.txt").read_text() == "own work\n"


def test_an_app_below_the_root(platform: Platform) -> None:
    plant(platform.app / "backend", APP)
    done = platform.build("subdir", SUBDIR="backend", SLUGFIT_VERIFY="off")
    assert done.returncode == 0, done.stdout
    assert slimmed(platform.app / "backend")
    assert not (platform.app / ".heroku").exists()


def test_before_heroku_python_the_log_says_where_that_belongs(platform: Platform) -> None:
    done = platform.build("slugfit", "python", SLUGFIT_VERIFY="off")
    assert done.returncode == 1
    assert "heroku buildpacks:remove heroku/python" in done.stdout
    assert "The Python buildpack has already been run" in done.stdout


@pytest.mark.parametrize("names", [("slugfit", "slugfit"), ("python", "slugfit", "slugfit")])
def test_twice_is_told_and_harms_nothing(platform: Platform, names: tuple[str, ...]) -> None:
    done = platform.build(*names, SLUGFIT_VERIFY="off")
    assert done.returncode == 0, done.stdout
    assert slimmed(platform.app)
    assert "Slugfit is among the app's buildpacks twice" in done.stdout
