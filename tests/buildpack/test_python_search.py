"""In what order Pythons are tried: lib/python.sh and lib/slugfit/__main__.py do the same."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from buildpacks import ROOT, executable, without_python

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MAIN = ROOT / "lib/slugfit/__main__.py"
# Each answers whether it is new enough, and says who it is when it is started with the engine.
GOOD = '#!/bin/sh\ncase "$*" in *version_info*) exit 0 ;; esac\necho "$0"\n'
OLD = "#!/bin/sh\nexit 1\n"
SHIM = "#!/bin/sh\necho 'python3: command not found' >&2\nexit 127\n"
READS = "#!/bin/sh\ncat >/dev/null\nexit 1\n"
NO_PROGRAM = "\0\0\0\0"

# Programs on PATH, in its folders a, b and c, and which of them is taken; empty: none.
CASES: tuple[tuple[dict[str, str], str], ...] = (
    ({}, ""),
    ({"a/python3": GOOD, "a/python3.15": GOOD}, "a/python3"),
    ({"b/python3": GOOD, "a/python3.15": GOOD}, "b/python3"),
    ({"a/python3": OLD, "a/python3.15": GOOD}, "a/python3.15"),
    ({"a/python3": SHIM, "a/python3.10": GOOD}, "a/python3.10"),
    ({"a/python3": SHIM, "b/python3": GOOD}, ""),
    ({"a/python3": SHIM, "b/python3": GOOD, "b/python3.12": GOOD}, "b/python3.12"),
    ({"a/python3.9": GOOD}, ""),
    ({"a/python3.9": GOOD, "c/python3.10": GOOD}, "c/python3.10"),
    ({"a/python3.10": GOOD, "b/python3.15": GOOD, "c/python3.100": GOOD}, "c/python3.100"),
    ({"a/python3.10": GOOD, "b/python3.15": GOOD, "c/python3.100": SHIM}, "b/python3.15"),
    ({"a/python3.15": OLD, "b/python3.15": GOOD}, "b/python3.15"),
    ({"a/python3.15": GOOD, "b/python3.15": GOOD}, "a/python3.15"),
    ({"a/python3": READS, "a/python3.11": READS, "b/python3.10": GOOD}, "b/python3.10"),
    ({"a/python3": NO_PROGRAM, "b/python3.13": GOOD}, "b/python3.13"),
    ({"a/python3.13t": GOOD, "a/python3.13-config": GOOD, "a/python3.010": GOOD}, ""),
    ({"a/python": GOOD, "a/python2.15": GOOD, "a/python3.x": GOOD, "a/xpython3.12": GOOD}, ""),
)


def planted(folder: Path, programs: Mapping[str, str]) -> str:
    """PATH with no Python but those given, a blank in its names, and a folder that is missing."""
    for name, text in programs.items():
        executable(folder / f"on path {name}", text)
    (folder / "on path a/python3.14").mkdir(parents=True)
    (folder / "on path a/python3.16").write_text(GOOD)  # that nobody may run
    places = [str(folder / f"on path {name}") for name in "abc"]
    return ":".join(["", "/nowhere", *places, without_python(folder / "tools")])


@pytest.fixture(params=["bash", "python"])
def command(request: pytest.FixtureRequest) -> list[str]:
    """The command line that looks for a Python and starts the engine with it."""
    if request.param == "bash":
        return [str(ROOT / "bin/slugfit"), "plan"]
    code = "import runpy, sys; sys.exit(runpy.run_path(sys.argv[1])['elsewhere'](['plan']))"
    return [sys.executable, "-I", "-S", "-B", "-c", code, str(MAIN)]


@pytest.mark.parametrize(("programs", "taken"), CASES)
def test_the_first_that_is_new_enough_is_taken(
    tmp_path: Path, command: list[str], programs: Mapping[str, str], taken: str
) -> None:
    (tmp_path / "app").mkdir()
    executable(tmp_path / "app/python3", GOOD)
    done = subprocess.run(
        command,
        env={"PATH": planted(tmp_path, programs)},
        cwd=tmp_path / "app",
        input="not to be read\n",
        capture_output=True,
        text=True,
        check=False,
    )
    expected = f"{tmp_path}/on path {taken}\n" if taken else ""
    assert (done.stdout, done.returncode) == (expected, 0 if taken else 1), done.stderr
    assert ("Python 3.10 or newer" in done.stderr) == (not taken)


def test_who_looks_can_be_read_by_an_old_python() -> None:
    ast.parse(MAIN.read_text(), feature_version=(3, 7))


@pytest.mark.parametrize("version", ["3.7", "3.8", "3.9"])
def test_an_old_python_hands_over(tmp_path: Path, version: str) -> None:
    old = shutil.which(f"python{version}")
    if old is None or subprocess.run([old, "-c", ""], capture_output=True, check=False).returncode:
        pytest.skip(f"Python {version} is not on this machine")
    done = subprocess.run(
        [old, "-I", "-S", "-B", MAIN.parent, "plan"],
        env={"PATH": planted(tmp_path, {"a/python3.12": GOOD})},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{tmp_path}/on path a/python3.12\n"
