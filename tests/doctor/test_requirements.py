"""Files that say what to install: hits and near-misses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from doctor_apps import HEALTHY, findings
from slugfit.doctor.checkup import findings_of
from slugfit.doctor.reading import read_app
from slugfit.doctor.requirements_reading import parse_requirement
from trees import plant

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from trees import Content

RULES = (
    *("requirements-missing", "package-managers", "requirement-conflict", "requirement-unusable"),
    *("requirements-unused", "requirements-unpinned", "lock-missing", "source-build"),
    *("development-package", "opencv-windows", "opencv-twice", "training-framework"),
)
LOCK = '{"_meta": {}, "default": {}, "develop": {}}\n'
HEROKU = "requirements-heroku.txt"


@pytest.mark.parametrize(
    ("tree", "rules"),
    [
        ({"uv.lock": "version = 1\n"}, ["package-managers"]),
        ({"uv.lock": "version = 1\n", ".slugignore": "uv.lock\n"}, []),
        ({"Pipfile": "", "Pipfile.lock": LOCK}, ["package-managers"]),
        ({"Pipfile": ""}, ["lock-missing"]),
        ({"requirements.txt": "flask==3.0.0\n-r more.txt\n", "more.txt": "flask==2.0.0\n"},
         ["requirement-conflict"]),
        ({"requirements.txt": "flask==3.0\nflask==3.0.0\n"}, []),
        ({"requirements.txt": "a==1; python_version<'3.11'\na==2; python_version>'3.10'\n"}, []),
        ({"requirements.txt": "six @ file:///home/a/six\n"}, ["requirement-unusable"]),
        ({"requirements.txt": "six @ https://index.example/six-1.16.0-py2.py3-none-any.whl\n"}, []),
        ({"requirements.txt": "pywin32==306\n"}, ["requirement-unusable"]),
        ({"requirements.txt": 'pywin32==306; sys_platform == "win32"\n'}, []),
        ({"requirements.txt": "pkg-resources==0.0.0\n"}, ["requirement-unusable"]),
        ({"requirements.txt": "futures==3.1.1\n"}, ["requirement-unusable"]),
        ({"requirements.txt": "flask\n"}, ["requirements-unpinned"]),
        ({"requirements.txt": "flask>=3\n"}, []),
        ({"requirements.txt": "-c c.txt\nflask\n", "c.txt": "flask==3.0.0\n"}, []),
        ({"requirements.txt": "-e .\n./local\n"}, []),
        ({HEROKU: "flask==3.0.0\n"}, ["requirements-unused"]),
        ({HEROKU: "flask==3.0.0\n", "requirements.txt": f"-r {HEROKU}\n"}, []),
        ({HEROKU: "flask==3.0.0\n", ".env": f"SLUGFIT_REQUIREMENTS={HEROKU}\n"}, []),
        ({HEROKU: "flask==3.0.0\n", "bin/pre_compile": f"cp {HEROKU} requirements.txt\n"}, []),
        ({"requirements-dev.txt": "pytest\n"}, []),
        ({"requirements.txt": "dlib==19.24.6\n"}, ["source-build"]),
        ({"requirements.txt": "face_recognition==1.3.0\n"}, ["source-build"]),
        ({"requirements.txt": "face_recognition==1.3.0\ndlib-bin==19.24.6\n"}, []),
        ({"requirements.txt": "pytest==8.0.0\n"}, ["development-package"]),
        ({"requirements.txt": "pytest==8.0.0\n", "run.py": "import pytest\n"}, []),
        ({"requirements.txt": "pytest==8.0.0\n", "tests/test_a.py": "import pytest\n"},
         ["development-package"]),
        ({"requirements.txt": "jupyter==1.0\n", "Procfile": "web: jupyter lab --port $PORT\n"}, []),
        ({"requirements.txt": "opencv-python==4.9.0.80\n"}, ["opencv-windows"]),
        ({"requirements.txt": "opencv-python-headless==4.9.0.80\n"}, []),
        ({"requirements.txt": "opencv-python==4.9.0.80\nopencv-python-headless==4.9.0.80\n"},
         ["opencv-twice"]),
    ],
    ids=repr,
)  # fmt: skip
def test_rules(tmp_path: Path, tree: Mapping[str, Content], rules: list[str]) -> None:
    assert [item.rule for item in findings(tmp_path, tree, *RULES)] == rules


def test_no_list_at_all(tmp_path: Path) -> None:
    tree = {name: text for name, text in HEALTHY.items() if name != "requirements.txt"}
    found = findings_of(read_app(plant(tmp_path, tree)))
    assert [item.rule for item in found] == ["requirements-missing"]


@pytest.mark.parametrize(
    ("code", "found"),
    {
        "import torch\nm = torch.load('a')\nwith torch.no_grad():\n    m(1)\n": True,
        "import torch\nwith torch.no_grad():\n    pass\nloss.backward()\n": False,
        "import torch\n": False,
        "import numpy\n": False,
    }.items(),
)
def test_a_framework_that_only_runs_models(tmp_path: Path, code: str, *, found: bool) -> None:
    tree = {"requirements.txt": "torch==2.5.1+cpu\n", "model.py": code}
    told = findings(tmp_path, tree, "training-framework")
    assert bool(told) == found


@pytest.mark.parametrize(
    ("line", "parts"),
    {
        "Flask == 3.0.0": ("flask", "==3.0.0", "3.0.0"),
        "a.b_c[x,y]>=1,<2": ("a-b-c", ">=1,<2", ""),
        "a==1.*": ("a", "==1.*", ""),
        "a (>=1)": ("a", ">=1", ""),
        'a==1 ; python_version < "3.9"': ("a", "==1", "1"),
        "a==1 --hash=sha256:00 --hash=sha256:11": ("a", "==1", "1"),
        "git+https://code.example/a.git#egg=Alpha": ("alpha", "", ""),
        "https://i.example/torch-2.5.1%2Bcpu-cp312-cp312-linux_x86_64.whl": (
            "torch",
            "==2.5.1+cpu",
            "2.5.1+cpu",
        ),
    }.items(),
)
def test_lines(line: str, parts: tuple[str, str, str]) -> None:
    found = parse_requirement("requirements.txt", 1, line)
    assert found is not None
    assert (found.name, found.specifier, found.pin) == parts


@pytest.mark.parametrize("line", ["-r o.txt", "--index-url https://i.example", "./local", "a b"])
def test_what_names_no_distribution(line: str) -> None:
    assert parse_requirement("requirements.txt", 1, line) is None
