"""bin/compile builds and slims, or only slims."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from buildpacks import MARK, Buildpack, fake_upstream, tree

if TYPE_CHECKING:
    from pathlib import Path


def test_wrap_mode_builds_and_then_slims(wrapping: Buildpack) -> None:
    (wrapping.build / "app.py").touch()
    ran = wrapping.compile()
    assert (ran.code, ran.err) == (0, "")
    lines = [line for line in ran.out.splitlines() if line.startswith("----->")]
    folder = wrapping.build.parent / "an upstream"
    assert lines == [
        "-----> Slugfit: building with the wrapped Python buildpack, because none has run before",
        f"-----> Wrapping the buildpack in the folder {folder}",
        "-----> fake upstream: compile one",
        "-----> Slimmed",
    ]
    assert wrapping.commands() == [
        *("config", "models", "prepare", "settle", "slim", "environment"),
    ]
    slim = wrapping.arguments("slim")
    build, env, cache = (str(path) for path in (wrapping.build, wrapping.env, wrapping.cache))
    assert slim[:-1] == [
        *("slim", build, "--env-dir", env, "--cache-dir", cache, "--build-log"),
        *("--slugignore-applied", "--started"),
    ]
    assert slim[-1].isdecimal()


def test_chain_mode_only_slims(chaining: Buildpack, tmp_path: Path) -> None:
    chaining.config(SLUGFIT_UPSTREAM=str(fake_upstream(tmp_path / "an upstream")))
    ran = chaining.compile()
    assert (ran.code, ran.err) == (0, "")
    assert "-----> Slugfit: slimming only, because heroku/python has already built" in ran.out
    assert not (chaining.build / "upstream.args").exists()
    assert not (chaining.root / ".upstream").exists()
    assert "slim" in chaining.commands()


@pytest.mark.usefixtures("idle")
@pytest.mark.parametrize("script", ["compile", "test-compile"])
def test_a_second_slugfit_in_one_build_says_so_and_does_nothing(
    wrapping: Buildpack, script: str
) -> None:
    assert wrapping.compile().code == 0
    before = (tree(wrapping.build), tree(wrapping.root))
    mark = dict(line.split("=") for line in MARK.removeprefix("export ").splitlines())
    ran = wrapping.run(script, wrapping.build, wrapping.cache, wrapping.env, **mark)
    assert (ran.code, ran.err) == (0, "")
    assert "Slugfit is among the app's buildpacks twice." in ran.out
    assert "heroku buildpacks:remove --index NUMBER" in ran.out
    assert (tree(wrapping.build), tree(wrapping.root)) == before


@pytest.mark.usefixtures("idle")
def test_who_wraps_is_told_once_where_heroku_python_belongs(wrapping: Buildpack) -> None:
    told = "heroku buildpacks:remove heroku/python\n"
    wrapping.config(FAKE_EXIT="1")
    assert told in wrapping.compile().out
    wrapping.config(FAKE_EXIT="0")
    assert told in wrapping.compile().out
    (wrapping.cache / "slugfit/report.json").touch()
    assert told not in wrapping.compile().out


@pytest.mark.usefixtures("idle")
def test_the_apps_own_hook_is_told_that_the_buildpack_slims(wrapping: Buildpack) -> None:
    assert wrapping.compile().code == 0
    assert wrapping.passed_on()["WRAPPED_BY_SLUGFIT"] == "1"


@pytest.mark.usefixtures("idle")
def test_a_python_that_came_with_the_source_is_for_the_wrapped_buildpack_to_judge(
    chaining: Buildpack, tmp_path: Path
) -> None:
    chaining.config(SLUGFIT_UPSTREAM=str(fake_upstream(tmp_path / "an upstream")))
    chaining.environment.pop("PYTHONHOME")
    assert "-----> fake upstream: compile" in chaining.compile().out


@pytest.mark.usefixtures("idle")
def test_the_wrapped_buildpacks_exit_code_is_the_builds(wrapping: Buildpack) -> None:
    wrapping.config(FAKE_EXIT="37")
    assert wrapping.compile().code == 37
    assert "slim" not in wrapping.commands()


def test_the_cache_stays_as_the_wrapped_buildpack_wrote_it(wrapping: Buildpack) -> None:
    wrapping.compile()
    others = {name for name in tree(wrapping.cache) if not name.startswith("slugfit/")}
    assert others == {".heroku/python-version", ".heroku/python/installed"}
