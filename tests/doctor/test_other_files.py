"""Aptfile, variables, .slugignore, Python versions, memory, and what lies in the repository."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from doctor_apps import findings, places
from slugfit.doctor.diffs import changed_files
from slugfit.doctor.fixing import fix_of
from slugfit.doctor.reading import read_app
from trees import plant

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from trees import Content

HEADLESS = {"requirements.txt": "opencv-python-headless==4.9.0.80\n"}
TENSORFLOW = {"requirements.txt": "tensorflow-cpu==2.17.0\n"}
MB = b"x" * 1_000_000


@pytest.mark.parametrize(
    ("tree", "found"),
    [
        ({"Aptfile": "libgl1-mesa-glx\n"}, ["apt-unknown Aptfile:1"]),
        ({"Aptfile": "libgl1-mesa-glx\n", "app.json": '{"stack": "heroku-22"}'}, []),
        ({"Aptfile": "# libgl1-mesa-glx\nlibgl1\n"}, []),
        ({"Aptfile": "libgl1\n", **HEADLESS}, ["apt-unneeded Aptfile:1"]),
        ({"Aptfile": "libgl1\n", "requirements.txt": "opencv-python==4.9.0.80\n"}, []),
        ({"Aptfile": "libgl1\n", "requirements.txt": "opencv-python-headless\nopen3d\n"}, []),
        ({"Aptfile": "ffmpeg\n", **HEADLESS}, []),
        ({"Aptfile": "libopenblas-dev\nlibatlas-base-dev\n"}, ["apt-unneeded Aptfile:2"]),
        ({"Aptfile": "libatlas-base-dev\n"}, []),
        ({"Dockerfile": "FROM python:3.12\nRUN apt-get install -y libgl1-mesa-glx\n"},
         ["apt-unknown Dockerfile:2"]),
        ({"Dockerfile": "FROM python:3.12-bookworm\nRUN apt-get install -y libgl1-mesa-glx\n"}, []),
        ({"Dockerfile": "FROM base.example/own:1\nRUN apt-get install -y libgl1-mesa-glx\n"}, []),
    ],
    ids=repr,
)  # fmt: skip
def test_system_packages(tmp_path: Path, tree: Mapping[str, Content], found: list[str]) -> None:
    assert places(findings(tmp_path, tree, "apt-unknown", "apt-unneeded")) == found


@pytest.mark.parametrize(
    ("tree", "found"),
    [
        ({**TENSORFLOW, ".env": "TF_DISABLE_MKL=1\n"}, ["useless-variable .env:1"]),
        ({".env": "TF_DISABLE_MKL=1\n"}, []),
        ({".env": "TF_CPP_MIN_LOG_LEVEL=2\n", **TENSORFLOW}, []),
        ({".env": "PIP_NO_COMPILE=1\n"}, ["useless-variable .env:1"]),
        ({".env": "PIP_NO_COMPILE=0\n"}, []),
        ({"Dockerfile": "FROM x\nENV CMAKE_CXX_FLAGS=-O3\n"}, ["useless-variable Dockerfile:2"]),
        ({"Dockerfile": "FROM x\nENV A=1 \\\n    CXXFLAGS=-O3\n"}, []),
        ({**TENSORFLOW, "a.py": "import os\nos.environ['TF_DISABLE_MKL'] = '1'\n"},
         ["useless-variable a.py:2"]),
    ],
    ids=repr,
)  # fmt: skip
def test_variables(tmp_path: Path, tree: Mapping[str, Content], found: list[str]) -> None:
    assert places(findings(tmp_path, tree, "useless-variable")) == found


@pytest.mark.parametrize(
    ("text", "rules"),
    {
        "docs/\n*.md\n/tests\n": [],
        "!docs\n": ["slugignore-line"],
        "./docs\n": ["slugignore-line"],
        "docs # old\n": ["slugignore-line"],
        "docs, tests\n": ["slugignore-line"],
        "*.txt\n": ["slugignore-needed"],
        "Procfile\n": ["slugignore-needed"],
        "/more/*.txt\n": [],
    }.items(),
)
def test_slugignore(tmp_path: Path, text: str, rules: list[str]) -> None:
    names = ("slugignore-line", "slugignore-needed", "slugignore-elsewhere")
    assert [item.rule for item in findings(tmp_path, {".slugignore": text}, *names)] == rules


def test_slugignore_as_tar_reads_it(tmp_path: Path) -> None:
    tree = {".slugignore": "docs/\n/tests\nplain\n*.md\n", "CHECKS": "/\n"}
    found = findings(tmp_path, tree, "slugignore-elsewhere")
    assert places(found) == [
        "slugignore-elsewhere .slugignore:1",
        "slugignore-elsewhere .slugignore:2",
    ]


@pytest.mark.parametrize(
    ("name", "text", "rules"),
    [
        (".python-version", "3.13\n", []),
        (".python-version", "# newest\n3.13\n", []),
        (".python-version", "3.13.1\n", ["python-patch"]),
        (".python-version", "3.9\n", ["python-version"]),
        (".python-version", "3.15\n", ["python-version"]),
        (".python-version", "python-3.13\n", ["python-version"]),
        (".python-version", "3.12\n3.13\n", ["python-version"]),
        (".python-version", "", ["python-version"]),
        ("runtime.txt", "python-3.12.4\n", ["runtime-txt"]),
        ("runtime.txt", "python-3.8.10\n", ["runtime-txt", "python-version"]),
        ("runtime.txt", "Python 3.12\n", ["runtime-txt", "python-version"]),
        ("python-version", "3.13\n", ["python-version"]),
    ],
)
def test_python_versions(tmp_path: Path, name: str, text: str, rules: list[str]) -> None:
    found = findings(tmp_path, {name: text}, "python-version", "python-patch", "runtime-txt")
    assert [item.rule for item in found] == rules


@pytest.mark.parametrize(
    ("web", "more", "rules"),
    [
        ("gunicorn app:app", {}, []),
        ("gunicorn app:app", TENSORFLOW, ["concurrency"]),
        ("gunicorn app:app", {**TENSORFLOW, ".env": "WEB_CONCURRENCY=1\n"}, ["gunicorn-threads"]),
        ("gunicorn app:app --threads 4", {**TENSORFLOW, ".env": "WEB_CONCURRENCY=1\n"}, []),
        ("gunicorn app:app", {**TENSORFLOW, ".buildpacks": "https://x.example/slugfit\n"}, []),
        ("gunicorn app:app -w 1 --threads 2", TENSORFLOW, []),
        ("gunicorn app:app -w 1", TENSORFLOW, ["gunicorn-threads"]),
        ("gunicorn app:app -w 1 -k gevent", TENSORFLOW, []),
        ("gunicorn app:app -w 3 --preload", TENSORFLOW, ["concurrency"]),
        ("gunicorn app:app -w 3", TENSORFLOW, ["gunicorn-preload", "concurrency"]),
        ("gunicorn app:app -w 3", {}, []),
        ("gunicorn app:app -c conf.py", TENSORFLOW, []),
        ("gunicorn app:app --max-requests 1000", {}, ["gunicorn-jitter"]),
        ("gunicorn app:app --max-requests 1000 --max-requests-jitter 9", {}, []),
        ("gunicorn app:app", {".do/app.yaml": "name: x\n"}, ["gunicorn-tmp"]),
        ("gunicorn app:app --worker-tmp-dir /dev/shm", {".do/app.yaml": "name: x\n"}, []),
    ],
    ids=repr,
)
def test_serving(tmp_path: Path, web: str, more: Mapping[str, Content], rules: list[str]) -> None:
    names = (
        "gunicorn-jitter",
        "gunicorn-threads",
        "gunicorn-preload",
        "gunicorn-tmp",
        "concurrency",
    )
    found = findings(tmp_path, {"Procfile": f"web: {web}\n", **more}, *names)
    assert [item.rule for item in found] == rules


@pytest.mark.parametrize(
    ("tree", "rules"),
    [
        ({"model.onnx": MB * 12}, ["model-files"]),
        ({"model.onnx": MB}, []),
        ({"model.onnx": MB * 12, ".slugignore": "*.onnx\n"}, []),
        ({"a.ipynb": MB}, ["notebooks"]),
        ({"a.ipynb": MB, "run.sh": "papermill a.ipynb out.ipynb\n"}, []),
        ({"a.ipynb": b"{}"}, []),
        ({"raw.csv": MB}, ["data-files"]),
        ({"raw.csv": MB, "load.py": "open('raw.csv')\n"}, []),
        ({"raw.csv": MB, "README.md": "raw.csv\n"}, ["data-files"]),
        ({"data/raw.csv": MB, "load.py": "glob('data/*.csv')\n"}, []),
        ({"static/clip.mp4": MB}, []),
        ({"site/page.html": "<video src='clip.mp4'>", "site/clip.mp4": MB}, []),
        ({"venv/pyvenv.cfg": "home = /usr\n"}, []),
    ],
    ids=lambda value: repr(sorted(value)),
)
def test_large_files(tmp_path: Path, tree: Mapping[str, Content], rules: list[str]) -> None:
    names = ("model-files", "notebooks", "data-files", "environment-committed")
    assert [item.rule for item in findings(tmp_path, tree, *names)] == rules


@pytest.mark.parametrize(
    ("code", "found"),
    {
        "try:\n    import torch\nexcept ImportError:\n    torch = None\n": True,
        "try:\n    import torch\nexcept ImportError:\n    torch = None\nimport torch.nn\n": False,
        "import torch\n": False,
        "": False,
    }.items(),
)
def test_optional_imports(tmp_path: Path, code: str, *, found: bool) -> None:
    tree = {"requirements.txt": "torch==2.5.1+cpu\n", "model.py": code}
    assert bool(findings(tmp_path, tree, "optional-import")) == found


@pytest.mark.parametrize(
    ("tree", "name", "after"),
    [
        ({"Aptfile": "libgl1-mesa-glx  # cv2\nlibgl1\n"}, "Aptfile", "libgl1\n"),
        ({"Aptfile": "ffmpeg\nlibgl1-mesa-glx\n"}, "Aptfile", "ffmpeg\nlibgl1\n"),
        ({".slugignore": "./docs"}, ".slugignore", "/docs\n"),
        ({".slugignore": "a, b\r\n"}, ".slugignore", "a\r\nb\r\n"),
        ({"a.ipynb": MB}, ".slugignore", "*.ipynb\n"),
        ({"a.ipynb": MB, ".slugignore": "docs"}, ".slugignore", "docs\n*.ipynb\n"),
        ({".python-version": "# why\n3.13.1"}, ".python-version", "# why\n3.13\n"),
        ({"Procfile": "Web: gunicorn app:app\n"}, "Procfile", "web: gunicorn app:app\n"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_the_changes(tmp_path: Path, tree: Mapping[str, Content], name: str, after: str) -> None:
    edits = [edit for item in findings(tmp_path, tree) for edit in item.edits]
    assert changed_files(edits, read_app(tmp_path).texts)[name] == after


def test_an_environment_that_git_tracks(tmp_path: Path) -> None:
    tree = {"venv/pyvenv.cfg": "home = /usr\n", "venv/lib/a.py": "import torch\n"}
    plant(tmp_path, tree)
    subprocess.run(["git", "init"], cwd=tmp_path, check=True, capture_output=True)
    (found,) = findings(tmp_path, {}, "environment-committed")
    assert (found.file, found.about, found.why) == ("venv/pyvenv.cfg", "venv", ("stops",))
    (tmp_path / ".gitignore").write_text("venv/\n")
    assert findings(tmp_path, {}, "environment-committed") == []


@pytest.mark.parametrize(
    ("line", "change"),
    [
        ("./docs", True),
        ("docs, media", True),
        ("../docs", False),
        ("./app.py", False),
        ("./tools", False),
        ("docs, requirements.txt", False),
    ],
)
def test_a_line_that_would_take_code_is_not_mended_alone(
    tmp_path: Path, line: str, *, change: bool
) -> None:
    tree = {".slugignore": f"{line}\n", "docs/a.md": "x", "media/b": "x", "tools/c.py": "x = 1\n"}
    found = findings(tmp_path, tree, "slugignore-line")
    assert len(found) == 1
    assert bool(fix_of(found, tree).files) is change
