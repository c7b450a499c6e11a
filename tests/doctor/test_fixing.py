"""``doctor --fix``: what it changes, and what it never touches."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from doctor_apps import HEALTHY
from pythons import engine
from trees import Link, plant, snapshot

if TYPE_CHECKING:
    from pathlib import Path

SICK = {
    "requirements.txt": "opencv-python==4.10.0.84\r\nflask==3.0.0\r\n",
    "Procfile": "web: uvicorn main:app --host 0.0.0.0\n",
    "runtime.txt": "python-3.12.4\n",
}


def git(folder: Path, *words: str) -> None:
    who = ("-c", "user.name=A", "-c", "user.email=a@app.example")
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def app(tmp_path: Path) -> Path:
    tree = {**HEALTHY, **SICK}
    tree.pop(".python-version")
    plant(tmp_path, tree)
    git(tmp_path, "init")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "x")
    return tmp_path


def test_it_makes_the_changes_and_tells_them(app: Path) -> None:
    answer = engine("doctor", app, "--fix", "--yes")
    assert (answer.code, answer.err) == (0, "")
    assert (app / "requirements.txt").read_bytes() == (
        b"opencv-python-headless==4.10.0.84\r\nflask==3.0.0\r\n"
    )
    assert (app / "Procfile").read_text() == "web: uvicorn main:app --host 0.0.0.0 --port $PORT\n"
    assert (app / ".python-version").read_text() == "3.12\n"
    assert not (app / "runtime.txt").exists()
    assert "+web: uvicorn main:app --host 0.0.0.0 --port $PORT\n" in answer.out
    assert "slugfit doctor: changed " in answer.out
    git(app, "add", ".")
    git(app, "commit", "-m", "y")
    again = engine("doctor", app, "--fix", "--yes")
    assert again.out == "slugfit doctor: nothing that --fix could change\n"


def test_it_asks_before(app: Path) -> None:
    before = snapshot(app)
    answer = engine("doctor", app, "--fix")
    assert (answer.code, snapshot(app)) == (2, before)
    assert "Add --yes." in answer.err


@pytest.mark.parametrize("staged", [False, True])
def test_uncommitted_work_is_never_touched(app: Path, *, staged: bool) -> None:
    (app / "Procfile").write_text("web: uvicorn other:app --host 0.0.0.0\n")
    if staged:
        git(app, "add", "Procfile")
    before = snapshot(app)
    answer = engine("doctor", app, "--fix", "--yes")
    assert (answer.code, snapshot(app)) == (2, before)
    assert "Uncommitted changes in Procfile." in answer.err


def test_what_git_does_not_know_is_never_touched(app: Path) -> None:
    (app / ".gitignore").write_text("Procfile\n")
    git(app, "rm", "--cached", "Procfile")
    git(app, "add", ".gitignore")
    git(app, "commit", "-m", "y")
    before = snapshot(app)
    answer = engine("doctor", app, "--fix", "--yes")
    assert snapshot(app).get("Procfile") == before["Procfile"]
    assert answer.code in (0, 2)


def test_without_git_nothing_is_changed(tmp_path: Path) -> None:
    plant(tmp_path, {**HEALTHY, **SICK})
    before = snapshot(tmp_path)
    answer = engine("doctor", tmp_path, "--fix", "--yes")
    assert (answer.code, snapshot(tmp_path)) == (2, before)


@pytest.mark.parametrize(("target", "code"), [("../elsewhere/Procfile", 12), ("own/Procfile", 7)])
def test_a_link_is_not_followed(tmp_path: Path, target: str, code: int) -> None:
    plant(tmp_path / "elsewhere", {"Procfile": SICK["Procfile"]})
    tree = {**HEALTHY, "own/Procfile": SICK["Procfile"], "Procfile": Link(target)}
    app = plant(tmp_path / "app", tree)
    git(app, "init")
    git(app, "add", ".")
    git(app, "commit", "-m", "x")
    before = snapshot(tmp_path)
    answer = engine("doctor", app, "--fix", "--yes")
    assert (answer.code, snapshot(tmp_path)) == (code, before)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_file_keeps_its_encoding(app: Path, encoding: str) -> None:
    lines = SICK["requirements.txt"]
    (app / "requirements.txt").write_bytes(lines.encode(encoding))
    git(app, "commit", "-a", "-m", "y")
    assert engine("doctor", app, "--fix", "--yes").err == ""
    changed = lines.replace("opencv-python", "opencv-python-headless")
    assert (app / "requirements.txt").read_bytes() == changed.encode(encoding)


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
def test_what_git_was_told_not_to_look_at_is_uncommitted(app: Path, flag: str) -> None:
    git(app, "update-index", flag, "runtime.txt")
    (app / "runtime.txt").write_text("python-3.11\n")
    before = snapshot(app)
    answer = engine("doctor", app, "--fix", "--yes")
    assert (answer.code, snapshot(app)) == (2, before)
    assert "Uncommitted changes in runtime.txt." in answer.err


def test_untracked_work_is_seen_whatever_the_settings_hide(app: Path) -> None:
    git(app, "rm", "--cached", "runtime.txt")
    git(app, "commit", "-m", "y")
    git(app, "config", "status.showUntrackedFiles", "no")
    before = snapshot(app)
    answer = engine("doctor", app, "--fix", "--yes")
    assert (answer.code, snapshot(app)) == (2, before)


def test_work_in_a_repository_within_is_not_touched(app: Path) -> None:
    inner = plant(app / "inner", {"list.txt": "opencv-python==4.10.0.84\n"})
    for folder in (inner, app):
        git(folder, "init")
        plant(app, {"requirements.txt": "-r inner/list.txt\n", "Procfile": HEALTHY["Procfile"]})
        (app / "runtime.txt").unlink(missing_ok=True)
        git(folder, "add", ".")
        git(folder, "commit", "-m", "y")
    (inner / "list.txt").write_text("opencv-python==4.9.0.80\n")
    before = snapshot(app)
    engine("doctor", app, "--fix", "--yes")
    assert snapshot(app) == before
