"""Compiled wheels between builds: what stays of the caches, and that nothing is compiled twice."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from typing import TYPE_CHECKING

import pytest

from buildpacks import ROOT, Buildpack, Ran, executable, tree
from indexes import hermetic, sdist, served
from slugfit.wrapping.wheels import kept_wheels_line, prune_wheels
from trees import Content, plant

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


WHEEL = "{}-{}-cp311-cp311-linux_x86_64.whl"
A, B = WHEEL.format("a", "1.0"), WHEEL.format("b_b", "2.0")

# Files of the package managers' caches, and which of them are still there after a build.
CACHES: dict[str, bool] = {
    f"pip/wheels/aa/bb/{A}": True,
    "pip/wheels/aa/bb/origin.json": True,
    "pip/http-v2/a/b/c": False,
    "pip/http/a/b/c": False,
    "pip/selfcheck/x": False,
    f"pipenv/wheels/aa/bb/{A}": True,
    "pipenv/http-v2/a": False,
    "pipenv/depcache-cpython3.11.json": False,
    "poetry/cache/repositories/pypi/a": False,
    f"poetry/artifacts/aa/bb/{A}": True,
    "poetry/artifacts/aa/bb/a-1.0.tar.gz": True,
    f"poetry/artifacts/aa/cc/{B}": False,
    "poetry/artifacts/aa/dd/d-1.0.tar.gz": False,
    "uv/simple-v28/pypi/a.rkyv": False,
    "uv/CACHEDIR.TAG": False,
    f"uv/sdists-v11/pypi/a/1.0/x/{A}": True,
    "uv/sdists-v11/pypi/a/1.0/revision.http": True,
    f"uv/sdists-v11/path/1234/{A}": False,
    f"uv/sdists-v11/editable/1234/{A}": False,
    "made-with.sha256": True,
}


def names(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_only_what_was_compiled_stays(tmp_path: Path) -> None:
    plant(tmp_path, dict.fromkeys(CACHES, "x"))
    kept = prune_wheels(tmp_path, {"a": "1.0", "b-b": "2.0"})
    assert names(tmp_path) == {name for name, stays in CACHES.items() if stays}
    assert {(wheel.name, wheel.version) for wheel in kept} == {("a", "1.0")}
    assert not [path for path in tmp_path.rglob("*") if path.is_dir() and not os.listdir(path)]
    assert prune_wheels(tmp_path, {}) == ()
    assert names(tmp_path) == {name for name, stays in CACHES.items() if stays}


def test_the_least_recently_used_go_first(tmp_path: Path) -> None:
    files: dict[str, Content] = {
        f"pip/wheels/{number}/{WHEEL.format(f'n{number}', '1.0')}": "x" * 100 for number in range(4)
    }
    plant(tmp_path, files)
    for number in range(4):
        os.utime(tmp_path / f"pip/wheels/{number}", (1000 + number, 1000 + number))
    # The oldest is in use, so the next two have to make room.
    kept = prune_wheels(tmp_path, {"n0": "1.0", "n3": "2.0"}, limit=200)
    assert sorted(os.listdir(tmp_path / "pip/wheels")) == ["0", "3"]
    assert [wheel.name for wheel in kept] == ["n0"]
    # It counts as used from now on.
    assert prune_wheels(tmp_path, {}, limit=100) == ()
    assert os.listdir(tmp_path / "pip/wheels") == ["0"]


def test_a_wheel_that_is_larger_than_the_limit_goes(tmp_path: Path) -> None:
    plant(tmp_path, {f"pip/wheels/a/{A}": "x" * 100})
    assert prune_wheels(tmp_path, {"a": "1.0"}, limit=99) == ()
    assert names(tmp_path) == set()


def test_no_link_is_followed(tmp_path: Path) -> None:
    outside = plant(tmp_path / "outside", {A: "x", "http/y": "y"})
    caches = tmp_path / "caches"
    (caches / "pip").mkdir(parents=True)
    (caches / "pip/http-v2").symlink_to(outside)
    (caches / "pip/wheels").symlink_to(outside)
    prune_wheels(caches, {})
    assert names(outside) == {A, "http/y"}
    assert not (caches / "pip/http-v2").is_symlink()


def test_an_empty_cache_is_nothing_to_tell(tmp_path: Path) -> None:
    assert kept_wheels_line(prune_wheels(tmp_path / "none", {})) == ""


# Builds: the wrapped buildpack is a few lines of bash that call the real pip as the real one does.

UPSTREAM = f"""#!/usr/bin/env bash
set -euo pipefail
cd "${{1}}"
site="${{1}}/.heroku/python/lib/python3.{sys.version_info[1]}/site-packages"
mkdir -p "${{site}}"
pip install -r requirements.txt --exists-action=w --no-cache-dir --no-input --target "${{site}}" \\
	--no-index --find-links "$(cat "${{3}}/INDEX")"
