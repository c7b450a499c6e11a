"""bin/test-compile: Heroku CI's build."""

from __future__ import annotations

from typing import TYPE_CHECKING

from buildpacks import CANARY, MARK, Buildpack

if TYPE_CHECKING:
    from pathlib import Path


def test_test_builds_install_and_do_not_slim(wrapping: Buildpack) -> None:
    wrapping.config(PIP_INDEX_URL=CANARY)
    ran = wrapping.run("test-compile", wrapping.build, wrapping.cache, wrapping.env)
    assert (ran.code, ran.err) == (0, "")
    assert "test builds are not slimmed" in ran.out
    assert (wrapping.build / "upstream.script").read_text() == "test-compile\n"
    assert wrapping.passed_on()["PIP_INDEX_URL"] == CANARY
    assert wrapping.commands() == ["config", "models", "prepare", "settle"]
    assert (wrapping.root / "export").read_text() == f"export FROM_UPSTREAM=yes\n{MARK}"


def test_test_builds_after_heroku_python_have_nothing_to_do(chaining: Buildpack) -> None:
    ran = chaining.run("test-compile", chaining.build, chaining.cache, chaining.env)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("-----> Slugfit: nothing to do")
    assert chaining.commands() == ["config", "models"]


def test_a_wrapped_buildpack_without_test_compile_is_told(
    wrapping: Buildpack, tmp_path: Path
) -> None:
    (tmp_path / "an upstream/bin/test-compile").unlink()
    ran = wrapping.run("test-compile", wrapping.build, wrapping.cache, wrapping.env)
    assert ran.code == 1
    assert "Reason: it has no bin/test-compile that can be run" in ran.out
