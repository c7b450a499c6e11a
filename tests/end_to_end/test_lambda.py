"""The recipes for AWS Lambda: a zip and a layer, run by Lambda's own runtime client."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import readme
from lambda_api import invoke
from slugfit.deploy.single_file import write_single_file
from trees import plant

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.index, pytest.mark.xdist_group("lambda")]

VERSION = f"{sys.version_info[0]}.{sys.version_info[1]}"
HANDLER = """import simplejson
from flask import Flask

app = Flask(__name__)


def main(event, context):
    return {"answer": simplejson.loads(event["text"])["value"], "modules": app.name}
"""
RECIPES = [
    text
    for text in re.findall(r"```sh\n(.*?)```", readme.PLATFORMS.read_text("utf-8"), re.DOTALL)
    if "--limit lambda" in text
]


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is on Lambda beside the function: its runtime client."""
    folder = tmp_path_factory.mktemp("runtime")
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--only-binary=:all:"]
    subprocess.run([*install, "--target", folder, "awslambdaric==4.2.2"], check=True)
    return folder


@pytest.fixture
def project(tmp_path: Path) -> Path:
    if not shutil.which("zip"):
        pytest.skip("there is no program zip here")
    root = plant(
        tmp_path / "project",
        {"handler.py": HANDLER, "requirements.txt": "flask==3.1.3\nsimplejson==3.20.2\n"},
    )
    write_single_file(root / "slugfit.pyz")
    return root


def follow(recipe: str, project: Path) -> str:
    """The recipe's lines as somebody types them, for this Python; what they said."""
    lines = recipe.replace("--python-version 3.13", f"--python-version {VERSION}")
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", lines],
        cwd=project,
        env={
            **os.environ,
            "PATH": f"{os.path.dirname(sys.executable)}:{os.environ['PATH']}",
            "SLUGFIT_WORTH": "0",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def answered(task: Path, path: list[Path]) -> object:
    variables = {"PYTHONPATH": ":".join(map(str, path)), "PATH": os.environ["PATH"]}
    command = [sys.executable, "-S", "-m", "awslambdaric", "handler.main"]
    kind, answer = invoke(command, task, variables, {"text": '{"value": 42}'})
    assert kind == "response", answer
    return answer


def test_a_zip_answers(project: Path, runtime: Path, tmp_path: Path) -> None:
    told = follow(RECIPES[0], project)
    assert "(lambda, 262144000 bytes unzipped): fits" in told
    assert "test code inside" in told
    shutil.unpack_archive(project / "function.zip", tmp_path / "task")
    assert not list((tmp_path / "task").glob("simplejson/tests/test_*"))
    assert answered(tmp_path / "task", [tmp_path / "task", runtime]) == {
        "answer": 42,
        "modules": "handler",
    }


def test_a_layer_answers(project: Path, runtime: Path, tmp_path: Path) -> None:
    told = follow(RECIPES[1], project)
    assert "(lambda, 262144000 bytes unzipped): fits" in told
    assert "test code inside" in told
    shutil.unpack_archive(project / "layer.zip", tmp_path / "opt")
    task = plant(tmp_path / "task", {"handler.py": HANDLER})
    assert not list((tmp_path / "opt").glob("python/simplejson/tests/test_*"))
    path = [task, tmp_path / "opt/python", runtime]
    assert answered(task, path) == {"answer": 42, "modules": "handler"}
