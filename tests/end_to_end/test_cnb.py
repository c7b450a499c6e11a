"""Cloud Native Buildpacks: bin/detect and bin/build as the lifecycle runs them.

The lifecycle is emulated by its specification (buildpack API 0.12): its environment, folders, exit
codes and what it restores between builds; the buildpack and the platform folder are read-only, and
where the tests run as root, the build is another user's. Before ours a stand-in for heroku/python's
buildpack makes the environment: in a layer of its own, with hash-checked bytecode and fixed times.
"""

from __future__ import annotations

import functools
import hashlib
import os
import shutil
import stat
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lifecycle import APP, FIXED, Lifecycle, tables
from pythons import ROOT
from slugfit import __version__
from trees import Content, plant, snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(params=[False, True], ids=["pip", "Poetry or uv"])
def lifecycle(request: pytest.FixtureRequest) -> Iterator[Lifecycle]:
    # Not below pytest's folder: nobody else may look into that.
    folder = Path(tempfile.mkdtemp(prefix="slugfit-cnb-"))
    for place in (folder, *folder.parents):
        if place.is_relative_to(tempfile.gettempdir()) and not place.stat().st_mode & stat.S_ISVTX:
            place.chmod(place.stat().st_mode | stat.S_IXGRP | stat.S_IXOTH)
    yield Lifecycle(folder, request.param)
    subprocess.run(["chmod", "-R", "u+w", folder], check=True)
    shutil.rmtree(folder)


def sources(folder: Path) -> list[str]:
    """What is in a folder besides bytecode."""
    return sorted(name for name in os.listdir(folder) if name != "__pycache__")


def build(lifecycle: Lifecycle, **variables: str) -> str:
    """One whole build; its log."""
    lifecycle.start(**variables)
    plant(lifecycle.app, APP)
    lifecycle.python_buildpack()
    assert lifecycle.run("detect").code == 0
    ran = lifecycle.run("build", **variables)
    assert (ran.code, ran.err) == (0, ""), ran.out
    return ran.out


def test_the_environment_and_the_app_are_slimmed_and_verified(lifecycle: Lifecycle) -> None:
    log = build(lifecycle, SLUGFIT_BYTECODE="strip")
    assert "-----> Slugfit: slimming the virtual environment and the app" in log
    assert "Verified: 3 imports" in log
    # What the app refers to stays, though the app lies elsewhere.
    assert sources(lifecycle.site / "pkg/tests") == ["used.py"]
    assert not list(lifecycle.site.rglob("*.pyc"))
    assert lifecycle.types("environment") == {"launch": True}
    assert lifecycle.types("kept") == {"cache": True}
    defaults = lifecycle.own / "environment/env.launch"
    assert {file.name: file.read_text() for file in defaults.iterdir()} == {
        "PYTHONUNBUFFERED.default": "1",
        "MALLOC_ARENA_MAX.default": "2",
    }
    labels = tables((lifecycle.own / "launch.toml").read_text())["labels"]
    assert {"key": "io.slugfit.version", "value": __version__} in labels
    assert "io.slugfit.seconds" not in {label["key"] for label in labels}


def test_the_limit_is_an_images_unless_one_is_named(lifecycle: Lifecycle) -> None:
    plant(lifecycle.app, {".slugignore": "notes/\n", "notes/ideas.txt": ""})
    log = build(lifecycle)
    assert "none is known (image); what counts is the uncompressed size" in log
    assert "heroku)" not in log
    # No platform of images leaves that out by itself.
    assert not (lifecycle.app / "notes").exists()
    lifecycle.restore()
    log = build(lifecycle, SLUGFIT_LIMIT="fly")
    assert "8000.0 MB uncompressed (fly, 8GB uncompressed): fits" in log


def test_hash_checked_bytecode_stays_valid(lifecycle: Lifecycle) -> None:
    build(lifecycle, SLUGFIT_BYTECODE="keep")
    compiled = next(lifecycle.site.glob("pkg/__pycache__/core.*.pyc"))
    assert compiled.read_bytes()[4:8] == b"\x03\0\0\0"
    # The times that an image gives its files do not matter to it.
    os.utime(lifecycle.site / "pkg/core.py", (FIXED, FIXED))
    python = lifecycle.environment / "bin/python"
    done = subprocess.run(
        [python, "-I", "-v", "-c", "import pkg.core"], capture_output=True, text=True, check=True
    )
    assert f"{compiled} matches {lifecycle.site}/pkg/core.py" in done.stderr


