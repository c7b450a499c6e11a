from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest

from pythons import settings
from slugfit.base.errors import UsageError
from slugfit.settings.config import read_config
from slugfit.wrapping.pipfile import pipenv_python
from slugfit.wrapping.prepare import Prepared, prepare_app
from slugfit.wrapping.requirements import (
    check_requirements,
    requirements_closure,
    requirements_text,
)
from trees import Content, Link, plant

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


# What a line includes: hits and near-misses.
LINES = {
    "-r base.txt": "base.txt",
    "-rbase.txt": "base.txt",
    "-c limits.txt": "limits.txt",
    "--requirement base.txt": "base.txt",
    "--requirement=base.txt": "base.txt",
    "--constraint   limits.txt": "limits.txt",
    "-r 'my file.txt'": "my file.txt",
    "-r base.txt  # why": "base.txt",
    "-r \\\nbase.txt": "base.txt",
    "   -r base.txt": "base.txt",
    "\ufeff-r base.txt": "base.txt",
    "# -r base.txt": None,
    "flask # -r base.txt": None,
    "-r https://user:secret@index.example/base.txt": None,
    "-r file:///base.txt": None,
    "--require-hashes": None,
    "--requirements base.txt": None,
    "-e ./base.txt": None,
    "-i https://index.example/simple": None,
    "-r 'base.txt": None,
    "-r": None,
    "flask -r": None,
    "": None,
}


@pytest.mark.parametrize(("line", "name"), LINES.items())
def test_what_a_line_includes(tmp_path: Path, line: str, name: str | None) -> None:
    plant(tmp_path, {"a.txt": f"{line}\n"})
    found = [item.path for item in requirements_closure(tmp_path, "a.txt")]
    assert found == ["a.txt", *([name] if name else [])]


def test_includes_are_followed_from_where_they_stand_and_read_once(tmp_path: Path) -> None:
    files = {
        "requirements/prod.txt": "-r base.txt\n-c ../limits.txt\n-r gone.txt\n-r ../../out.txt\n",
        "requirements/base.txt": "-r prod.txt\n-r deep/more.txt\nflask\n",
        "requirements/deep/more.txt": "-c ../../limits.txt\n",
        "limits.txt": "idna<4\n",
    }
    app = plant(tmp_path / "app", dict(files))
    (tmp_path / "out.txt").write_text("secret\n")
    found = {item.path: item.digest for item in requirements_closure(app, "requirements/prod.txt")}
    there = {name: digest(text) for name, text in files.items()}
    assert found == {**there, "requirements/gone.txt": ""}


def test_a_link_out_of_the_app_is_not_read(tmp_path: Path) -> None:
    app = plant(tmp_path / "app", {"a.txt": "-r b.txt\n", "b.txt": Link("../secret")})
    (tmp_path / "secret").write_text("x\n")
    assert requirements_closure(app, "a.txt")[1].digest == ""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_every_encoding_that_pip_reads(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "requirements.txt").write_bytes("é==1\n-r b.txt\n".encode(encoding))
    found = requirements_closure(tmp_path, "requirements.txt")
    assert [item.path for item in found] == ["requirements.txt", "b.txt"]
    text = requirements_text(tmp_path, "requirements.txt").decode(encoding)
    assert text.startswith("é==1\n-r b.txt\n\n# Written by Slugfit")
    assert text.endswith("# sha256:not in the app  'b.txt'\n")


def test_the_stand_in_changes_when_any_file_does(tmp_path: Path) -> None:
    plant(tmp_path, {"a b.txt": "-r b.txt\n", "b.txt": "flask\n"})
    first = requirements_text(tmp_path, "a b.txt").decode()
    assert first.splitlines()[1] == "-r 'a b.txt'"
    assert first == requirements_text(tmp_path, "a b.txt").decode()
    plant(tmp_path, {"b.txt": "flask<4\n"})
    assert first != requirements_text(tmp_path, "a b.txt").decode()


WRONG = {
    "gone.txt": "no such file",
    "folder": "It is a folder",
    "out.txt": "leads out of the app, or nowhere",
    "dangling.txt": "leads out of the app, or nowhere",
    "uv.lock": "a file of uv's, which pip cannot read",
    "pylock.toml": "a lock file, which pip cannot read where",
    "locks/pylock.web.toml": "a lock file, which pip cannot read where",
}


@pytest.mark.parametrize(("name", "why"), WRONG.items())
def test_a_file_that_cannot_be_used_is_one_clear_error(tmp_path: Path, name: str, why: str) -> None:
    links: dict[str, Content] = {"out.txt": Link("../x"), "dangling.txt": Link("nowhere")}
    app = plant(tmp_path / "app", {"folder/a": "", "uv.lock": "", **links})
    (tmp_path / "x").write_text("")
    with pytest.raises(UsageError) as caught:
        check_requirements(app, name)
    assert name in caught.value.what
    assert why in caught.value.why
    assert "requirements-heroku.txt" in caught.value.todo


