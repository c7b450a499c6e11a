"""The wrapped buildpack's run, with the real engine: what it finds in the app, what is back after.

The wrapped buildpack is a bash script of a few lines that does to the app what the test asks for.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from buildpacks import CANARY, ROOT, Buildpack, Ran, executable, machine_python, tree

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

UPSTREAM = """#!/usr/bin/env bash
set -euo pipefail
cd "${1}"
mkdir -p "${3}/../seen"
cp -a . "${3}/../seen"
env --null >"${3}/../seen.env"
"""
LOCKS = {"Pipfile": "p", "Pipfile.lock": "{}", "poetry.lock": "o", "uv.lock": "u"}


@pytest.fixture
def pack(tmp_path: Path) -> Buildpack:
    root = tmp_path / "the buildpack"
    shutil.copytree(ROOT / "bin", root / "bin")
    shutil.copytree(ROOT / "lib", root / "lib", ignore=shutil.ignore_patterns("__pycache__"))
    folders = [tmp_path / name for name in ("an app", "a cache", "config vars", "a home")]
    for folder in folders:
        folder.mkdir()
    path = f"{machine_python(tmp_path / 'python bin')}:/usr/bin:/bin"
    environment = {"PATH": path, "HOME": str(folders[3]), "STACK": "heroku-24"}
    build, cache, env, _ = folders
    found = Buildpack(root, build, cache, env, environment)
    upstream(found, "")
    return found


def upstream(pack: Buildpack, more: str) -> None:
    folder = pack.build.parent / "an upstream"
    for script in ("compile", "test-compile"):
        executable(folder / "bin" / script, UPSTREAM + more)
    pack.config(SLUGFIT_UPSTREAM=str(folder))


def write(pack: Buildpack, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        file = pack.build / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def ci(pack: Buildpack) -> Ran:
    """As Heroku CI does: the same run, without slimming."""
    return pack.run("test-compile", pack.build, pack.cache, pack.env)


def seen(pack: Buildpack) -> dict[str, bytes]:
    found = tree(pack.build.parent / "seen")
    return {name: data for name, data in found.items() if ".slugfit-aside/" not in name}


def test_another_requirements_file_while_the_wrapped_buildpack_runs(pack: Buildpack) -> None:
    write(pack, {**LOCKS, "requirements/prod.txt": "-r base.txt\n", "requirements/base.txt": ""})
    write(pack, {"requirements.txt": "other\n", "pyproject.toml": "[project]\n"})
    before = tree(pack.build)
    pack.config(SLUGFIT_REQUIREMENTS="requirements/prod.txt")
    ran = ci(pack)
    assert (ran.code, ran.err) == (0, "")
    assert (
        "       Installing requirements/prod.txt with pip, instead of Pipfile, Pipfile.lock, "
        "poetry.lock, uv.lock, requirements.txt (SLUGFIT_REQUIREMENTS)\n"
    ) in ran.out
    there = seen(pack)
    assert there.keys() == before.keys() - LOCKS.keys()
    assert b"\n-r requirements/prod.txt\n" in there["requirements.txt"]
    assert b"  'requirements/base.txt'\n" in there["requirements.txt"]
    assert there["pyproject.toml"] == before["pyproject.toml"]
    assert tree(pack.build) == before


def test_the_slug_holds_the_apps_own_files(pack: Buildpack) -> None:
    write(pack, {"uv.lock": "u", "a.txt": "", "app.py": ""})
    before = tree(pack.build)
    pack.config(SLUGFIT_REQUIREMENTS="a.txt", SLUGFIT_VERIFY="off")
    ran = pack.compile()
    # There is no Python in this slug: put back as it was, and shipped.
    assert ran.code == 0, ran.out
    assert {name: tree(pack.build)[name] for name in before} == before
    assert "requirements.txt" not in tree(pack.build)


def test_requirements_txt_itself_may_be_named(pack: Buildpack) -> None:
    write(pack, {"uv.lock": "u", "requirements.txt": "-r b.txt\n", "b.txt": ""})
    before = tree(pack.build)
    pack.config(PIP_REQUIREMENTS_FILE="requirements.txt")
    assert ci(pack).code == 0
    assert seen(pack)["requirements.txt"].startswith(b"-r b.txt\n\n# Written by Slugfit")
    assert "uv.lock" not in seen(pack)
    assert tree(pack.build) == before


def test_it_may_stand_in_pyproject(pack: Buildpack) -> None:
    write(pack, {"pyproject.toml": '[tool.slugfit]\nrequirements = "a.txt"\n', "a.txt": ""})
    assert ci(pack).code == 0
    assert b"-r a.txt\n" in seen(pack)["requirements.txt"]


def test_pythons_version_stays_that_of_the_lock_file(pack: Buildpack) -> None:
    write(
        pack, {"a.txt": "", "Pipfile.lock": '{"_meta": {"requires": {"python_version": "3.11"}}}'}
    )
    pack.config(SLUGFIT_REQUIREMENTS="a.txt")
    ran = ci(pack)
    assert "Python 3.11 as before: the Pipenv files ask for it" in ran.out
    assert seen(pack)[".python-version"] == b"3.11\n"
    assert not (pack.build / ".python-version").exists()


def test_everything_is_back_after_a_failure(pack: Buildpack) -> None:
    upstream(pack, "exit 37\n")
    write(pack, {**LOCKS, "a.txt": ""})
    before = tree(pack.build)
    pack.config(SLUGFIT_REQUIREMENTS="a.txt")
    assert ci(pack).code == 37
    assert tree(pack.build) == before


def test_everything_is_back_where_there_is_nothing_to_wrap(pack: Buildpack) -> None:
    write(pack, {**LOCKS, "a.txt": ""})
    before = tree(pack.build)
    pack.config(SLUGFIT_REQUIREMENTS="a.txt", SLUGFIT_UPSTREAM="/nowhere")
    assert ci(pack).code == 1
    assert tree(pack.build) == before


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
@pytest.mark.parametrize("whole_group", [True, False])
def test_everything_is_back_after_a_signal(
    pack: Buildpack, number: signal.Signals, *, whole_group: bool
) -> None:
    upstream(pack, 'touch "${3}/../started"\nsleep 1\nls -A >"${3}/../late"\n')
    write(pack, {**LOCKS, "a.txt": ""})
    before = tree(pack.build)
    pack.config(SLUGFIT_REQUIREMENTS="a.txt")
    command = [pack.root / "bin/test-compile", pack.build, pack.cache, pack.env]
    with subprocess.Popen(
        command, env=pack.environment, stdout=subprocess.DEVNULL, start_new_session=True
    ) as running:
        while not (pack.build.parent / "started").exists():
            time.sleep(0.01)
        (os.killpg if whole_group else os.kill)(running.pid, number)
        assert running.wait(30) != 0
    assert tree(pack.build) == before
    late = pack.build.parent / "late"
    # What still runs sees no file come back under its hands.
    assert not late.exists() or "uv.lock" not in late.read_text()


def test_the_next_run_recovers_from_a_kill(pack: Buildpack) -> None:
    upstream(pack, "kill -9 ${PPID}\n")
    write(pack, {**LOCKS, "requirements.txt": "own\n", "a.txt": ""})
    before = tree(pack.build)
    pack.config(SLUGFIT_REQUIREMENTS="a.txt")
    assert ci(pack).code == -signal.SIGKILL
    assert not (pack.build / "uv.lock").exists()
    (pack.env / "SLUGFIT_REQUIREMENTS").unlink()
    upstream(pack, "")
    shutil.rmtree(pack.build.parent / "seen")
    assert ci(pack).code == 0
    assert (seen(pack), tree(pack.build)) == (before, before)


def test_what_a_hook_writes_stays_where_the_app_had_nothing(pack: Buildpack) -> None:
    upstream(pack, "echo hook >requirements.txt; echo hook >uv.lock; echo hook >poetry.lock\n")
    write(pack, {"uv.lock": "u", "a.txt": ""})
    pack.config(SLUGFIT_REQUIREMENTS="a.txt")
    assert ci(pack).code == 0
    texts = {name: data.decode() for name, data in tree(pack.build).items()}
    assert texts == {
        "uv.lock": "u",
        "a.txt": "",
        "requirements.txt": "hook\n",
        "poetry.lock": "hook\n",
    }


def test_links_and_modes_come_back_as_they_were(pack: Buildpack) -> None:
    write(pack, {"a.txt": "", "shared.lock": "u"})
    (pack.build / "uv.lock").symlink_to("shared.lock")
    (pack.build / "poetry.lock").symlink_to("nowhere")
    executable(pack.build / "Pipfile", "p")
    pack.config(SLUGFIT_REQUIREMENTS="a.txt")
    assert ci(pack).code == 0
    assert os.readlink(pack.build / "uv.lock") == "shared.lock"
    assert os.readlink(pack.build / "poetry.lock") == "nowhere"
    assert os.access(pack.build / "Pipfile", os.X_OK)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        *(("gone.txt", 1), ("folder", 1), ("uv.lock", 1)),
        # Here the settings cannot be used already.
        *(("/etc/passwd", 2), ("../out.txt", 2)),
    ],
)
def test_a_wrong_path_is_an_error_before_anything_changes(
    pack: Buildpack, value: str, code: int
) -> None:
    write(pack, {"uv.lock": "u", "folder/x": ""})
    before = tree(pack.build)
    pack.config(SLUGFIT_REQUIREMENTS=value)
    ran = ci(pack)
    assert (ran.code, ran.err) == (code, "")
    assert " !     " in ran.out
    assert value in ran.out
    assert "SLUGFIT_REQUIREMENTS" in ran.out
    assert not (pack.build.parent / "seen").exists()
    assert tree(pack.build) == before


@pytest.mark.parametrize("script", ["compile", "test-compile"])
def test_after_heroku_python_it_is_told_in_one_warning(pack: Buildpack, script: str) -> None:
    executable(pack.build / ".heroku/python/bin/python", "#!/bin/sh\nexit 1\n")
    pack.environment["PYTHONHOME"] = "/app/.heroku/python"
    write(pack, {"uv.lock": "u", "requirements.txt": "x\n"})
    pack.config(SLUGFIT_REQUIREMENTS="gone.txt", SLUGFIT_TORCH="cpu", SLUGFIT_VERIFY="off")
    before = tree(pack.build)
    ran = pack.run(script, pack.build, pack.cache, pack.env)
    assert ran.code == 0, ran.out
    assert (
        ran.out.count("Without effect in this build: SLUGFIT_REQUIREMENTS and SLUGFIT_TORCH") == 1
    )
    assert "heroku buildpacks:remove heroku/python" in ran.out
    assert {name: tree(pack.build)[name] for name in before} == before


# torch


def test_the_torch_index_reaches_pip_and_no_log(pack: Buildpack) -> None:
    write(pack, {"requirements.txt": "torch\n"})
    before = tree(pack.build)
    url = f"https://user:{CANARY}@index.example/cpu"
    pack.config(SLUGFIT_TORCH=f"{url}/")
    ran = ci(pack)
    assert (ran.code, ran.err) == (0, "")
    assert "torch comes from the index of CPU wheels" in ran.out
    passed = (pack.build.parent / "seen.env").read_bytes().decode().split("\0")
    assert f"TORCH_CPU_WHEELS={url}" in passed
    there = seen(pack)
    assert b"--find-links ${TORCH_CPU_WHEELS}/torch/\n" in there["requirements.txt"]
    assert b"nvidia-cublas-cu12<0\n" in there["slugfit-torch-cpu.txt"]
    assert tree(pack.build) == before
    for data in (*tree(pack.cache).values(), *there.values()):
        assert CANARY.encode() not in data


def test_another_index_installs_afresh(pack: Buildpack) -> None:
    write(pack, {"requirements.txt": "torch\n"})
    stale = "Installing from scratch"
    ci(pack)
    (pack.cache / ".heroku/python").mkdir(parents=True)
    pack.config(SLUGFIT_TORCH="cpu")
    assert stale in ci(pack).out
    (pack.cache / ".heroku/python").mkdir(parents=True)
    assert stale not in ci(pack).out
    pack.config(SLUGFIT_TORCH="https://index.example/cpu")
    assert stale in ci(pack).out


LOCKED = {
    "uv.lock": ('name = "torch"\nversion = "2.9.0"\n', "[tool.uv.sources]"),
    "poetry.lock": ('name = "torch"\nversion = "2.9.0"\n', "[[tool.poetry.source]]"),
    "Pipfile.lock": ('{"default": {"torch": {"version": "==2.9.0"}}}', "[[source]]"),
}


@pytest.mark.parametrize("name", LOCKED)
def test_a_lock_file_is_told_with_the_lines_to_change(pack: Buildpack, name: str) -> None:
    text, lines = LOCKED[name]
    write(pack, {name: text, "Pipfile": ""} if name == "Pipfile.lock" else {name: text})
    pack.config(SLUGFIT_TORCH="cpu")
    ran = ci(pack)
    assert ran.code == 0
    assert f" !     SLUGFIT_TORCH has no effect: {name} pins torch 2.9.0 with CUDA" in ran.out
    assert lines in ran.out
    assert "requirements.txt" not in seen(pack)
    assert "TORCH_CPU_WHEELS" not in (pack.build.parent / "seen.env").read_text()


def test_hashes_are_told_and_left_to_decide(pack: Buildpack) -> None:
    write(pack, {"a.txt": "-r b.txt\n", "b.txt": "torch==2.9.0 \\\n  --hash=sha256:00\n"})
    pack.config(SLUGFIT_TORCH="cpu", SLUGFIT_REQUIREMENTS="a.txt")
    ran = ci(pack)
    assert " !     SLUGFIT_TORCH has no effect: the requirements come with hashes" in ran.out
    assert b"find-links" not in seen(pack)["requirements.txt"]


def test_packages_for_a_gpu_that_came_all_the_same_are_named(pack: Buildpack) -> None:
    write(pack, {"requirements.txt": ""})
    site = ".heroku/python/lib/python3.12/site-packages"
    upstream(pack, f"mkdir -p {site}/{{torch-2.9.0,nvidia_nccl_cu12-2.27}}.dist-info\n")
    pack.config(SLUGFIT_TORCH="cpu")
    ran = ci(pack)
    assert ran.code == 0
    assert " !     SLUGFIT_TORCH is set, and yet packages for a GPU were installed (1):" in ran.out
    assert " !       torch==2.9.0+cpu" in ran.out