def test_the_next_build_starts_from_the_whole_tree(lifecycle: Lifecycle) -> None:
    build(lifecycle)
    assert (lifecycle.own / "kept/tree").exists() == lifecycle.cached
    lifecycle.restore()
    log = build(lifecycle, SLUGFIT_RULES_OFF="tests")
    assert (lifecycle.site / "pkg/tests/test_a.py").is_file()
    assert "Since the last build" in log
    lifecycle.restore()
    build(lifecycle)
    assert sources(lifecycle.site / "pkg/tests") == ["used.py"]


def test_a_build_that_only_measures_gives_everything_back(lifecycle: Lifecycle) -> None:
    lifecycle.start()
    lifecycle.python_buildpack()
    more: dict[str, Content] = {
        "nobodys/__init__.py": "",
        "nobodys/tests/test_a.py": "def test(): pass\n",
        "nobodys/a.pyi": "",
        "single.py": "",
        "single.pyi": "",
        "old/__init__.py": "",
        "old/tests/test_old.py": "import unittest\n",
        "old-1-py3.12.egg-info/PKG-INFO": "Metadata-Version: 2.1\nName: old\nVersion: 1\n",
    }
    plant(lifecycle.site, more)
    plant(lifecycle.environment, {"share/man/man1/x.1": "", "share/doc/x/y": ""})
    compiled = (lifecycle.environment / "bin/python", "-m", "compileall", "-q", lifecycle.site)
    subprocess.run(compiled, check=True)
    whole = snapshot(lifecycle.environment)
    plant(lifecycle.app, APP)
    assert lifecycle.run("build").code == 0
    assert len(snapshot(lifecycle.environment)) < len(whole)
    if lifecycle.cached:
        for number in range(2):  # The second one has nothing to give back, and loses nothing.
            lifecycle.restore()
            build(lifecycle, SLUGFIT_LEVEL="measure")
            assert snapshot(lifecycle.environment) == whole, number
        assert not (lifecycle.own / "kept/tree").exists()


def test_the_same_build_gives_the_same_layers(lifecycle: Lifecycle) -> None:
    build(lifecycle)
    first = {
        **snapshot(lifecycle.environment),
        "launch": (lifecycle.own / "launch.toml").read_text(),
    }
    lifecycle.restore()
    build(lifecycle)
    again = {
        **snapshot(lifecycle.environment),
        "launch": (lifecycle.own / "launch.toml").read_text(),
    }
    assert first.keys() == again.keys()
    assert first["launch"] == again["launch"]


def test_software_bills_of_materials_and_other_layers_stay(lifecycle: Lifecycle) -> None:
    foreign = {
        "heroku_python/venv.sbom.cdx.json": "{}",
        "heroku_python/python/lib/os.py": "import sys\n",
        "heroku_python/launch.sbom.cdx.json": "{}",
        "slugfit_slugfit/launch.sbom.cdx.json": "{}",
    }
    plant(lifecycle.layers, dict(foreign))
    build(lifecycle)
    for name, content in foreign.items():
        assert (lifecycle.layers / name).read_text() == content


def test_the_apps_own_lists_count_in_both_places(lifecycle: Lifecycle) -> None:
    plant(lifecycle.app, {".slugfitignore": "helper.py\n*.psd\n", "art/big.psd": "x" * 2_000_000})
    log = build(lifecycle)
    assert not (lifecycle.app / "art/big.psd").exists()
    assert "From the app's own folder went 1 files, 2.0 MB." in log
    # The other was needed: it came back, and the log says so.
    assert (lifecycle.site / "pkg/helper.py").is_file()
    assert "Put back" in log


def test_without_heroku_python_before_it_says_what_to_do(lifecycle: Lifecycle) -> None:
    lifecycle.start()
    plant(lifecycle.app, APP)
    ran = lifecycle.run("build", VIRTUAL_ENV="")
    assert ran.code == 0
    assert "put heroku/python before Slugfit" in ran.out


