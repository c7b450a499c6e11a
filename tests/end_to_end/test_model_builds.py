"""Models from pyproject.toml to the running process, through bin/compile and a booted slug."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import tarfile
from typing import TYPE_CHECKING

import pytest

from file_server import carried, drops_after, serving
from made_up_buildpack import APP, UPSTREAM
from pythons import ROOT, Ran, engine, real_slug
from slugfit.models.boot_script import BOOT_SCRIPT, CARRIED_MODULES, MODELS_LIST
from trees import distribution, plant

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from file_server import Server


SMALL, LARGE = b"small" * 100, bytes(range(256)) * 8000
# Answers only if both models are there.
SERVER = f"""\
import hashlib, http.server, os
def sha256(path): return hashlib.sha256(open(path, "rb").read()).hexdigest()
assert sha256("models/small.bin") == "{hashlib.sha256(SMALL).hexdigest()}"
assert sha256("models/large.bin") == "{hashlib.sha256(LARGE).hexdigest()}"
address = ("127.0.0.1", int(os.environ["PORT"]))
http.server.HTTPServer(address, http.server.SimpleHTTPRequestHandler).serve_forever()
"""


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as made:
        made.files.update({"/small.bin": SMALL, "/large.bin": LARGE})
        yield made


def table(server: Server, name: str, content: bytes, when: str) -> str:
    return (
        f"[[tool.slugfit.models]]\nurl = '{server.url(f'/{name}')}'\npath = 'models/{name}'\n"
        f"sha256 = '{hashlib.sha256(content).hexdigest()}'\nwhen = '{when}'\n"
    )


def pyproject(server: Server) -> str:
    return table(server, "small.bin", SMALL, "build") + table(server, "large.bin", LARGE, "boot")


def test_a_local_build_fetches_and_its_slug_boots_with_all_models(
    server: Server, tmp_path: Path
) -> None:
    upstream = plant(tmp_path / "upstream", UPSTREAM)
    for script in (upstream / "bin").iterdir():
        script.chmod(0o755)
    app = plant(
        tmp_path / "app",
        {
            **APP,
            "server.py": SERVER,
            "pyproject.toml": pyproject(server),
            ".slugignore": "models\n",
        },
    )
    folders = ("--output", tmp_path / "out", "--cache", tmp_path / "cache")
    arguments = ("build", app, *folders, "--upstream", upstream, "--boot")
    server.script.append(drops_after(100))
    first = engine(*arguments)
    assert first.code == 0, first.out + first.err
    assert first.out.index("-----> Models") < first.out.index("-----> Installing")
    assert "GET / answered 200" in first.out
    assert [asked.path for asked in server.asked] == ["/small.bin", "/small.bin", "/large.bin"]
    with tarfile.open(tmp_path / "out/slug.tgz") as slug:
        names = set(slug.getnames())
    assert {"./app/models/small.bin", f"./app/{MODELS_LIST}", f"./app/{BOOT_SCRIPT}"} <= names
    assert not any("large.bin" in name or name.endswith(".part") for name in names)
    server.asked.clear()
    second = engine(*arguments)
    assert second.code == 0, second.out + second.err
    assert "models/small.bin: 0.0 MB, from the build cache" in second.out
    assert [asked.path for asked in server.asked] == ["/large.bin"]


@pytest.mark.index
@pytest.mark.xdist_group("models")
def test_the_stand_ins_python_fetches_at_boot(server: Server, tmp_path: Path) -> None:
    app = shutil.copytree(ROOT / "fixtures/pip_empty", tmp_path / "app")
    plant(app, {"pyproject.toml": pyproject(server), "server.py": SERVER})
    (app / "Procfile").write_text("web: python server.py\n")
    answer = engine("build", app, "--output", tmp_path / "out", "--boot")
    assert answer.code == 0, answer.out + answer.err
    assert "GET / answered 200" in answer.out
    assert [asked.path for asked in server.asked] == ["/small.bin", "/large.bin"]


def compiled(tmp_path: Path, text: str) -> Ran:
    """bin/compile after another Python buildpack, with the real engine."""
    site = distribution("pkg", "1.0", {"pkg/__init__.py": "", "pkg/tests/x.py": ""})
    files = {"app.py": "import pkg\n", "requirements.txt": "", "pyproject.toml": text}
    build = real_slug(tmp_path / "build", site, files)
    for name in ("bin", "lib"):
        shutil.copytree(ROOT / name, tmp_path / "buildpack" / name, symlinks=True)
    done = subprocess.run(
        [tmp_path / "buildpack/bin/compile", build, tmp_path / "cache", tmp_path / "env"],
        env={**os.environ, "STACK": "heroku-24", "PYTHONHOME": "/app/.heroku/python"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def test_the_log_of_a_build(server: Server, tmp_path: Path) -> None:
    ran = compiled(tmp_path, pyproject(server))
    assert (ran.code, ran.err) == (0, "")
    log = re.sub(r":\d+/|\d+\.\d s", "…", ran.out.partition("-----> Slugfit")[0])
    assert log == (
        "-----> Models\n"
        "       models/small.bin: fetching from http://127.0.0.1…small.bin\n"
        "       models/small.bin: 0.0 MB, fetched in …\n"
        "       models/large.bin: fetched when a process starts\n"
    )
    build = tmp_path / "build"
    assert (build / "models/small.bin").read_bytes() == SMALL
    assert carried(build) == sorted([*CARRIED_MODULES, "models.json"])


def test_the_log_of_a_build_without_its_model(server: Server, tmp_path: Path) -> None:
    server.files.pop("/small.bin")
    ran = compiled(tmp_path, pyproject(server))
    assert (ran.code, ran.err) == (10, "")
    assert ran.out.replace(str(server.port), "PORT") == (
        "-----> Models\n"
        "       models/small.bin: fetching from http://127.0.0.1:PORT/small.bin\n"
        "       models/large.bin: fetched when a process starts\n"
        "\n"
        " !     slugfit: models/small.bin could not be fetched from http://127.0.0.1:PORT/small.bin.\n"
        " !       The server answered 404 Not Found.\n"
        " !       Correct its url in pyproject.toml.\n"
        " !     The build stops here: a model that pyproject.toml asks for could not be fetched.\n"
        "\n"
    )


def test_errors_in_models_stop_a_build_with_the_others(server: Server, tmp_path: Path) -> None:
    text = "[tool.slugfit]\nlevel = 'x'\n" + pyproject(server).replace("'boot'", "'later'")
    ran = compiled(tmp_path, text)
    assert (ran.code, ran.err) == (2, "")
    assert " !     - SLUGFIT_LEVEL is 'x'; it accepts standard, unused, auto, measure." in ran.out
    assert ' !     - [[tool.slugfit.models]] 2: when must be "build" or "boot".' in ran.out
    assert server.asked == []
