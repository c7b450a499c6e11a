"""The clean copy of an app: what ``git push`` would carry, less what .slugignore names."""

from __future__ import annotations

import os
import socket
import subprocess
from typing import TYPE_CHECKING

import pytest

from slugfit.base.errors import BuildError
from slugfit.local.app_source import copy_app
from trees import Content, Folder, Link, plant

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


APP: dict[str, Content] = {
    "app.py": "",
    "pkg/tracked.py": "",
    "pkg/new.py": "",
    "pkg/ignored.log": "",
    ".gitignore": "*.log\n/build/\n",
    "build/out": "",
    "two\nlines \udcff": "odd",
    "link": Link("app.py"),
    "out": Link("/etc/hostname"),
    "dangling": Link("nothing"),
    "folder link": Link("pkg"),
}
TRACKED = ("app.py", "pkg/tracked.py", ".gitignore", "link")


def _git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=t", "-c", "user.email=t@localhost"]
    subprocess.run(["git", "-C", folder, *identity, *arguments], check=True, capture_output=True)


def _checkout(folder: Path, content: dict[str, Content] | None = None) -> Path:
    plant(folder, APP if content is None else content)
    _git(folder, "init", "--quiet")
    if content is None:
        _git(folder, "add", *TRACKED)
        _git(folder, "commit", "--quiet", "-m", "x")
    return folder


def _copied(app: Path) -> set[str]:
    target = app.parent / "copy"
    copy_app(app, target)
    return {
        os.path.relpath(os.path.join(folder, name), target)
        for folder, folders, files in os.walk(target)
        for name in files + [name for name in folders if os.path.islink(os.path.join(folder, name))]
    }


CARRIED = set(APP) - {"pkg/ignored.log", "build/out"}


def test_a_checkout_carries_tracked_and_new_files(tmp_path: Path) -> None:
    assert _copied(_checkout(tmp_path / "app")) == CARRIED


def test_a_tracked_file_that_is_gone_or_ignored_by_now(tmp_path: Path) -> None:
    app = _checkout(tmp_path / "app")
    (app / "pkg/tracked.py").unlink()
    _git(app, "add", "--force", "pkg/ignored.log")
    assert _copied(app) == CARRIED - {"pkg/tracked.py"} | {"pkg/ignored.log"}


def test_an_app_in_a_folder_of_a_checkout_is_that_folder(tmp_path: Path) -> None:
    plant(tmp_path / "repo", {"outside.py": "", "app/app.py": "", "app/x.log": ""})
    _checkout(tmp_path / "repo", {".gitignore": "*.log\n"})
    assert _copied(tmp_path / "repo/app") == {"app.py"}


def test_another_folder_carries_all_but_what_no_deploy_does(tmp_path: Path) -> None:
    left_out = (".git/x", ".hg/x", "venv/x", ".venv/x", "a/__pycache__/x.pyc", ".slugfit/1/old/x")
    plant(tmp_path / "app", APP | dict.fromkeys(left_out, "") | {"empty": Folder()})
    assert _copied(tmp_path / "app") == set(APP)


def test_links_stay_links(tmp_path: Path) -> None:
    _copied(_checkout(tmp_path / "app"))
    for name in ("link", "out", "dangling", "folder link"):
        assert os.readlink(tmp_path / "copy" / name) == os.readlink(tmp_path / "app" / name)


def test_modes_and_contents_stay(tmp_path: Path) -> None:
    app = _checkout(tmp_path / "app")
    (app / "app.py").chmod(0o755)
    _copied(app)
    assert (tmp_path / "copy/app.py").stat().st_mode & 0o777 == 0o755
    assert (tmp_path / "copy/two\nlines \udcff").read_text() == "odd"


@pytest.mark.parametrize("checkout", [True, False], ids=["checkout", "folder"])
def test_slugignore_is_applied(tmp_path: Path, checkout: bool) -> None:  # noqa: FBT001
    content: dict[str, Content] = {
        ".slugignore": "# comment\n/docs\n*.psd\n!keep.psd\nmedia/\n",
        "app.py": "",
        "docs/a/b": "",
        "pkg/docs": "stays",
        "keep.psd": "",
        "a/media/x": "",
    }
    app = tmp_path / "app"
    if checkout:
        _checkout(app, content)
    else:
        plant(app, content)
    assert _copied(app) == {".slugignore", "app.py", "pkg/docs"}


def test_a_submodule_is_not_the_app_s_own(tmp_path: Path) -> None:
    app = _checkout(tmp_path / "app")
    for name in ("tracked_module", "new_module"):
        _checkout(app / name, {"inner.py": ""})
        _git(app / name, "add", ".")
        _git(app / name, "commit", "--quiet", "-m", "x")
    _git(app, "add", "tracked_module")
    assert _copied(app) == CARRIED


def test_a_surrounding_git_command_does_not_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = _checkout(tmp_path / "other", {"theirs.py": ""})
    app = _checkout(tmp_path / "app")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / ".git/index"))
    assert _copied(app) == CARRIED


def test_without_git_it_is_a_folder_like_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = _checkout(tmp_path / "app")
    (tmp_path / "empty").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    assert _copied(app) == set(APP)


def test_sockets_and_pipes_are_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = plant(tmp_path / "app", {"app.py": ""})
    os.mkfifo(app / "pipe")
    monkeypatch.chdir(app)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
        assert _copied(app) == {"app.py"}


def _missing(root: Path) -> Path:
    return root / "nothing"


def _file(root: Path) -> Path:
    return plant(root, {"file": ""}) / "file"


@pytest.mark.parametrize("make", [_missing, _file], ids=["nothing there", "a file"])
def test_what_is_no_folder_is_told(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    with pytest.raises(BuildError, match="is not a folder"):
        copy_app(make(tmp_path), tmp_path / "copy")


def test_a_folder_that_cannot_be_read_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = plant(tmp_path / "app", {"app.py": "", "locked/x": ""})
    usual = os.scandir

    def scandir(place: str) -> object:
        if os.fspath(place).endswith("locked"):
            raise PermissionError(13, "Permission denied", place)
        return usual(place)

    monkeypatch.setattr(os, "scandir", scandir)
    with pytest.raises(BuildError, match="could not be copied"):
        copy_app(app, tmp_path / "copy")
