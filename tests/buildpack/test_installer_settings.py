"""Config vars for the installer: which of them reach it, and how."""

from __future__ import annotations

import json
import os

import pytest

from buildpacks import CANARY, Buildpack

pytestmark = pytest.mark.usefixtures("idle")

PASSED = [
    "CFLAGS", "CMAKE_ARGS", "CMAKE_BUILD_PARALLEL_LEVEL", "CPPFLAGS", "CXXFLAGS", "FFLAGS",
    "LDFLAGS", "MAKEFLAGS", "MAX_JOBS", "PIPENV_PYPI_MIRROR", "PIP_CONSTRAINT",
    "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_INDEX_URL", "PIP_NO_BINARY",
    "PIP_ROOT_USER_ACTION", "PIP_SRCX", "PIP_USER_AGENT_USER_DATA",
    "POETRY_HTTP_BASIC_MINE_PASSWORD", "POETRY_INSTALLER_NO_BINARY",
    "POETRY_REPOSITORIES_A_URL", "RUSTFLAGS", "UV_COMPILE_BYTECODE", "UV_DEFAULT_INDEX",
    "UV_INDEX_MINE_PASSWORD", "UV_NO_BINARY", "UV_NO_CACHE", "UV_TORCH_BACKEND",
]  # fmt: skip
KEPT_BACK = [
    "BUILD_DIR", "CACHE_DIR", "CFLAGS_X", "CMAKE_", "CPATH", "DATABASE_URL", "ENV_DIR", "GIT_DIR",
    "IFS", "LD_LIBRARY_PATH", "LD_PRELOAD", "MAX_JOBS_X", "MYPIP_INDEX_URL", "PATH_X", "PIP",
    "PIPENV_X", "PIP_", "PIP_CACHE_DIR", "PIP_PREFIX", "PIP_PYTHON", "PIP_REQUIREMENT",
    "PIP_REQUIREMENTS_FILE", "PIP_REQUIRE_VIRTUALENV", "PIP_ROOT", "PIP_SRC", "PIP_TARGET",
    "PIP_USER", "PIP_VERSION", "POETRY_CACHE_DIR", "POETRY_CONFIG_DIR", "POETRY_DATA_DIR",
    "POETRY_HOME", "POETRY_PYPI_TOKEN_PYPI", "POETRY_PYTHON_INSTALLATION_DIR", "POETRY_VERSION",
    "POETRY_VIRTUALENVS_CREATE", "POETRY_VIRTUALENVS_IN_PROJECT", "PYTHONPATH", "SECRET_KEY",
    "SLUGFIT_LIMIT", "UV_ACTIVE", "UV_CACHE_DIR", "UV_LINK_MODE", "UV_MANAGED_PYTHON",
    "UV_NO_MANAGED_PYTHON", "UV_PROJECT", "UV_PROJECT_ENVIRONMENT", "UV_PUBLISH_TOKEN",
    "UV_PYTHON", "UV_PYTHON_DOWNLOADS", "UV_PYTHON_INSTALL_DIR", "UV_SYSTEM_PYTHON", "UV_TARGET",
    "UV_TOOL_DIR", "UV_VENV_CLEAR", "UV_WORKING_DIR", "XPIP_A", "cflags", "pip_index_url",
    "PIP-DASH", "PIP_A B", "PIP_A=B", "PIP_Ä", "1PIP_X", "-PIP_X", "*",
]  # fmt: skip


def test_the_allow_list_of_config_vars(wrapping: Buildpack) -> None:
    before = {name: f"before {name}" for name in ("LD_PRELOAD_X", "PATH_Y")}
    for name in [*PASSED, *KEPT_BACK]:
        (wrapping.env / name).write_text(f"{CANARY} value of {name}\n\n")
    ran = wrapping.compile(**before)
    assert (ran.code, ran.err) == (0, "")
    passed = wrapping.passed_on()
    for name in PASSED:
        assert passed[name] == f"{CANARY} value of {name}"
    for name in KEPT_BACK:
        assert CANARY not in passed.get(name, ""), name
    assert {name: passed[name] for name in before} == before
    assert (passed["STACK"], passed["PATH"]) == ("heroku-24", wrapping.environment["PATH"])
    line = next(line for line in ran.out.splitlines() if "Installer settings:" in line)
    assert line.split(": ")[1].split(";")[0].split() == sorted(PASSED)


