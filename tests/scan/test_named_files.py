"""Bare names in KEEP and REMOVE, and patterns that match nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pythons import settings
from slugfit.base.patterns import parse_patterns
from slugfit.plan.make import make_plan
from slugfit.scan.faults import Fault
from slugfit.settings.current_run import Run
from trees import SITE, Content, distribution, plant, slug

if TYPE_CHECKING:
    from pathlib import Path


FILES: dict[str, Content] = {
    **distribution(
        "Open_CV",
        "1.0",
        {
            "cv2/__init__.py": "",
            "cv2/docs/a.txt": "",
            "open_cv.libs/libx.so.1": "",
            "shared/open.txt": "",
            "../../../bin/cv-tool": "",
        },
    ),
    **distribution(
        "plug",
        "1.0",
        {
            "plug/__init__.py": "",
            "plug/example/__init__.py": "",
            "plug/example/a.txt": "",
            "plug/tests/__init__.py": "",
            "plug/tests/x[1].txt": "",
            "shared/plug.txt": "",
            "single.py": "",
            "single.pyi": "",
            "fast.cpython-311-x86_64-linux-gnu.so": "",
        },
    ),
    "plug/__pycache__/__init__.cpython-311.pyc": b"",
    "__pycache__/single.cpython-311.pyc": b"",
}
TREE = slug(FILES, app_py="import plug\n", data="x")


def kept(root: Path, name: str) -> list[str]:
    lead = f"{SITE}/"
    return sorted(
        item.path.removeprefix(lead).removeprefix(".heroku/python/")
        for item in make_plan(root, settings(KEEP=name, REMOVE="*")).decisions
        if item.action == "keep"
    )


NAMES = {
    "open-cv": [
        "Open_CV-1.0.dist-info/METADATA",
        "Open_CV-1.0.dist-info/RECORD",
        "bin/cv-tool",
        "cv2/__init__.py",
        "cv2/docs/a.txt",
        "open_cv.libs/libx.so.1",
        "shared/open.txt",
    ],
    "cv2": ["cv2/__init__.py", "cv2/docs/a.txt"],
    "plug.example": ["plug/example/__init__.py", "plug/example/a.txt"],
    "single": ["__pycache__/single.cpython-311.pyc", "single.py", "single.pyi"],
    "fast": ["fast.cpython-311-x86_64-linux-gnu.so"],
}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_means_the_files_of_a_distribution_or_an_import(tmp_path: Path, name: str) -> None:
    root = plant(tmp_path, TREE)
    assert kept(root, name) == NAMES[name]


def test_a_name_that_is_a_pattern_too_stays_one(tmp_path: Path) -> None:
    root = plant(tmp_path, {**TREE, "plug/own.txt": ""})
    assert "plug/own.txt" in kept(root, "plug")
    assert "plug/tests/x[1].txt" in kept(root, "plug")


def faults(root: Path, **values: str) -> list[Fault]:
    found = make_plan(root, settings(**values)).faults
    return [fault for fault in found if fault.kind != "metadata"]


# A pattern that matches nothing, and the nearest that does.
UNMATCHED = {
    "an import path": ("plug/example/", "**/plug/example/"),
    "the same from the root": ("/plug/example/", "**/plug/example/"),
    "a glob below a package": ("plug/*/a.txt", "**/plug/*/a.txt"),
    "a distribution that is misspelt": ("open-vc", "open-cv"),
    "a folder that is misspelt": ("examples/", "example/"),
    "a path that is misspelt": ("plug/exmple/", "**/plug/example/"),
    "another Python": (f"{SITE}/plug/example/".replace("3.11", "3.12"), f"{SITE}/plug/example/"),
    "nothing like it": ("zzzzzz", ""),
}


@pytest.mark.parametrize("name", ["KEEP", "REMOVE"])
@pytest.mark.parametrize(("pattern", "nearest"), UNMATCHED.values(), ids=UNMATCHED)
def test_a_pattern_that_matches_nothing_is_told_with_the_nearest(
    tmp_path: Path, pattern: str, nearest: str, name: str
) -> None:
    root = plant(tmp_path, TREE)
    (fault,) = faults(root, **{name: f"*.nothing-else, {pattern}"})[1:]
    meant = (nearest,) if nearest else ()
    assert fault == Fault("no match", f"SLUGFIT_{name}", 2, pattern, meant)


@pytest.mark.parametrize(
    "pattern", ["plug.example", "open_cv", "Open.CV", "*.txt", "example/", "/app.py", "data"]
)
def test_a_pattern_that_matches_is_not_told(tmp_path: Path, pattern: str) -> None:
    assert faults(plant(tmp_path, TREE), KEEP=pattern) == []


def test_a_pattern_that_is_overruled_has_matched(tmp_path: Path) -> None:
    root = plant(tmp_path, {**TREE, ".slugfitignore": "*.txt\n!a.txt\na.*\n!nothing\n./data\n"})
    assert [(fault.kind, fault.line) for fault in faults(root)] == [("dot", 5), ("no match", 4)]


def test_settings_are_looked_at_as_lists_are(tmp_path: Path) -> None:
    (fault,) = faults(plant(tmp_path, TREE), KEEP="./data")
    assert fault == Fault("dot", "SLUGFIT_KEEP", 1, "./data", ("/data",))


def test_what_an_app_elsewhere_holds_counts(tmp_path: Path) -> None:
    root = plant(tmp_path / "env", {**TREE, "pyvenv.cfg": ""})
    app = plant(tmp_path / "app", {"assets/a.map": "", ".slugfitignore": "*.map\n"})
    found = make_plan(root, settings(), Run(app=app)).faults
    assert [fault for fault in found if fault.kind == "no match"] == []


def test_patterns_of_odd_names_mean_themselves(tmp_path: Path) -> None:
    root = plant(tmp_path, slug(distribution("odd", "1", {"odd [1]!.txt": "", "x/odd#": ""})))
    shared = make_plan(root, settings(REMOVE="odd"))
    gone = [item.path for item in shared.decisions if item.action == "remove"]
    assert [path for path in gone if "dist-info" not in path] == [
        f"{SITE}/odd [1]!.txt",
        f"{SITE}/x/odd#",
    ]
    assert parse_patterns(["/a\\[1\\]"], source="").match("a[1]", is_dir=False)
