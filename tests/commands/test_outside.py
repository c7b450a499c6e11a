"""An environment of its own, and the app that it serves elsewhere (images, Cloud Native layers)."""

from __future__ import annotations

import json
import os
import venv
from typing import TYPE_CHECKING

import pytest

from pythons import LIB, Ran, engine
from trees import Content, plant, snapshot

if TYPE_CHECKING:
    from pathlib import Path

SITE: dict[str, Content] = {
    "pkg/__init__.py": "",
    "pkg/tests/__init__.py": "",
    "pkg/tests/helper.py": "",
    "pkg/tests/test_a.py": "",
    "pkg/data/kept.txt": "",
    "other/__init__.py": "",
    "other/docs/index.rst": "",
    "pkg-1.dist-info/METADATA": "Metadata-Version: 2.1\nName: pkg\nVersion: 1\n",
    "pkg-1.dist-info/RECORD": "pkg/__init__.py,,\npkg/tests/helper.py,,\npkg/tests/test_a.py,,\n",
}


@pytest.fixture
def environment(tmp_path: Path) -> Path:
    root = tmp_path / "layers/venv"
    venv.create(root, symlinks=True, with_pip=False)
    plant(root / LIB / "site-packages", SITE)
    return root


def slim(environment: Path, app: Path, *options: str) -> Ran:
    return engine("slim", environment, "--app", app, "--json", *options)


def test_what_the_app_refers_to_stays_and_is_verified(environment: Path, tmp_path: Path) -> None:
    app = plant(tmp_path / "app", {"web/views.py": "from pkg.tests import helper\n"})
    before = snapshot(app)
    done = slim(environment, app, "--config", "SLUGFIT_BYTECODE=strip")
    assert done.code == 0, done.err
    site = environment / LIB / "site-packages"
    assert sorted(os.listdir(site / "pkg/tests")) == ["__init__.py", "helper.py"]
    assert not (site / "other/docs").exists()
    assert json.loads(done.out)["verification"]["imported"] == 2
    assert snapshot(app) == before


def test_without_it_nobody_refers_to_it(environment: Path) -> None:
    assert engine("slim", environment).code == 0
    assert not (environment / LIB / "site-packages/pkg/tests").exists()


def test_its_lists_and_settings_count(environment: Path, tmp_path: Path) -> None:
    app = plant(
        tmp_path / "app",
        {
            "app.py": "import pkg\n",
            ".slugfitignore": f"/{LIB}/site-packages/pkg/data/\n!test_a.py\n",
            "pyproject.toml": '[tool.slugfit]\nrules-off = ["docs"]\n',
        },
    )
    assert slim(environment, app).code == 0
    site = environment / LIB / "site-packages"
    assert not (site / "pkg/data").exists()
    assert (site / "pkg/tests/test_a.py").is_file()
    assert (site / "other/docs").is_dir()


@pytest.mark.parametrize("name", [".venv", "venv", "env"])
def test_the_environment_may_lie_inside_the_app(tmp_path: Path, name: str) -> None:
    app = plant(tmp_path / "app", {"app.py": "import pkg\n"})
    venv.create(app / name, symlinks=True, with_pip=False)
    # Its own tests name themselves: they are no part of the app.
    files = {**SITE, "pkg/tests/test_a.py": "import pkg.tests.helper\n"}
    plant(app / name / LIB / "site-packages", files)
    assert slim(app / name, app).code == 0
    assert not (app / name / LIB / "site-packages/pkg/tests").exists()


@pytest.mark.parametrize(
    "beside", [("other",), (".vercel/python/.venv",), (), ("other", "deep/third")]
)
def test_other_environments_and_caches_are_no_part_of_the_app(
    environment: Path, tmp_path: Path, beside: tuple[str, ...]
) -> None:
    app = plant(tmp_path / "app", {"app.py": "import pkg\n"})
    theirs = {"pkg/tests/test_a.py": "import pkg.tests.helper\nimport missing_one\n"}
    plant(app / ".vercel/python/cache/archive-v0/x", theirs)
    for name in beside:
        plant(app / name, {"pyvenv.cfg": ""})
        plant(app / name / LIB / "site-packages", theirs)
    done = slim(environment, app)
    assert done.code == 0, done.err
    assert "missing_one" not in done.out
    assert not (environment / LIB / "site-packages/pkg/tests").exists()


def test_a_folder_that_is_no_environment_is_part_of_the_app(
    environment: Path, tmp_path: Path
) -> None:
    app = plant(tmp_path / "app", {"other/cfg/check.py": "import pkg.tests.helper\n"})
    assert slim(environment, app).code == 0
    assert (environment / LIB / "site-packages/pkg/tests/helper.py").is_file()


def test_its_smoke_command_runs_in_its_folder(environment: Path, tmp_path: Path) -> None:
    app = plant(tmp_path / "app", {"app.py": "import pkg\n", "check.sh": "python -c 'import pkg'"})
    done = slim(environment, app, "--config", "SLUGFIT_SMOKE=sh check.sh")
    assert done.code == 0
    assert json.loads(done.out)["verification"]["known_failures"] == []


def test_a_folder_that_is_none_is_told(environment: Path, tmp_path: Path) -> None:
    done = slim(environment, tmp_path / "gone")
    assert done.code == 7
    assert "is not a folder" in done.err


@pytest.mark.parametrize(
    ("files", "stays"),
    [
        ({"logging.yaml": "class: other.Handler\n"}, True),
        ({"bin/work": "#!/usr/bin/env python\nimport other\n"}, True),
        ({"nightly.ipynb": '{"cells": [{"cell_type": "code", "source": "import other"}]}'}, True),
        ({"Procfile": "web: python -c 'import other'\n"}, True),
        ({"README.md": "other\n", "requirements.txt": "other\n"}, False),
        ({".venv/logging.yaml": "class: other.Handler\n"}, False),
    ],
)
def test_what_it_says_beside_its_modules_counts(
    environment: Path, tmp_path: Path, files: dict[str, Content], *, stays: bool
) -> None:
    site = environment / LIB / "site-packages"
    plant(
        site,
        {
            "nbformat/__init__.py": "",
            "other-1.dist-info/METADATA": "Metadata-Version: 2.1\nName: other\nVersion: 1\n",
            "other-1.dist-info/RECORD": "other/__init__.py,,\nother/docs/index.rst,,\n",
        },
    )
    app = plant(tmp_path / "app", {"app.py": "import pkg\n", **files})
    settings = ("SLUGFIT_LEVEL=unused", "SLUGFIT_VERIFY=off", "SLUGFIT_WORTH=0")
    done = slim(environment, app, *(part for each in settings for part in ("--config", each)))
    assert done.code == 0, done.err
    assert (site / "other/__init__.py").is_file() is stays