@pytest.mark.parametrize("name", ["requirements.txt", "a/b.txt", "link.txt"])
def test_files_that_can_be_used(tmp_path: Path, name: str) -> None:
    app = plant(tmp_path, {"requirements.txt": "", "a/b.txt": "", "link.txt": Link("a/b.txt")})
    check_requirements(app, name)


# The settings' values


@pytest.mark.parametrize(
    "value",
    ["/etc/x", "../x", "a/../../x", "https://user:canary@index.example/r.txt", "a\nb", "a #b",
     "${HOME}.txt", "."],
)  # fmt: skip
@pytest.mark.parametrize("name", ["SLUGFIT_REQUIREMENTS", "PIP_REQUIREMENTS_FILE"])
def test_paths_that_are_none_of_the_apps(name: str, value: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_config({name: value})
    assert f"- {name} is " in caught.value.what
    assert "canary" not in caught.value.what


def test_the_alias_loses_against_the_name() -> None:
    project = '[tool.slugfit]\nrequirements = "c.txt"\n'
    both = {"PIP_REQUIREMENTS_FILE": "./b.txt", "SLUGFIT_REQUIREMENTS": "a.txt"}
    assert read_config(both, project).requirements == "a.txt"
    del both["SLUGFIT_REQUIREMENTS"]
    assert read_config(both, project).requirements == "b.txt"
    assert read_config({}, project).requirements == "c.txt"


# Python's version


def lock(**fields: str) -> str:
    return json.dumps({"_meta": {"requires": fields}, "default": {}})


PYTHONS: dict[str, tuple[dict[str, Content], str | None]] = {
    "the lock's": ({"Pipfile.lock": lock(python_version="3.11")}, "3.11"),
    "the lock's full one first": (
        {"Pipfile.lock": lock(python_version="3.11", python_full_version="3.11.4")},
        "3.11.4",
    ),
    "the lock before the Pipfile": (
        {
            "Pipfile.lock": lock(python_version="3.11"),
            "Pipfile": '[requires]\npython_version = "3.12"\n',
        },
        "3.11",
    ),
    "a lock without": (
        {"Pipfile.lock": lock(), "Pipfile": '[requires]\npython_version="3.12"'},
        None,
    ),
    "a Pipfile alone": ({"Pipfile": "[packages]\n[requires]\npython_version = '3.12'\n"}, "3.12"),
    "another table": ({"Pipfile": '[requires]\n[other]\npython_version = "3.12"\n'}, None),
    "runtime.txt decides": (
        {"Pipfile.lock": lock(python_version="3.11"), "runtime.txt": "python-3.13"},
        None,
    ),
    ".python-version decides": (
        {"Pipfile.lock": lock(python_version="3.11"), ".python-version": "3.13"},
        None,
    ),
    "no JSON": ({"Pipfile.lock": "<<<<<<<"}, None),
    "other JSON": ({"Pipfile.lock": "[1]"}, None),
    "uv": ({"uv.lock": 'requires-python = ">=3.12"'}, None),
}


@pytest.mark.parametrize(("files", "version"), PYTHONS.values(), ids=PYTHONS)
def test_the_python_that_pipenv_asks_for(
    tmp_path: Path, files: Mapping[str, Content], version: str | None
) -> None:
    assert pipenv_python(plant(tmp_path, files)) == version


def test_a_python_of_another_form_is_an_error(tmp_path: Path) -> None:
    plant(tmp_path, {"Pipfile.lock": lock(python_version="3.*")})
    with pytest.raises(UsageError, match="Pipenv files ask for"):
        pipenv_python(tmp_path)


# What is put in place


def test_what_is_set_aside_and_what_takes_its_place(tmp_path: Path) -> None:
    app = plant(
        tmp_path,
        {
            "prod.txt": "flask\n",
            "requirements.txt": "torch\n",
            "Pipfile": "",
            "Pipfile.lock": lock(python_version="3.11"),
            "pyproject.toml": "",
            "poetry.lock": "",
            "pylock.toml": "",
            "pylock.web.toml": "",
            "pylock.a.b.toml": "",
        },
    )
    made = prepare_app(app, settings(REQUIREMENTS="prod.txt"))
    locks = ("Pipfile", "Pipfile.lock", "poetry.lock", "pylock.toml", "pylock.web.toml")
    assert made.aside == (*locks, "requirements.txt")
    assert made.files.keys() == {"requirements.txt", ".python-version"}
    assert made.files[".python-version"] == b"3.11\n"
    assert "pyproject.toml" not in " ".join(made.notes)


def test_without_settings_nothing_is_touched(tmp_path: Path) -> None:
    app = plant(tmp_path, {"requirements.txt": "torch\n", "uv.lock": ""})
    assert prepare_app(app, settings()) == Prepared({})
