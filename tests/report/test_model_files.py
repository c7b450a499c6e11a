"""Which files of an app are large models, and what the report of a real tree says of them."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest

from pythons import engine
from slugfit.catalog.model_formats import LARGE_MODEL, MODEL_MAGIC, MODEL_SUFFIXES
from slugfit.plan.make import make_plan
from slugfit.report.model_files import ModelFile, find_model_files, is_model
from slugfit.settings.config import read_config
from trees import SITE, Link, plant, slug

if TYPE_CHECKING:
    from pathlib import Path

    from trees import Content


NOTHING = b"\x01" * 16
MODELS = [
    *((f"models/x.{suffix}", NOTHING) for suffix in MODEL_SUFFIXES),
    ("X.ONNX", NOTHING),
    ("saved/variables/variables.data-00000-of-00001", NOTHING),
    *(("weights", b"\0" * offset + magic) for offset, magic in MODEL_MAGIC),
    (".onnx", NOTHING),
]
OTHERS = [
    ("onnx", NOTHING),
    ("models.onnx/readme", NOTHING),
    ("a.onnxx", NOTHING),
    ("a.onnx.txt", NOTHING),
    ("a.json", NOTHING),
    ("a.csv", NOTHING),
    ("a.mp4", NOTHING),
    ("a.data-of-1", NOTHING),
    ("tool.bin", b"\x7fELF\x02\x01\x01\0"),
    ("lib.model", b"\x7fELF\x02\x01\x01\0"),
    ("weights", b"\0TFL3" + NOTHING),
    ("weights", b""),
]


@pytest.mark.parametrize(("path", "head"), MODELS)
def test_what_is_a_model(path: str, head: bytes) -> None:
    assert is_model(path, head)


@pytest.mark.parametrize(("path", "head"), OTHERS)
def test_what_only_looks_like_one(path: str, head: bytes) -> None:
    assert not is_model(path, head)


LARGER = b"larger" * LARGE_MODEL
TREE: dict[str, Content] = {
    **slug({"pkg/__init__.py": "", "pkg/model.onnx": b"1" * LARGE_MODEL}),
    "app.py": "import pkg\n",
    "models/exact.onnx": b"2" * LARGE_MODEL,
    "models/larger.pt": LARGER[: LARGE_MODEL + 1],
    "models/small.onnx": b"3" * (LARGE_MODEL - 1),
    "models/link.onnx": Link("exact.onnx"),
    "models/gone.onnx": b"4" * LARGE_MODEL,
    "models/\udcff.onnx": b"5" * LARGE_MODEL,
    ".heroku/vendor/x.onnx": b"6" * LARGE_MODEL,
    ".cache/x.h5": b"7" * LARGE_MODEL,
    ".slugfitignore": "/models/gone.onnx\n",
}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return plant(tmp_path_factory.mktemp("app"), TREE)


def test_only_large_files_of_the_apps_own_that_stay_are_named(app: Path) -> None:
    found = find_model_files(make_plan(app, read_config({})))
    assert [file.path for file in found] == [
        *("models/larger.pt", ".cache/x.h5", "models/exact.onnx")
    ]
    assert found[0] == ModelFile(
        "models/larger.pt", LARGE_MODEL + 1, hashlib.sha256(LARGER[: LARGE_MODEL + 1]).hexdigest()
    )


def test_a_file_that_vanishes_is_no_error(tmp_path: Path) -> None:
    root = plant(tmp_path, {"app.py": "", "a.onnx": b"1" * LARGE_MODEL})
    planned = make_plan(root, read_config({}))
    (root / "a.onnx").unlink()
    assert find_model_files(planned) == ()


@pytest.mark.parametrize("limit", ["1M", "heroku"])
def test_the_report_says_how_to_get_them_out_of_the_slug(app: Path, limit: str) -> None:
    assert SITE
    answer = engine("measure", app, "--limit", limit, "--json")
    assert answer.code == 0, answer.err
    report = json.loads(answer.out)
    advice = [item for item in report["advice"] if "model file" in item["what"]]
    assert len(advice) == 4
    assert all(item["line"].startswith("[[tool.slugfit.models]]\n") for item in advice)
    assert all(item["line"].endswith('when = "boot"') for item in advice)
    over = report["verdict"] == "over"
    assert all(("slug is too large" in item["what"]) == over for item in advice)
