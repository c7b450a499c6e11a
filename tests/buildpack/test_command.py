"""bin/slugfit: the command for people."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from buildpacks import Buildpack, without_python

if TYPE_CHECKING:
    from pathlib import Path


def test_the_command_passes_everything_on(pack: Buildpack, tmp_path: Path) -> None:
    (tmp_path / "link to it").symlink_to(pack.root / "bin/slugfit")
    (tmp_path / "second link").symlink_to("link to it")
    pack.faults({"slim": {"exit": 5, "stdout": "out\n", "stderr": "err\n"}})
    done = subprocess.run(
        [tmp_path / "second link", "slim", "a b", "--json", ""],
        env=pack.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (5, "out\n", "err\n")
    assert [call["argv"] for call in pack.calls()] == [["slim", "a b", "--json", ""]]


def test_the_command_says_what_it_needs(pack: Buildpack, tmp_path: Path) -> None:
    ran = pack.run("slugfit", "plan", PATH=without_python(tmp_path / "tools"))
    assert (ran.code, ran.out) == (1, "")
    assert "Slugfit needs Python 3.10 or newer" in ran.err


def test_the_command_is_the_engines(pack: Buildpack) -> None:
    ran = pack.run("slugfit", "plan", pack.build / "nothing")
    assert (ran.code, ran.out) == (7, "")
    assert ran.err.startswith("slugfit: ")