def test_images_for_tests_are_not_slimmed(lifecycle: Lifecycle) -> None:
    lifecycle.start()
    plant(lifecycle.app, APP)
    lifecycle.python_buildpack()
    before = snapshot(lifecycle.environment)
    ran = lifecycle.run("build", exec_env="test")
    assert (ran.code, snapshot(lifecycle.environment)) == (0, before)
    assert "images for tests are not slimmed" in ran.out


@pytest.mark.parametrize(
    ("variables", "code", "told"),
    [
        ({"SLUGFIT_LEVEL": "most"}, 2, "SLUGFIT_LEVEL is 'most'"),
        ({"SLUGFIT_LIMIT": "10", "SLUGFIT_OVER_LIMIT": "fail"}, 3, "over the limit"),
    ],
)
def test_settings_come_from_the_platforms_folder(
    lifecycle: Lifecycle, variables: dict[str, str], code: int, told: str
) -> None:
    lifecycle.start(**variables)
    plant(lifecycle.app, APP)
    lifecycle.python_buildpack()
    ran = lifecycle.run("build")
    assert (ran.code, told in ran.out) == (code, True), ran.out + ran.err


def test_usage() -> None:
    environment = {"PATH": os.environ["PATH"]}
    ran = functools.partial(subprocess.run, env=environment, capture_output=True, text=True)
    done = ran([ROOT / "bin/build"])
    assert done.returncode == 2
    assert "Usage: bin/build, with CNB_LAYERS_DIR set" in done.stdout


@pytest.mark.parametrize(
    ("files", "arguments", "code"),
    [
        ({"requirements.txt": ""}, [], 0),
        ({"uv.lock": ""}, ["/platform", "/plan.toml"], 0),
        ({"package.json": "{}"}, [], 100),
        ({}, ["/platform", "/plan.toml"], 100),
    ],
)
def test_detection(
    tmp_path: Path, files: dict[str, Content], arguments: list[str], code: int
) -> None:
    plan = tmp_path / "plan.toml"
    plan.touch()
    app = plant(tmp_path / "app", files)
    app.mkdir(exist_ok=True)
    done = subprocess.run(
        [ROOT / "bin/detect", *arguments],
        cwd=app,
        env={"PATH": os.environ["PATH"], "CNB_BUILD_PLAN_PATH": str(plan)},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, plan.read_text()) == (code, "")


def test_one_buildpack_toml_serves_both_worlds() -> None:
    found = tables((ROOT / "buildpack.toml").read_text())
    assert found["api"] == "0.12"
    assert found["buildpack"]["version"] == __version__
    assert found["buildpack"]["id"].partition("/")[2] == "slugfit"
    assert found["targets"] == [{"os": "linux"}]
    for name in found["publish"]["Ignore"]["files"]:
        assert (ROOT / name.rstrip("/")).exists()
    # Everything that a build runs is in it.
    assert not {"bin/", "lib/"} & set(found["publish"]["Ignore"]["files"])


def test_models_come_with_the_image_or_before_a_process_starts(
    lifecycle: Lifecycle, tmp_path: Path
) -> None:
    entries = []
    for when in ("build", "boot"):
        served = tmp_path / f"{when}.bin"
        served.write_bytes(b"weights for " + when.encode())
        digest = hashlib.sha256(served.read_bytes()).hexdigest()
        shutil.copy(served, lifecycle.folder)
        entries.append(
            f'[[tool.slugfit.models]]\nurl = "file://{lifecycle.folder}/{when}.bin"\n'
            f'sha256 = "{digest}"\npath = "models/{when}.bin"\nwhen = "{when}"\n'
        )
    plant(lifecycle.app, {"pyproject.toml": "\n".join(entries)})
    build(lifecycle)
    assert os.listdir(lifecycle.app / "models") == ["build.bin"]
    programs = list((lifecycle.own / "environment/exec.d").iterdir())
    assert [program.name for program in programs] == ["slugfit-models"]
    # As the launcher starts it: in the app's folder, with a third descriptor for variables.
    with (tmp_path / "variables").open("wb") as variables:
        script = f'exec "$1" 3>&{variables.fileno()}'
        subprocess.run(
            ["bash", "-c", script, "bash", programs[0]],
            cwd=lifecycle.app,
            pass_fds=(variables.fileno(),),
            check=True,
        )
    assert (tmp_path / "variables").read_bytes() == b""
    assert sorted(os.listdir(lifecycle.app / "models")) == ["boot.bin", "build.bin"]
