"""Requirements that nothing reaches, as the RECORDs of an environment tell their modules."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from doctor_apps import HEALTHY
from pythons import LIB, engine
from trees import distribution, plant

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from trees import Content

LARGE = "x = 1\n" * 200_000


def environment(*distributions: Mapping[str, Content]) -> dict[str, Content]:
    tree: dict[str, Content] = {".venv/pyvenv.cfg": "home = /usr/bin\n", ".venv/bin/python": ""}
    for files in distributions:
        tree.update({f".venv/{LIB}/site-packages/{name}": text for name, text in files.items()})
    return tree


def unused(folder: Path, tree: Mapping[str, Content]) -> str:
    app = plant(folder, {**HEALTHY, "requirements.txt": "flask==3.0.0\nBig-Thing==1.0\n", **tree})
    return engine("doctor", app).out


BIG = distribution("Big_Thing", "1.0", {"bigmodule/__init__.py": LARGE})
OTHER = environment(distribution("other", "1", {"other/__init__.py": "import bigmodule\n"}))
FLASK = distribution("flask", "3.0.0", {"flask/__init__.py": LARGE})


def test_what_nothing_names_is_told_with_its_bytes(tmp_path: Path) -> None:
    out = unused(tmp_path, environment(BIG, FLASK))
    assert "requirements.txt:2: advice: unused-requirement\n" in out
    assert "-Big-Thing==1.0\n" in out
    assert "That is 1.2 MB as installed." in out
    assert out.count("unused-requirement") == 1


@pytest.mark.parametrize(
    "tree",
    [
        {"b.py": "import bigmodule\n"},
        {"b.py": "import_module('bigmodule')\n"},
        {"conf.ini": "engine = bigmodule\n"},
        {"Procfile": "web: big-thing serve\n"},
        {"tests/test_b.py": "import bigmodule\n"},
        {"b.py": "import other\n", **OTHER},
        environment(
            distribution(
                "Big_Thing",
                "1.0",
                {"bigmodule/__init__.py": LARGE},
                "[some.plugins]\nx = bigmodule:y\n",
            )
        ),
        environment(distribution("Big_Thing", "1.0", {"bigmodule/__init__.py": ""})),
    ],
    ids=min,
)
def test_what_may_be_used_is_left_alone(tmp_path: Path, tree: Mapping[str, Content]) -> None:
    assert "unused-requirement" not in unused(tmp_path, {**environment(BIG, FLASK), **tree})


def test_what_another_requires_is_left_alone(tmp_path: Path) -> None:
    info = "other-1.dist-info/METADATA"
    other = distribution("other", "1", {"other/__init__.py": ""})
    app = {"b.py": "import other\n"}
    other[info] = "Name: other\nVersion: 1\nRequires-Dist: big.thing ; extra == 'all'\n"
    assert "unused-requirement" not in unused(tmp_path, {**app, **environment(BIG, FLASK, other)})


def test_what_only_unused_packages_import_is_unused_too(tmp_path: Path) -> None:
    assert "unused-requirement" in unused(tmp_path, {**environment(BIG, FLASK), **OTHER})


def test_without_an_environment_nothing_is_guessed(tmp_path: Path) -> None:
    assert "unused-requirement" not in unused(tmp_path, {})
