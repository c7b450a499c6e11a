"""The configuration is checked before any work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from buildpacks import IDLE, Buildpack, without_python

if TYPE_CHECKING:
    from pathlib import Path


def test_bad_configuration_stops_before_any_work(wrapping: Buildpack) -> None:
    wrapping.config(SLUGFIT_LIMIT="x", SLUGFIT_LEVEL="y")
    ran = wrapping.compile()
    assert (ran.code, ran.err) == (2, "")
    assert ran.out.startswith("\n !     ")
    assert ran.out.endswith("\n\n")
    assert {line[:7].rstrip() for line in ran.out.splitlines()} == {"", " !"}
    assert "SLUGFIT_LIMIT is 'x'" in ran.out
    assert "SLUGFIT_LEVEL is 'y'" in ran.out
    assert not (wrapping.build / "upstream.args").exists()
    assert wrapping.commands() == ["config", "conclude"]


def test_an_engine_that_cannot_read_the_configuration_stops_no_deploy(wrapping: Buildpack) -> None:
    wrapping.faults({"config": {"exit": 1, "stderr": "boom\n"}}, IDLE)
    ran = wrapping.compile()
    assert ran.code == 0
    assert "(exit code 1) and could not check its configuration; the build goes on." in ran.out
    assert (wrapping.build / "upstream.args").exists()


def test_an_engine_that_is_broken_stops_no_deploy(wrapping: Buildpack) -> None:
    (wrapping.root / "lib/slugfit/__main__.py").write_text("syntax error here")
    ran = wrapping.compile()
    # Nothing can tell whether the app is whole when not even `conclude` starts.
    assert ran.code == 4
    assert (wrapping.build / "upstream.args").exists()


def test_no_python_at_all_is_told_before_any_work(wrapping: Buildpack, tmp_path: Path) -> None:
    ran = wrapping.compile(PATH=without_python(tmp_path / "tools"))
    assert (ran.code, ran.err) == (1, "")
    assert " !     Slugfit needs Python 3.10 or newer, and found none." in ran.out
    assert not (wrapping.build / "upstream.args").exists()