if [[ -f bin/post_compile ]]; then bin/post_compile; fi
"""


@pytest.fixture
def pack(tmp_path: Path) -> Iterator[Buildpack]:
    root = tmp_path / "the buildpack"
    shutil.copytree(ROOT / "bin", root / "bin")
    shutil.copytree(ROOT / "lib", root / "lib", ignore=shutil.ignore_patterns("__pycache__"))
    folders = [tmp_path / name for name in ("app", "cache", "env", "home")]
    for folder in folders:
        folder.mkdir()
    build, cache, env, home = folders
    for script in ("compile", "test-compile"):
        executable(tmp_path / "upstream/bin" / script, UPSTREAM)
    sdist(tmp_path / "index", "slowly", "1.0")
    sdist(tmp_path / "index", "other", "1.0")
    found = Buildpack(root, build, cache, env, dict(hermetic(home)))
    with served(tmp_path / "index") as url:
        found.config(SLUGFIT_UPSTREAM=str(tmp_path / "upstream"), INDEX=f"{url}/")
        yield found


def build(pack: Buildpack, requirements: str) -> Ran:
    """In a new folder, as on the platform."""
    shutil.rmtree(pack.build)
    plant(pack.build, {"requirements.txt": requirements})
    ran = pack.run("test-compile", pack.build, pack.cache, pack.env)
    assert ran.code == 0, ran.out + ran.err
    return ran


def compiled(ran: Ran) -> set[str]:
    lines = (line.strip() for line in ran.out.splitlines())
    return {line.split()[3] for line in lines if line.startswith("Building wheel for ")}


def test_nothing_is_compiled_twice(pack: Buildpack) -> None:
    first = build(pack, "slowly\n")
    assert compiled(first) == {"slowly"}
    assert "       Compiled wheels kept for the next builds: slowly 1.0 (0.0 MB)\n" in first.out
    second = build(pack, "slowly\nother\n")
    assert compiled(second) == {"other"}
    assert "Using cached slowly-1.0-" in second.out
    kept = {name.split("/")[2] for name in tree(pack.cache) if name.startswith("slugfit/wheels/")}
    assert kept == {"pip", "made-with.sha256"}
    assert os.listdir(pack.cache / "slugfit/wheels/pip") == ["wheels"]


@pytest.mark.parametrize(
    "change",
    [{"CFLAGS": "-O1"}, {"CMAKE_ARGS": "-DX=1"}, {"PIP_CONFIG_SETTINGS": "a=b"}],
    ids=lambda change: next(iter(change)),
)
def test_other_settings_compile_afresh(pack: Buildpack, change: dict[str, str]) -> None:
    build(pack, "slowly\n")
    pack.config(**change)
    ran = build(pack, "slowly\n")
    assert compiled(ran) == {"slowly"}
    assert "Compiling afresh" in ran.out
    ran = build(pack, "slowly\n")
    assert (compiled(ran), "Compiling afresh" in ran.out) == (set(), False)


def test_another_stack_or_other_libraries_compile_afresh(pack: Buildpack) -> None:
    build(pack, "slowly\n")
    pack.environment["STACK"] = "heroku-26"
    assert compiled(build(pack, "slowly\n")) == {"slowly"}
    pack.environment["CPATH"] = f"{pack.build}/.apt/usr/include"
    assert compiled(build(pack, "slowly\n")) == {"slowly"}
    # The next build has another folder, and the same libraries in it.
    pack.build = pack.build.with_name("app2")
    pack.build.mkdir()
    pack.environment["CPATH"] = f"{pack.build}/.apt/usr/include"
    assert compiled(build(pack, "slowly\n")) == set()


def test_a_failed_build_keeps_what_it_compiled(pack: Buildpack) -> None:
    shutil.rmtree(pack.build)
    plant(pack.build, {"requirements.txt": "slowly\n"})
    executable(pack.build / "bin/post_compile", "#!/bin/sh\nexit 1\n")
    assert pack.run("test-compile", pack.build, pack.cache, pack.env).code == 1
    assert compiled(build(pack, "slowly\n")) == set()


def test_it_can_be_switched_off(pack: Buildpack) -> None:
    pack.config(PIP_NO_CACHE_DIR="1")
    build(pack, "slowly\n")
    assert compiled(build(pack, "slowly\n")) == {"slowly"}


def test_only_the_wrapped_buildpacks_own_call_gets_a_cache(pack: Buildpack) -> None:
    hook = (
        '#!/usr/bin/env bash\npip --version\npip download --no-cache-dir "$0" || echo "code $?"\n'
    )
    shutil.rmtree(pack.build)
    plant(pack.build, {"requirements.txt": ""})
    executable(pack.build / "bin/post_compile", hook)
    ran = pack.run("test-compile", pack.build, pack.cache, pack.env)
    assert ran.code == 0
    assert "code 1" in ran.out
    assert not (pack.cache / "slugfit/wheels/pip").exists()


def test_another_cache_in_the_environment_is_left_alone(pack: Buildpack, tmp_path: Path) -> None:
    pack.environment["PIP_CACHE_DIR"] = str(tmp_path / "mine")
    build(pack, "slowly\n")
    assert (tmp_path / "mine/wheels").is_dir()
    assert names(pack.cache / "slugfit/wheels") == {"made-with.sha256"}


def test_an_engine_that_fails_leaves_no_downloads(pack: Buildpack) -> None:
    text = (pack.root / "lib/slugfit/wrapping/wheels.py").read_text()
    broken = text.replace("    room = limit\n", "    raise ValueError\n")
    assert broken != text
    (pack.root / "lib/slugfit/wrapping/wheels.py").write_text(broken)
    ran = build(pack, "slowly\n")
    assert " !     Slugfit kept no compiled wheels (exit code 1)." in ran.out
    assert not (pack.cache / "slugfit/wheels").exists()


# The other package managers


def test_each_package_manager_gets_a_cache_of_its_own(pack: Buildpack) -> None:
    """The wrapped buildpack decides about uv's cache itself, and calls uv from bash."""
    upstream = pack.build.parent / "upstream/bin"
    script = '#!/usr/bin/env bash\nexport UV_CACHE_DIR=/elsewhere\nenv -0 >"${1}/env"\nuv sync\n'
    plant(pack.build, {"uv.lock": ""})
    for name in ("compile", "test-compile"):
        executable(upstream / name, script)
    seen = pack.build.parent / "uv-calls"
    uv = f'#!/bin/sh\necho "$UV_CACHE_DIR $*" >>"{seen}"\nmkdir -p "$UV_CACHE_DIR/sdists-v9"\n'
    executable(pack.build.parent / "bin/uv", uv)
    pack.environment["PATH"] = f"{pack.build.parent / 'bin'}:{pack.environment['PATH']}"
    executable(pack.cache / ".heroku/python-uv/uv", uv)
    assert pack.run("test-compile", pack.build, pack.cache, pack.env).code == 0
    variables = (pack.build / "env").read_bytes().decode().split("\0")
    found = dict(item.split("=", 1) for item in variables if item)
    caches = pack.cache / "slugfit/wheels"
    for manager in ("pip", "pipenv", "poetry"):
        assert found[f"{manager.upper()}_CACHE_DIR"] == str(caches / manager)
    assert seen.read_text().splitlines() == [f"{caches}/uv sync", f"{caches}/uv cache prune --ci"]


