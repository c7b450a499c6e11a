"""What an exit code of the engine's means for the build."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from buildpacks import IDLE, Buildpack, Ran

if TYPE_CHECKING:
    from collections.abc import Mapping

    from buildpacks import Faults

pytestmark = pytest.mark.usefixtures("idle")


@pytest.mark.parametrize(
    ("code", "says"),
    [
        (2, "its configuration has errors"),
        (3, "over the limit"),
        (4, "could not be put back"),
        (5, "could not be verified"),
    ],
)
def test_the_engines_verdicts_stop_the_build(chaining: Buildpack, code: int, says: str) -> None:
    slim = {"exit": code, "stdout": "the report\n", "stderr": "why\n"}
    chaining.faults({"slim": slim}, IDLE)
    ran = chaining.compile()
    assert (ran.code, ran.err) == (code, "")
    assert "the report\nwhy\n" in ran.out
    assert " !     The build stops here: " in ran.out
    assert says in ran.out


@pytest.mark.parametrize(
    ("step", "says"),
    [
        ({"exit": 1, "stderr": "Traceback\n"}, "failed (exit code 1)"),
        ({"exit": 11}, "had no time left"),
        ({"exit": 70}, "failed (exit code 70)"),
        ({"signal": 9}, "was killed (signal 9: most often too little memory)"),
        ({"signal": 15}, "was stopped by signal 15 (SIGTERM)"),
    ],
)
def test_a_failed_engine_is_undone_and_ships_unslimmed(
    chaining: Buildpack, step: Mapping[str, object], says: str
) -> None:
    chaining.faults({"slim": step, "environment": {"files": {"profile": "A=1\n"}}}, IDLE)
    ran = chaining.compile()
    assert (ran.code, ran.err) == (0, "")
    assert f" !     Slugfit {says}. The app is as it was before, and ships unslimmed." in ran.out
    assert chaining.commands() == [*("config", "models", "slim", "conclude", "environment")]
    # The shell's own remark about a killed child, with its whole command line.
    assert "slim.sh" not in ran.out
    assert (chaining.build / ".profile.d/slugfit.sh").read_text() == "A=1\n"


@pytest.mark.parametrize("code", [1, 4])
def test_what_is_concluded_is_the_end_of_the_build(chaining: Buildpack, code: int) -> None:
    conclude = {"exit": code, "stdout": "stash kept in .stash\n"}
    chaining.faults({"slim": {"signal": 9}, "conclude": conclude}, IDLE)
    ran = chaining.compile()
    assert (ran.code, ran.err) == (code, "")
    assert " !     stash kept in .stash\n" in ran.out


def test_an_engine_that_cannot_conclude_stops_the_build(chaining: Buildpack) -> None:
    chaining.faults({"slim": {"signal": 9}, "conclude": {"signal": 9}}, IDLE)
    ran = chaining.compile()
    assert (ran.code, ran.err) == (4, "")
    assert "could not be put back as it was" in ran.out


# Only the configuration is read by the real engine.
QUIET: Faults = {"models": {}, "environment": {}}


@pytest.mark.parametrize("value", ["1", "true", "True", "yes", "on"])
def test_strict_stops_the_build_when_the_engine_fails(chaining: Buildpack, value: str) -> None:
    chaining.config(SLUGFIT_STRICT=value)
    chaining.faults({"slim": {"signal": 9}}, QUIET)
    ran = chaining.compile()
    assert (ran.code, ran.err) == (1, "")
    assert "the build stops because SLUGFIT_STRICT is on" in ran.out


@pytest.mark.parametrize("value", ["", "0", "false", "False", "no", "off"])
def test_strict_can_be_switched_off(chaining: Buildpack, value: str) -> None:
    chaining.config(SLUGFIT_STRICT=value)
    chaining.faults({"slim": {"exit": 1}}, QUIET)
    assert chaining.compile().code == 0


def test_what_a_killed_engine_left_is_put_back(chaining: Buildpack) -> None:
    work = chaining.build / ".slugfit/1"
    (work / "old").mkdir(parents=True)
    (work / "old/app.py").touch()
    journal = {"version": 1, "removed": ["app.py"], "written": [], "emptied": []}
    (work / "journal.json").write_text(json.dumps(journal))
    (chaining.build / "main.py").touch()
    chaining.faults({"slim": {"signal": 9}})
    ran = chaining.compile()
    assert (ran.code, ran.err) == (0, "")
    assert " !     Slugfit was killed (signal 9" in ran.out
    assert (chaining.build / "app.py").exists()
    assert not work.exists()
    assert "export PYTHONUNBUFFERED=" in (chaining.build / ".profile.d/slugfit.sh").read_text()


@pytest.mark.parametrize("script", ["compile", "test-compile"])
@pytest.mark.parametrize("mode", ["wrapping", "chaining"])
def test_models_are_fetched_before_anything_is_built(
    request: pytest.FixtureRequest, script: str, mode: str
) -> None:
    pack: Buildpack = request.getfixturevalue(mode)
    pack.faults({"models": {"stdout": "-----> Models\n       a.onnx\n"}}, IDLE)
    ran = pack.run(script, pack.build, pack.cache, pack.env)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("-----> Models\n       a.onnx\n-----> Slugfit: ")
    (asked,) = (call["argv"] for call in pack.calls() if call["argv"][0] == "models")  # type: ignore[index]
    build, env, cache = (str(path) for path in (pack.build, pack.env, pack.cache))
    assert asked == ["models", build, "--env-dir", env, "--cache-dir", cache, "--build-log"]


@pytest.mark.parametrize(
    ("code", "says"),
    [
        (2, "its configuration has errors"),
        (10, "a model that pyproject.toml asks for could not be fetched"),
    ],
)
def test_a_model_that_cannot_be_had_stops_the_build(
    wrapping: Buildpack, code: int, says: str
) -> None:
    models = {"exit": code, "stdout": "       a.onnx\n", "stderr": "what\n  why\n"}
    wrapping.faults({"models": models}, IDLE)
    ran = wrapping.compile()
    told = f" !     what\n !       why\n !     The build stops here: {says}.\n"
    assert ran == Ran(code, f"       a.onnx\n\n{told}\n", "")
    assert not (wrapping.build / "upstream.args").exists()


@pytest.mark.parametrize(
    ("step", "says"),
    [
        ({"exit": 1, "stderr": "boom\n"}, "failed (exit code 1)"),
        ({"signal": 9}, "was killed (signal 9: most often too little memory)"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_an_engine_that_fails_over_models_stops_the_apps_that_have_some(
    wrapping: Buildpack, step: Mapping[str, object], says: str, encoding: str
) -> None:
    wrapping.faults({"models": step}, IDLE)
    ran = wrapping.compile()
    assert (ran.code, ran.err) == (0, "")
    assert f" !     Slugfit {says} and could not look for models; the build goes on." in ran.out
    asked = '[[tool.slugfit.models]]\nurl = "https://models.example/a"\npath = "a"\n'
    (wrapping.build / "pyproject.toml").write_text(asked, encoding)
    ran = wrapping.compile()
    assert (ran.code, ran.err) == (10, "")
    assert f" !     Slugfit {says} and could not look for models; the build stops," in ran.out
