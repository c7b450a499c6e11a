from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Literal

import pytest

from slugfit.catalog.variables import HEAVY, VARIABLES, Variable
from slugfit.deploy.process_variables import applying_variables, export_script, profile_script
from trees import Content, plant, slug

if TYPE_CHECKING:
    from pathlib import Path


Form = Literal["profile", "export"]
SECRET = "canary-7f3a"  # noqa: S105 - it stands for one


def written(root: Path, form: Form, *installed: str, **variables: str) -> str:
    files: dict[str, Content] = {f"{name}-1.0.dist-info/METADATA": "" for name in installed}
    chosen = applying_variables(plant(root, slug(files)), variables)
    return {"profile": profile_script, "export": export_script}[form](chosen)


def sourced(text: str, **variables: str) -> dict[str, str]:
    """The environment after a shell has read the script, less what every shell sets."""
    done = subprocess.run(
        ["sh", "-eu", "-c", f"{text}\nenv -0"],
        env={"PATH": "/usr/bin:/bin", **variables},
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stderr == ""
    pairs = (item.partition("=") for item in done.stdout.split("\0") if item)
    return {name: value for name, _, value in pairs if name not in ("PATH", "PWD", "SHLVL", "_")}


# What is installed, and what the app's processes get.
APPS: dict[str, tuple[tuple[str, ...], dict[str, str]]] = {
    "nothing": ((), {"PYTHONUNBUFFERED": "1"}),
    "a server": (("Gunicorn", "flask"), {"PYTHONUNBUFFERED": "1", "MALLOC_ARENA_MAX": "2"}),
    "TensorFlow": (("tensorflow_cpu",), {"PYTHONUNBUFFERED": "1", "TF_CPP_MIN_LOG_LEVEL": "2"}),
    "something that sounds like it": (("tensorflow_hub", "gunicorn_x"), {"PYTHONUNBUFFERED": "1"}),
}


@pytest.mark.parametrize("form", ["profile", "export"])
@pytest.mark.parametrize(("installed", "expected"), APPS.values(), ids=APPS)
def test_variables_are_set_where_something_reads_them(
    tmp_path: Path, installed: tuple[str, ...], expected: dict[str, str], form: Form
) -> None:
    assert sourced(written(tmp_path, form, *installed)) == expected


@pytest.mark.parametrize("form", ["profile", "export"])
@pytest.mark.parametrize("variable", VARIABLES, ids=lambda variable: variable.name)
@pytest.mark.parametrize("value", ["5", ""], ids=["set", "set to nothing"])
def test_what_the_user_has_set_stays(
    tmp_path: Path, variable: Variable, value: str, form: Form
) -> None:
    text = written(tmp_path, form, *variable.packages[:1])
    assert sourced(text, **{variable.name: value})[variable.name] == value
    named = written(tmp_path, form, *variable.packages[:1], **{variable.name: value})
    assert variable.name not in named


@pytest.mark.parametrize("form", ["profile", "export"])
def test_no_value_of_a_config_var_is_written(tmp_path: Path, form: Form) -> None:
    names = {variable.name: SECRET for variable in VARIABLES}
    text = written(
        tmp_path, form, "torch", "gunicorn", OTHER=SECRET, WEB_CONCURRENCY=SECRET, **names
    )
    assert SECRET not in text


# WEB_CONCURRENCY's part: what the platform says, and how many processes come of it.
DYNOS = {
    "the buildpack's choice on a small dyno": ("heroku/python", "512", "1"),
    "the buildpack's choice on a large dyno": ("heroku/python", "2560", "9"),
    "somebody else's choice": ("me", "512", "9"),
    "nobody's choice": (None, "512", "9"),
    "a dyno of unknown size": ("heroku/python", None, "1"),
}


@pytest.mark.parametrize(("by", "memory", "processes"), DYNOS.values(), ids=DYNOS)
@pytest.mark.parametrize("package", HEAVY)
def test_one_process_where_two_models_do_not_fit(
    tmp_path: Path, package: str, by: str | None, memory: str | None, processes: str
) -> None:
    given = {"WEB_CONCURRENCY": "9", "WEB_CONCURRENCY_SET_BY": by, "DYNO_RAM": memory}
    variables = {name: value for name, value in given.items() if value is not None}
    text = written(tmp_path, "profile", package.replace("-", "_"))
    assert sourced(text, **variables)["WEB_CONCURRENCY"] == processes


def test_the_number_of_processes_is_left_alone_without_a_model(tmp_path: Path) -> None:
    assert "WEB_CONCURRENCY" not in written(tmp_path, "profile", "flask")
    assert "WEB_CONCURRENCY" not in written(tmp_path, "profile", "torch", WEB_CONCURRENCY="3")
    assert "WEB_CONCURRENCY" not in written(tmp_path, "export", "torch")


def test_the_profile_says_who_wrote_it_and_why(tmp_path: Path) -> None:
    text = written(tmp_path, "profile", "gunicorn")
    assert text.startswith("# Written by Slugfit. A config var of the same name wins.\n")
    assert all(variable.reason in text for variable in VARIABLES if "gunicorn" in variable.packages)
    assert "#" not in written(tmp_path, "export", "gunicorn")


def test_variables_that_do_nothing_are_not_set() -> None:
    names = {variable.name for variable in VARIABLES}
    assert names.isdisjoint({"TF_DISABLE_MKL", "TRANSFORMERS_CACHE", "PYTHONOPTIMIZE"})
