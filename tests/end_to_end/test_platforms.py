"""Each recipe of docs/platforms.md is what the code, the fixtures and the parsers say."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import yaml

import dockerfile
import readme
from lifecycle import APP, Lifecycle, tables
from pythons import engine
from slugfit.catalog.limits import parse_limit
from slugfit.deploy.hook_files import install_hook
from trees import plant

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


TEXT = readme.PLATFORMS.read_text("utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)
PARSERS: dict[str, Callable[[str], object]] = {
    "dockerfile": dockerfile.read,
    "json": json.loads,
    "sh": lambda text: subprocess.run(["bash", "-n", "-c", text], check=True),
    "toml": tables,
    "yaml": yaml.safe_load,
}
INSTRUCTIONS = {"ARG", "CMD", "COPY", "ENV", "EXPOSE", "FROM", "RUN", "WORKDIR"}


def blocks(kind: str) -> list[str]:
    return [text for name, text in BLOCKS if name == kind]


@pytest.mark.parametrize(("kind", "text"), BLOCKS)
def test_every_block_can_be_read(kind: str, text: str) -> None:
    assert PARSERS[kind](text)


@pytest.mark.parametrize("text", blocks("dockerfile"))
def test_every_dockerfile_has_known_instructions_only(text: str) -> None:
    assert {step.name for step in dockerfile.read(text)} <= INSTRUCTIONS


def test_every_limit_it_names_exists() -> None:
    named = re.findall(r"(?:--limit |SLUGFIT_LIMIT=|value: )([\w-]+)", TEXT)
    assert {"digitalocean", "railway", "render", "fly", "scalingo", "lambda"} <= set(named)
    for name in named:
        assert parse_limit(name)


def test_its_build_command_is_the_fixtures() -> None:
    (service,) = yaml.safe_load(blocks("yaml")[0])["services"]
    file = readme.ROOT / "fixtures/digitalocean_app/.do/app.yaml"
    (real,) = yaml.safe_load(file.read_text())["services"]
    assert {key: real[key] for key in service if key != "envs"} == {
        key: service[key] for key in service if key != "envs"
    }
    assert [env for env in real["envs"] if env["key"].startswith("SLUGFIT_")] == service["envs"]


def test_every_file_it_points_to_is_there() -> None:
    for name in re.findall(r"\]\((\.\./[^)#]+)", TEXT):
        assert (readme.PLATFORMS.parent / name).exists(), name
    tests = re.findall(r"`(tests/[\w./]+)`", TEXT)
    assert "tests/buildpack/" in tests
    for name in tests:
        assert (readme.ROOT / name).exists(), name


def test_every_section_it_points_to_is_there() -> None:
    titles = re.findall(r"^#+ (.*)", TEXT, re.MULTILINE)
    known = {re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in titles}
    assert set(re.findall(r"\]\(#([\w-]+)\)", TEXT)) <= known


def test_an_image_gets_its_process_types() -> None:
    recipes = [text for text in (*blocks("toml"), *blocks("sh")) if "heroku/python" in text]
    recipes = [text for text in recipes if "buildpacks.group" in text or "pack build" in text]
    assert len(recipes) == 3
    for text in recipes:
        assert text.index("heroku/python") < text.index("heroku/procfile")


def test_the_inline_buildpacks_line_slims_as_it_says(tmp_path: Path) -> None:
    groups = [tables(text).get("io", {}) for text in blocks("toml")]
    (script,) = [
        group["script"]
        for found in groups
        for group in found.get("buildpacks", {}).get("group", ())
        if "script" in group
    ]
    lifecycle = Lifecycle(tmp_path, cached=False)
    lifecycle.python_buildpack()
    plant(lifecycle.app, APP)
    list(install_hook(lifecycle.app))
    done = subprocess.run(
        ["sh", "-c", script["inline"]],
        cwd=lifecycle.app,
        env={
            "PATH": f"{lifecycle.environment}/bin:{os.environ['PATH']}",
            "VIRTUAL_ENV": str(lifecycle.environment),
            "SLUGFIT_WORTH": "0",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Verified: 3 imports" in done.stdout
    assert set(os.listdir(lifecycle.site / "pkg/tests")) == {"used.py", "__pycache__"}


def test_a_folder_for_a_zip_is_slimmed_by_its_references_alone(tmp_path: Path) -> None:
    app = plant(tmp_path, {"handler.py": "from pkg.tests import helper\n"})
    files = {
        "pkg/__init__.py": "",
        "pkg/tests/__init__.py": "",
        "pkg/tests/helper.py": "",
        "pkg/tests/test_a.py": "",
        "pkg-1.dist-info/METADATA": "Metadata-Version: 2.1\nName: pkg\nVersion: 1\n",
        "pkg-1.dist-info/RECORD": "".join(
            f"pkg/{name},,\n"
            for name in ("__init__.py", "tests/__init__.py", "tests/helper.py", "tests/test_a.py")
        ),
    }
    package = plant(app / "package", dict(files))
    done = engine("slim", package, "--app", app, "--limit", "lambda")
    assert done.code == 0, done.err
    assert sorted(os.listdir(package / "pkg/tests")) == ["__init__.py", "helper.py"]
    assert "262.1 MB uncompressed (lambda, 262144000 bytes unzipped): fits" in done.out
    assert "Nothing was tried: no Python here" in done.out
    given = {"PYTHONPATH": str(package), "PATH": os.environ["PATH"]}
    subprocess.run([sys.executable, "-S", "-c", "import handler"], cwd=app, env=given, check=True)
