"""bin/detect: which apps it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from buildpacks import Buildpack, Ran, executable, without_python

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@pytest.mark.parametrize(
    "name",
    [
        ".python-version", ".venv/", "Pipfile", "Pipfile.lock", "Requirements.txt", "__init__.py",
        "__pycache__/", "app.py", "main.py", "manage.py", "pdm.lock", "poetry.lock",
        "pylock.toml", "pylock.web-1.toml",
        "pyproject.toml", "requeriments.txt", "requirement.txt", "requirements",
        "requirements.text", "requirements.txt", "requirements.txt.txt", "requirments.txt",
        "runtime.txt", "server.py", "setup.cfg", "setup.py", "uv.lock", "venv/",
    ],
)  # fmt: skip
def test_detect_knows_a_python_app_by_its_files(pack: Buildpack, tmp_path: Path, name: str) -> None:
    app = tmp_path / "some app\nof ours"
    (app / name).mkdir(parents=True) if name.endswith("/") else executable(app / name, "")
    assert pack.run("detect", app) == Ran(0, "Python (Slugfit)\n", "")


@pytest.mark.parametrize(
    "name",
    [
        "package.json", "venv", "src/app.py", "my requirements.txt", "pylock.a.b.toml",
        "pylock..toml", "my pylock.toml", "pylock.toml.bak", "src/pylock.toml",
    ],
)  # fmt: skip
def test_detect_says_no_to_other_apps(pack: Buildpack, tmp_path: Path, name: str) -> None:
    executable(tmp_path / "other app" / name, "")
    assert pack.run("detect", tmp_path / "other app") == Ran(1, "no\n", "")


def test_detect_needs_no_python(pack: Buildpack, tmp_path: Path) -> None:
    assert pack.run("detect", pack.build, PATH=without_python(tmp_path / "tools")).code == 0


@pytest.mark.parametrize("arguments", [[], ["/nowhere"], ["/", "/"]])
def test_detect_tells_its_usage(pack: Buildpack, arguments: Sequence[str]) -> None:
    ran = pack.run("detect", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert "Usage: bin/detect BUILD_DIR" in ran.err
