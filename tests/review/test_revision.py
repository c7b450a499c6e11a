"""An app as a revision has it: real repositories, which stay as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from repositories import git
from slugfit.base.errors import UsageError
from slugfit.review.revision import check_out
from trees import plant

if TYPE_CHECKING:
    from pathlib import Path

    from trees import Content

OLD: dict[str, Content] = {"app/requirements.txt": "flask==3.0.0\n", "app/old.py": "", "other": ""}
NEW: dict[str, Content] = {"app/requirements.txt": "flask==3.1.3\n"}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = plant(tmp_path / "repository", OLD)
    git(root, "init", "--quiet")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message=old")
    (root / "app/old.py").unlink()
    plant(root, NEW)
    return root


@pytest.mark.parametrize("revision", ["HEAD", "main", "@{0}"])
def test_the_app_is_as_it_was(repository: Path, tmp_path: Path, revision: str) -> None:
    before = git(repository, "status", "--porcelain"), (repository / ".git/index").read_bytes()
    older = check_out(repository / "app", revision, tmp_path / "older")
    assert {file.name for file in older.iterdir()} == {"requirements.txt", "old.py"}
    assert (older / "requirements.txt").read_text() == "flask==3.0.0\n"
    after = git(repository, "status", "--porcelain"), (repository / ".git/index").read_bytes()
    assert after == before


def test_an_app_may_be_the_repository(repository: Path, tmp_path: Path) -> None:
    older = check_out(repository, "HEAD", tmp_path / "older")
    assert older == tmp_path / "older"
    assert (older / "other").is_file()


def test_an_app_that_was_not_there_is_not_there(repository: Path, tmp_path: Path) -> None:
    plant(repository, {"second/requirements.txt": ""})
    assert not check_out(repository / "second", "HEAD", tmp_path / "older").exists()


def test_a_surrounding_git_leads_nowhere_else(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"):
        monkeypatch.setenv(name, str(tmp_path / "elsewhere"))
    assert (check_out(repository / "app", "HEAD", tmp_path / "older") / "old.py").is_file()


@pytest.mark.parametrize("revision", ["gone", "0" * 40, "--all", "HEAD:app"])
def test_a_revision_that_is_none_is_told(repository: Path, tmp_path: Path, revision: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_out(repository / "app", revision, tmp_path / "older")
    assert "fetch-depth: 0" in caught.value.todo
    assert not (tmp_path / "older").exists()


def test_a_folder_without_a_repository_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is not in a git repository"):
        check_out(plant(tmp_path, {"a": ""}), "HEAD", tmp_path / "older")
