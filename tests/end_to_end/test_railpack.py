"""The recipe for Railpack, in steps that are made after its source.

https://github.com/railwayapp/railpack/blob/b5e8058/core/providers/python/python.go: ``InstallPip``
has the commands of the install step, and the image takes ``.venv`` and the app from the build step.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import readme
from pythons import wheel
from slugfit.deploy.single_file import write_single_file
from trees import plant

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = json.loads(
    next(
        text
        for text in re.findall(r"```json\n(.*?)```", readme.PLATFORMS.read_text("utf-8"), re.DOTALL)
        if "railpack" in text
    )
)
FILES = {
    "pkg/__init__.py": "",
    "pkg/tests/__init__.py": "",
    "pkg/tests/used.py": "VALUE = 42\n",
    "pkg/tests/test_a.py": "def test_it():\n    pass\n",
}
APP = {"main.py": "from pkg.tests import used\n\nprint(used.VALUE)\n"}


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """``/app`` as the build step finds it: the install step's environment, and the app's files."""
    root = plant(tmp_path / "app", dict(APP))
    wheel(tmp_path / "wheels", "pkg", "1", FILES)
    (root / "requirements.txt").write_text("pkg==1\n")
    (root / "bin").mkdir()
    write_single_file(root / "bin/slugfit.pyz")
    step(root, f"{sys.executable} -m venv {root}/.venv")
    offline = f"--no-index --find-links {tmp_path}/wheels"
    step(root, f"pip install --quiet {offline} -r requirements.txt")
    return root


def step(app: Path, command: str) -> str:
    """One command of a step; its output."""
    done = subprocess.run(
        ["sh", "-c", command],
        cwd=app,
        env={
            "PATH": f"{app}/.venv/bin:{os.environ['PATH']}",
            "HOME": str(app.parent),
            "SLUGFIT_WORTH": "0",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_image_holds_what_the_build_step_left(app: Path) -> None:
    own, command = CONFIG["steps"]["build"]["commands"]
    assert own == "..."
    told = step(app, command)
    assert "(railway, 4 GB): fits" in told
    image = app.parent / "image"
    shutil.copytree(app, image, symlinks=True)
    (package,) = image.glob(".venv/lib/python*/site-packages/pkg")
    assert "used.py" in os.listdir(package / "tests")
    assert "test_a.py" not in os.listdir(package / "tests")
    assert step(image, f"{app}/.venv/bin/python main.py") == "42\n"


def test_a_second_run_finds_nothing_more(app: Path) -> None:
    command = CONFIG["steps"]["build"]["commands"][-1]
    first = step(app, command)
    assert "What went" in first
    assert "What went" not in step(app, command)
