"""Speech and picture recognition in an image: its Dockerfile step by step, before and after."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

import dockerfile
import web
from installed_truth import TRUTH
from pythons import ROOT
from slugfit.catalog.limits import parse_limit
from slugfit.deploy.single_file import write_single_file

if TYPE_CHECKING:
    from collections.abc import Mapping


pytestmark = [pytest.mark.index, pytest.mark.xdist_group("emotion_image")]

FIXTURE = ROOT / "fixtures/emotion_image"
STEPS = dockerfile.read((FIXTURE / "Dockerfile").read_text())
NAMES = ("cv2", "flask", "gunicorn", "librosa", "numpy", "sentencepiece", "transformers")
PACKAGES = ("librosa", "numpy", "opencv-python-headless", "scipy", "transformers")
SLIMS = "slugfit.pyz slim"


@dataclass(frozen=True)
class Sizes:
    """One environment, in bytes, and what the app answers with it."""

    uncompressed: int
    answer: Mapping[str, Any]


@dataclass
class Built:
    """The finished image, what was seen around its slimming, and what that said."""

    image: dockerfile.Image
    before: Sizes
    after: Sizes
    log: str


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("emotion_image")
    context = folder / "context"
    shutil.copytree(FIXTURE, context)
    write_single_file(context / "slugfit.pyz")
    seen: list[Sizes] = []
    logs: list[str] = []

    def around(image: dockerfile.Image, command: str) -> None:
        slims = SLIMS in command
        if slims:
            seen.append(look(image))
        log = dockerfile.shell(image, command)
        if slims:
            logs.append(log)

    variables = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(folder)}
    image = dockerfile.build(STEPS, context, folder, variables, around)
    seen.append(look(image))
    return Built(image, seen[0], seen[1], logs[0])


def look(image: dockerfile.Image) -> Sizes:
    """The environment's size, and then the answer of the app that runs from it."""
    root = image.root / "opt/venv"
    size = sum(file.lstat().st_size for file in root.rglob("*") if not file.is_dir())
    last = next(step.rest for step in STEPS if step.name == "CMD")
    given = {
        "PATH": f"{root}/bin:/usr/bin:/bin",
        "HOME": str(image.root),
        # What was measured is not to be written to.
        "PYTHONDONTWRITEBYTECODE": "1",
        "NUMBA_CACHE_DIR": str(image.root / "tmp"),
    }
    status, body = web.answer(last, image.root / "app", given)
    assert status == 200, body
    return Sizes(size, json.loads(body))


def test_the_app_answers_the_same_before_and_after(built: Built) -> None:
    assert built.after.answer == built.before.answer
    assert built.after.answer["librosa"]["pitch_rises"]
    assert built.after.answer["opencv"]["same"]


def test_the_environment_is_much_smaller(built: Built) -> None:
    assert built.after.uncompressed <= 0.8 * built.before.uncompressed


def test_the_log_has_the_very_sizes_and_compares_what_the_platform_counts(built: Built) -> None:
    sizes = re.findall(r"([0-9.]+) MB uncompressed", built.log)
    assert float(sizes[0]) == pytest.approx(built.before.uncompressed / 1e6, abs=0.1)
    # RECORD, which is rewritten, is counted as it was.
    assert float(sizes[1]) == pytest.approx(built.after.uncompressed / 1e6, rel=0.002)
    (used,) = re.findall(r"4000\.0 MB uncompressed \(railway, 4 GB\): fits, ([0-9.]+)%", built.log)
    limit = parse_limit("railway").bounds[0].used(built.after.uncompressed)
    assert float(used) / 100 == pytest.approx(limit, abs=0.001)


def test_nothing_had_to_be_put_back(built: Built) -> None:
    assert "Verified: " in built.log
    assert "Put back" not in built.log
    assert "NOT SLIMMED" not in built.log
    # librosa.display wants Matplotlib, which is not installed: nobody misses it.
    assert "cannot be imported" not in built.log


def test_every_package_can_be_imported_and_its_metadata_is_true(built: Built) -> None:
    python = f"{built.image.root}/opt/venv/bin/python -B"
    dockerfile.shell(built.image, f"{python} -W ignore -c 'import {', '.join(NAMES)}'")
    told = dockerfile.shell(built.image, f"{python} -c {shlex.quote(TRUTH)} {' '.join(PACKAGES)}")
    assert json.loads(told)[1:3] == [[], []]
    assert "No broken" in dockerfile.shell(built.image, f"{python} -m pip check")


def test_the_image_holds_what_it_starts_and_no_tools(built: Built) -> None:
    assert built.image.workdir == "/app"
    assert built.image.command.startswith("gunicorn app:app")
    left = {file.name for file in (built.image.root / "app").iterdir()}
    assert left - {"__pycache__"} == {"app.py", "requirements.txt", ".dockerignore"}
