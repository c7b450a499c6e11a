"""Repositories that nobody expects: no error but those that are told, and nothing is lost."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from doctor_apps import HEALTHY, findings, places
from pythons import engine
from slugfit.doctor.reading import read_app
from trees import Link, plant, snapshot

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from trees import Content

DEEP = "[" * 100_000
MANY_DIGITS = "9" * 5000


def git(folder: Path, *words: str) -> None:
    who = ("-c", "user.name=A", "-c", "user.email=a@app.example")
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)


@pytest.mark.parametrize("in_git", [False, True])
def test_pipes_are_not_waited_for(tmp_path: Path, *, in_git: bool) -> None:
    plant(tmp_path, {**HEALTHY, "inner": Link("Dockerfile")})
    for name in ("notes.txt", "module.py", "Dockerfile"):
        os.mkfifo(tmp_path / name)
    if in_git:
        git(tmp_path, "init")
    assert findings(tmp_path, {}) == []


def test_what_a_link_leads_to_counts_within_the_app_only(tmp_path: Path) -> None:
    plant(tmp_path, {"elsewhere/notes.txt": "x"})
    links = {
        "within.txt": Link("data/notes.txt"),
        "outside.txt": Link("../elsewhere/notes.txt"),
        "round.txt": Link("round.txt"),
        "nowhere.txt": Link("nothing.txt"),
        "all": Link("."),
    }
    app = read_app(plant(tmp_path / "app", {"data/notes.txt": "y", **links}))
    assert app.texts == {"data/notes.txt": "y", "within.txt": "y"}


def test_a_link_to_a_large_file_is_not_read(tmp_path: Path) -> None:
    plant(tmp_path, {"large": b"x" * 2_000_000, "notes.txt": Link("large")})
    assert read_app(tmp_path).texts == {}


@pytest.mark.parametrize(
    ("tree", "found"),
    [
        ({"app.json": DEEP, "Aptfile": "libgl1-mesa-glx\n"}, ["apt-unknown Aptfile:1"]),
        ({"notes.ipynb": DEEP, "module.py": f"x = {DEEP}"}, []),
        ({".python-version": f"3.{MANY_DIGITS}\n"}, ["python-version .python-version:1"]),
        ({"runtime.txt": f"python-3.{MANY_DIGITS}\n"},
         ["runtime-txt runtime.txt:0", "python-version runtime.txt:1"]),
        ({".env": "WEB_CONCURRENCY=²\n", "requirements.txt": "tensorflow-cpu==2.17.0\n"}, []),
        ({"Procfile": "web: gunicorn app:app --max-requests ²\n"}, []),
        ({"Procfile": f"web: gunicorn app:app --workers {MANY_DIGITS} --max-requests 9{MANY_DIGITS}"
          "\n"}, []),
    ],
    ids=lambda value: str(value)[:60],
)  # fmt: skip
def test_texts_that_no_reader_takes(
    tmp_path: Path, tree: Mapping[str, Content], found: list[str]
) -> None:
    assert places(findings(tmp_path, tree)) == found


@pytest.mark.parametrize(
    ("tree", "found"),
    [
        ({"Procfile": Link("../Procfile")}, ["procfile-line Procfile:0"]),
        ({"Procfile": Link("deploy/Procfile"), "deploy/Procfile": HEALTHY["Procfile"]}, []),
        ({"Procfile": "web: gunicorn app:app\n".encode("utf-16-le")}, ["procfile-line Procfile:0"]),
        ({"Procfile": "web: gunicorn app:app\n".encode("utf-16")}, []),
        ({"requirements.txt": Link("../requirements.txt")},
         ["requirements-missing requirements.txt:0"]),
        ({"requirements.txt": "flask==3.0.0\n".encode("utf-16")}, []),
    ],
    ids=repr,
)  # fmt: skip
def test_files_that_the_build_cannot_read(
    tmp_path: Path, tree: Mapping[str, Content], found: list[str]
) -> None:
    assert places(findings(tmp_path, tree, "procfile-line", "requirements-missing")) == found


def test_no_program_of_the_repository_is_run(tmp_path: Path) -> None:
    plant(tmp_path, HEALTHY)
    git(tmp_path, "init")
    git(tmp_path, "config", "core.fsmonitor", "touch was-run; false")
    git(tmp_path, "add", ".")
    (tmp_path / "was-run").unlink(missing_ok=True)
    before = snapshot(tmp_path)
    assert (engine("doctor", tmp_path).out, snapshot(tmp_path)) == ("", before)


def test_a_folder_made_like_a_repositorys_inner_files_is_none(tmp_path: Path) -> None:
    """Another person's change can hold such a folder: its settings would name programs."""
    app = plant(tmp_path / "app", HEALTHY)
    git(app, "init", "--bare")
    git(app, "config", "core.bare", "false")
    git(app, "config", "core.worktree", str(app))
    git(app, "config", "core.fsmonitor", "touch was-run; false")
    engine("doctor", app)
    assert not (app / "was-run").exists()
