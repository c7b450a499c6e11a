"""Which Python the files ask for, where they ask for none in the usual way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from doctor_apps import HEALTHY, places
from slugfit.doctor.checkup import findings_of
from slugfit.doctor.diffs import changed_files
from slugfit.doctor.fixing import fix_of
from slugfit.doctor.reading import read_app
from trees import plant

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from slugfit.doctor.finding import Finding
    from trees import Content

WITHOUT = {name: text for name, text in HEALTHY.items() if name != ".python-version"}
UV = {"uv.lock": "version = 1\n", "pyproject.toml": "[project]\nname = 'app'\n"}
RULES = ("python-version-missing", "python-version", "python-patch", "runtime-txt")
MISSING = ["python-version-missing .python-version:0"]


def pipenv(requires: str) -> dict[str, Content]:
    return {"Pipfile": "[packages]\n", "Pipfile.lock": f'{{"_meta": {requires}, "default": {{}}}}'}


def found(folder: Path, tree: Mapping[str, Content], *without: str) -> list[Finding]:
    whole = {name: text for name, text in {**WITHOUT, **tree}.items() if name not in without}
    return [item for item in findings_of(read_app(plant(folder, whole))) if item.rule in RULES]


@pytest.mark.parametrize(
    ("tree", "without", "expected"),
    [
        ({}, "", MISSING),
        ({".slugignore": "docs/\n"}, "Procfile", MISSING),
        ({"pyproject.toml": "[project]\nname = 'app'\nrequires-python = '>=3.12'\n"}, "", MISSING),
        # Nothing says that a buildpack builds it.
        ({}, "Procfile", []),
        ({"Dockerfile": "FROM python:3.12\n"}, "Procfile", []),
        ({"heroku.yml": ""}, "", []),
        ({"fly.toml": ""}, "Procfile", []),
        ({".python-version": "3.13\n"}, "", []),
        ({"runtime.txt": "python-3.13\n"}, "", ["runtime-txt runtime.txt:0"]),
        ({"python_version": "3.13\n"}, "", ["python-version python_version:0"]),
        (pipenv('{"requires": {"python_version": "3.13"}}'), "requirements.txt", []),
        (pipenv('{"requires": {"python_full_version": "3.13.1"}}'), "requirements.txt", []),
        (pipenv('{"requires": {"python_version": "3.8"}}'), "requirements.txt",
         ["python-version Pipfile.lock:0"]),
        (pipenv('{"requires": {}}'), "requirements.txt", MISSING),
        (pipenv('{"requires": [1]}'), "requirements.txt", MISSING),
        (pipenv("3"), "requirements.txt", MISSING),
        (UV, "requirements.txt", ["python-version .python-version:0"]),
        (UV, "Procfile", []),
        ({**UV, ".python-version": "3.13\n"}, "requirements.txt", []),
        ({**UV, "runtime.txt": "python-3.13\n"}, "requirements.txt",
         ["runtime-txt runtime.txt:0", "python-version runtime.txt:0"]),
    ],
    ids=repr,
)  # fmt: skip
def test_an_app_without_the_file(
    tmp_path: Path, tree: Mapping[str, Content], without: str, expected: list[str]
) -> None:
    assert places(found(tmp_path, tree, without)) == expected


@pytest.mark.parametrize(
    ("image", "version"),
    [
        ("python:3.12-slim", "3.12"),
        ("--platform=linux/amd64 registry.example/library/python:3.11.4", "3.11"),
        ("python:3.8", "3.14"),
        ("python:3", "3.14"),
        ("registry.example/cpython:3.12", "3.14"),
        ("ubuntu:24.04", "3.14"),
    ],
)
def test_the_change_is_the_images_python_or_the_default(
    tmp_path: Path, image: str, version: str
) -> None:
    (finding,) = found(tmp_path, {"Dockerfile": f"FROM {image}\n"})
    assert changed_files(finding.edits, {}) == {".python-version": f"{version}\n"}


def test_it_is_not_made_without_a_person(tmp_path: Path) -> None:
    assert not fix_of(found(tmp_path, {}), {}).files