@pytest.mark.parametrize(
    ("file", "functions"),
    [("requirements.txt", {"pip"}), ("uv.lock", {"uv"}), ("poetry.lock", set())],
)
def test_hooks_find_no_program_that_is_not_there(
    pack: Buildpack, file: str, functions: set[str]
) -> None:
    script = '#!/usr/bin/env bash\ndeclare -F >"${3}/../functions"\n'
    for name in ("compile", "test-compile"):
        executable(pack.build.parent / "upstream/bin" / name, script)
    plant(pack.build, {file: ""})
    assert pack.run("test-compile", pack.build, pack.cache, pack.env).code == 0
    found = (pack.build.parent / "functions").read_text().split()
    assert set(found) - {"declare", "-fx"} == functions


def test_uvs_cache_goes_where_no_uv_can_prune_it(pack: Buildpack) -> None:
    plant(pack.build, {"requirements.txt": ""})
    plant(pack.cache, {"slugfit/wheels/uv/sdists-v9/pypi/a/1.0/x/" + A: "x"})
    build(pack, "")
    assert not (pack.cache / "slugfit/wheels/uv").exists()


LOCK = """version = 1
requires-python = ">=3.10"

[[package]]
name = "app"
version = "1"
source = {{ virtual = "." }}
dependencies = [
    {{ name = "slowly" }},
]

[package.metadata]
requires-dist = [{{ name = "slowly", specifier = "==1.0" }}]

[[package]]
name = "slowly"
version = "1.0"
source = {{ registry = "{url}" }}
sdist = {{ url = "{url}slowly/slowly-1.0.tar.gz", hash = "sha256:{digest}" }}
"""
PROJECT = """[project]
name = "app"
version = "1"
requires-python = ">=3.10"
dependencies = ["slowly==1.0"]
[[tool.uv.index]]
url = "{url}"
default = true
"""


@pytest.mark.index
def test_uv_compiles_nothing_twice(pack: Buildpack, tmp_path: Path) -> None:
    archive = sdist(tmp_path / "index/slowly", "slowly", "1.0")
    url = (pack.env / "INDEX").read_text()
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    files: dict[str, Content] = {
        "pyproject.toml": PROJECT.format(url=url),
        "uv.lock": LOCK.format(url=url, digest=digest),
    }
    pack.config(SLUGFIT_UPSTREAM=str(ROOT / "lib/standin"))
    pack.environment = {**os.environ, **pack.environment, "HOME": pack.environment["HOME"]}
    del pack.environment["PIP_CONFIG_FILE"]
    for expected in (True, False):
        shutil.rmtree(pack.build)
        plant(pack.build, files)
        ran = pack.run("test-compile", pack.build, pack.cache, pack.env)
        assert ran.code == 0, ran.out + ran.err
        assert ("Building slowly" in ran.out) is expected
        assert "Compiled wheels kept for the next builds: slowly 1.0" in ran.out
        # As when Python or uv gets a new version.
        shutil.rmtree(pack.cache / ".heroku/python")