def test_the_platforms_own_variables_never_come_from_config_vars(wrapping: Buildpack) -> None:
    wrapping.config(PATH="/nowhere", STACK="heroku-18", HOME="/nowhere", BUILD_DIR="/nowhere")
    assert wrapping.compile().code == 0
    passed = wrapping.passed_on()
    assert passed["PATH"] == wrapping.environment["PATH"]
    assert (passed["STACK"], passed["HOME"]) == ("heroku-24", wrapping.environment["HOME"])
    assert "BUILD_DIR" not in passed


def test_the_engine_does_not_get_the_installers_settings(wrapping: Buildpack) -> None:
    wrapping.config(PIP_INDEX_URL=CANARY)
    wrapping.compile()
    for call in wrapping.calls():
        assert CANARY not in json.dumps(call)
        assert "PIP_DISABLE_PIP_VERSION_CHECK" not in json.dumps(call)


@pytest.mark.parametrize(
    "value", ["-O3 -march=native", "  two  ", "a\nb", "$(touch x) `id` \\ ' \"", "é\u20ac", ""]
)
def test_values_arrive_as_they_are(wrapping: Buildpack, value: str) -> None:
    wrapping.config(CFLAGS=value + "\n")
    wrapping.compile()
    assert wrapping.passed_on()["CFLAGS"] == value


def test_what_no_variable_can_hold_is_named_and_left_out(wrapping: Buildpack) -> None:
    (wrapping.env / "PIP_A").write_bytes(f"{CANARY}\0x".encode())
    (wrapping.env / "PIP_B").write_text(CANARY * 20000)
    (wrapping.env / "PIP_C").mkdir()
    (wrapping.env / "PIP_D").symlink_to("nowhere")
    ran = wrapping.compile()
    assert (ran.code, ran.err) == (0, "")
    assert " !     The config var PIP_A has a zero byte in it" in ran.out
    assert " !     The config var PIP_B is longer than an environment variable can be" in ran.out
    assert " !     The config var PIP_C cannot be read; it is not passed on." in ran.out
    assert " !     The config var PIP_D cannot be read; it is not passed on." in ran.out
    assert not {"PIP_A", "PIP_B", "PIP_C", "PIP_D"} & wrapping.passed_on().keys()


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_a_config_var_without_permission_to_read_it_is_left_out(wrapping: Buildpack) -> None:
    wrapping.config(PIP_A=CANARY)
    (wrapping.env / "PIP_A").chmod(0)
    assert "The config var PIP_A cannot be read" in wrapping.compile().out


DEFAULTS = {
    "CMAKE_BUILD_TYPE": "Release",
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
}


def test_build_defaults(wrapping: Buildpack) -> None:
    ran = wrapping.compile()
    assert wrapping.passed_on().items() >= DEFAULTS.items()
    assert f"Installer settings: no config vars; by default {' '.join(sorted(DEFAULTS))}" in ran.out


def test_no_default_changes_which_versions_are_installed(wrapping: Buildpack) -> None:
    wrapping.compile()
    assert "PIP_PREFER_BINARY" not in wrapping.passed_on()
    wrapping.config(PIP_PREFER_BINARY="1")
    assert "Installer settings: PIP_PREFER_BINARY;" in wrapping.compile().out
    assert wrapping.passed_on()["PIP_PREFER_BINARY"] == "1"


@pytest.mark.parametrize("name", sorted(DEFAULTS))
def test_build_defaults_give_way(wrapping: Buildpack, name: str) -> None:
    wrapping.compile(**{name: ""})
    assert wrapping.passed_on()[name] == ""
    wrapping.config(**{name: "theirs"})
    wrapping.compile()
    assert wrapping.passed_on()[name] == "theirs"


def test_cmake_cxx_flags_arrive_where_cmake_reads_them(wrapping: Buildpack) -> None:
    wrapping.config(CMAKE_CXX_FLAGS="-O3")
    ran = wrapping.compile()
    assert wrapping.passed_on()["CXXFLAGS"] == "-O3"
    assert "CMAKE_CXX_FLAGS is passed on as CXXFLAGS" in ran.out
    ran = wrapping.compile(CXXFLAGS="-O1")
    assert wrapping.passed_on()["CXXFLAGS"] == "-O1"
    assert "is passed on as" not in ran.out
    wrapping.config(CXXFLAGS="-O2")
    wrapping.compile()
    assert wrapping.passed_on()["CXXFLAGS"] == "-O2"
