"""Which Python runs the engine, and in what environment."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from buildpacks import Buildpack, executable

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("idle")


def test_the_engine_runs_isolated(wrapping: Buildpack) -> None:
    wrapping.compile(PYTHONPATH="/nowhere", PYTHONHOME="/nowhere", PYTHONWARNINGS="error")
    for call in wrapping.calls():
        assert call["flags"] == [1, 1, 1]
        environment = call["env"]
        assert isinstance(environment, dict)
        assert not {"PYTHONPATH", "PYTHONHOME"} & environment.keys()


def engine_environment(pack: Buildpack, command: str) -> dict[str, str]:
    for call in pack.calls():
        argv, environment = call["argv"], call["env"]
        if isinstance(argv, list) and isinstance(environment, dict) and argv[0] == command:
            return environment
    raise AssertionError(command)


def test_the_apps_own_interpreter_runs_the_engine_with_its_own_libraries(
    chaining: Buildpack,
) -> None:
    assert chaining.compile().code == 0
    environment = engine_environment(chaining, "slim")
    assert environment["OWN_PYTHON"] == "yes"
    own = chaining.build / ".heroku/python/lib"
    assert environment["LD_LIBRARY_PATH"] == f"{own}:/opt/elsewhere"


def test_the_machines_interpreter_never_sees_the_apps_libraries(chaining: Buildpack) -> None:
    executable(chaining.build / ".heroku/python/bin/python", "#!/bin/sh\nexit 1\n")
    assert chaining.compile().code == 0
    environment = engine_environment(chaining, "slim")
    assert "OWN_PYTHON" not in environment
    assert environment["LD_LIBRARY_PATH"] == "/opt/elsewhere"


def test_a_python_that_does_not_start_or_is_too_old_is_passed_over(
    chaining: Buildpack, tmp_path: Path
) -> None:
    executable(chaining.build / ".heroku/python/bin/python", "#!/bin/sh\nexit 1\n")
    first = tmp_path / "shims"
    executable(first / "python3", "#!/bin/sh\necho 'command not found' >&2\nexit 127\n")
    executable(first / "python3.12", f'#!/bin/sh\nSHIM=12 exec "{sys.executable}" "$@"\n')
    # As an older interpreter answers the question whether it is at least 3.10.
    executable(first / "python3.14", "#!/bin/sh\nexit 1\n")
    executable(first / "python3.13", "#!/bin/sh\nexit 1\n")
    assert chaining.compile(PATH=f"{first}:{chaining.environment['PATH']}").code == 0
    assert engine_environment(chaining, "slim")["SHIM"] == "12"
