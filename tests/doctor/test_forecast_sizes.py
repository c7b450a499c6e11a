"""``slugfit doctor --forecast``: megabytes of what is required, from the index."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from indexes import MANYLINUX, served, wheel
from pythons import engine
from trees import plant

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    wheel(tmp_path / "index/opencv-python", "opencv-python", "4.10.0.84", MANYLINUX)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    with served(tmp_path / "index") as url:
        monkeypatch.setenv("PIP_INDEX_URL", url)
        yield


def app(root: Path, requirement: str) -> Path:
    files = {
        "requirements.txt": f"{requirement}\n",
        "app.py": "import cv2\n",
        ".python-version": "3.12",
    }
    return plant(root / "app", dict(files))


def test_a_finding_has_the_forecasts_bytes(tmp_path: Path) -> None:
    place = app(tmp_path, "opencv-python==4.10.0.84")
    told = json.loads(engine("doctor", place, "--forecast", "--json").out)
    guessed = json.loads(engine("doctor", place, "--json").out)
    (finding,) = (item for item in told["findings"] if item["rule"] == "opencv-windows")
    assert finding["size"]["of"] == "slug"
    assert {item["rule"] for item in told["findings"]} == {
        item["rule"] for item in guessed["findings"]
    }


def test_without_a_forecast_the_findings_are_told_all_the_same(tmp_path: Path) -> None:
    done = engine("doctor", app(tmp_path, "opencv-python==1.0"), "--forecast")
    assert done.code == 0
    assert "no forecast: " in done.err
    assert "opencv-windows" in done.out
