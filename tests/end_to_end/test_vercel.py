"""The recipe for Vercel, with the builder that Vercel runs: npm's @vercel/python."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

import readme
from slugfit.deploy.single_file import write_single_file

pytestmark = [pytest.mark.index, pytest.mark.xdist_group("vercel")]

HERE = Path(__file__).parent / "vercel"
NEWEST_FIRST = ("3.14", "3.13", "3.12")
"""What the builder's own runtime package takes: its ``Requires-Python``."""
APP = {
    "app.py": "import simplejson\nfrom flask import Flask\n\napp = Flask(__name__)\n\n\n"
    '@app.get("/")\ndef index():\n    return simplejson.dumps({"answer": 42})\n',
    "requirements.txt": "flask==3.1.3\nsimplejson==3.20.2\n",
}
ASK = (
    "import sys; sys.path[:0] = ['.', '_vendor']; import app; "
    "print(app.app.test_client().get('/').text)"
)
COMMAND = json.loads(
    next(
        text
        for text in re.findall(r"```json\n(.*?)```", readme.PLATFORMS.read_text("utf-8"), re.DOTALL)
        if "buildCommand" in text
    )
)["buildCommand"]


@dataclass(frozen=True)
class Builder:
    """Where the builder is installed, and a Python for it."""

    folder: Path
    python: Path

    def build(self, app: Path, command: str = "") -> subprocess.CompletedProcess[str]:
        """What the builder says of ``app``; the function's files are in ``bundle`` beside it."""
        python = f"{self.python.parent}:{self.folder / 'tools/bin'}"
        return subprocess.run(
            ["node", self.folder / "build.js", app, command, app.parent / "bundle"],
            env={**os.environ, "PATH": f"{python}:{os.environ['PATH']}", "SLUGFIT_WORTH": "0"},
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )


def python_for_the_builder() -> Path:
    """A Python that is new enough, here or beside the one that runs this."""
    beside = Path(sys.base_prefix).parent
    for version in NEWEST_FIRST:
        known = [shutil.which(f"python{version}"), *beside.glob(f"{version}*/bin/python{version}")]
        for place in known:
            asked: list[str | Path] = [place or "false", "-c", "import sys; print(sys.executable)"]
            done = subprocess.run(asked, capture_output=True, text=True, check=False)
            if done.returncode == 0:
                return Path(done.stdout.strip())
    pytest.skip("no Python here is one of " + ", ".join(NEWEST_FIRST))


@pytest.fixture(scope="module")
def builder(tmp_path_factory: pytest.TempPathFactory) -> Builder:
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("there is no Node.js here")
    python = python_for_the_builder()
    folder = tmp_path_factory.mktemp("builder")
    shutil.copytree(HERE, folder, dirs_exist_ok=True)
    quiet = ("--no-audit", "--no-fund", "--ignore-scripts", "--silent")
    subprocess.run(["npm", "ci", *quiet], cwd=folder, check=True)
    subprocess.run([sys.executable, "-m", "venv", folder / "tools"], check=True)
    installer: list[str | Path] = [
        folder / "tools/bin/python",
        "-m",
        "pip",
        "install",
        "--quiet",
        "uv==0.13.9",
    ]
    subprocess.run(installer, check=True)
    return Builder(folder, python)


@pytest.fixture
def app(builder: Builder, tmp_path: Path) -> Path:
    root = tmp_path / "app"
    (root / "bin").mkdir(parents=True)
    for name, text in APP.items():
        (root / name).write_text(text)
    version = re.match(r"python(\d+\.\d+)", builder.python.name)
    (root / ".python-version").write_text(version[1] if version else "3.12")
    write_single_file(root / "bin/slugfit.pyz")
    return root


def bundled(done: subprocess.CompletedProcess[str]) -> set[str]:
    assert done.returncode == 0, done.stdout + done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


def answer(builder: Builder, bundle: Path) -> str:
    """What the app in a function's folder answers, with nothing else to import."""
    asked: list[str | Path] = [builder.python, "-I", "-S", "-B", "-c", ASK]
    done = subprocess.run(asked, cwd=bundle, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_bundle_is_slimmed_and_answers(builder: Builder, app: Path) -> None:
    plain = bundled(builder.build(app))
    shutil.rmtree(app.parent / "bundle")
    shutil.rmtree(app / ".vercel")
    done = builder.build(app, COMMAND)
    slimmed = bundled(done)
    gone = {name for name in plain - slimmed if name.startswith("_vendor/simplejson/tests/")}
    assert len(gone) > 20
    assert slimmed < plain
    assert "bin/slugfit.pyz" in plain - slimmed
    assert "(vercel, 225 MiB unzipped): fits" in done.stdout
    # The installer's cache lies in the app's folder, and is no part of it.
    assert "Not installed" not in done.stdout
    assert answer(builder, app.parent / "bundle") == '{"answer": 42}\n'


def test_what_is_too_large_is_told_before_it_is_bundled(builder: Builder, app: Path) -> None:
    strict = COMMAND.replace("--limit vercel", "--limit 100K --config SLUGFIT_OVER_LIMIT=fail")
    done = builder.build(app, strict)
    assert done.returncode == 1
    assert "over the limit (100K)" in done.stdout + done.stderr
    assert not (app.parent / "bundle").exists()
