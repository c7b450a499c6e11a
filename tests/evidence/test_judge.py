"""Each rule's evidence, in whole trees: what goes, and what stays for want of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from slugfit.plan.make import make_plan
from slugfit.settings.config import read_config
from trees import SITE, Content, Plain, distribution, plant, slug

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True)
class Case:
    """Files of one distribution, one of them, and what it lacks ("" if it goes)."""

    files: Mapping[str, Content]
    path: str
    lacks: str = ""


TEST = "def test_it(): pass\n"
CODE = Plain("x = 'a line that is long enough to say something of its own, as modules do'\n")
ELF = b"\x7fELF" + bytes(100)
PROGRAM = ELF + b"This program contains tests written using Google Test."
SO: Mapping[str, Content] = {"p/fast.abi3.so": ""}
CASES = {
    "a folder with a test": Case(
        {"p/tests/test_a.py": TEST, "p/tests/x.json": ""}, "p/tests/x.json"
    ),
    "a folder of data": Case({"p/tests/x.json": ""}, "p/tests/x.json", "no tests"),
    "a folder with more code": Case(
        {"p/tests/test_a.py": TEST, **{f"p/tests/{name}.py": CODE for name in "bcd"}},
        "p/tests/b.py",
        "not mostly tests",
    ),
    "attributes of tests, as OpenTelemetry has them": Case(
        {
            "p/attributes/test_attributes.py": Plain(
                "from enum import Enum\nfrom typing import Final\n"
                "TEST_CASE_NAME: Final = 'test.case.name'\n"
                "class TestCaseResultStatusValues(Enum):\n    PASS = 'pass'\n"
            )
        },
        "p/attributes/test_attributes.py",
        "no tests",
    ),
    "a folder of test programs": Case(
        {"p/test/basic": PROGRAM, "p/test/benchmark": ELF, "p/test/data.pt": ""}, "p/test/basic"
    ),
    "what stands among test programs": Case(
        {"p/test/basic": PROGRAM, "p/test/benchmark": ELF}, "p/test/benchmark"
    ),
    "a folder of other programs": Case({"p/test/basic": ELF}, "p/test/basic", "no tests"),
    "a text with the words of a test program": Case(
        {"p/test/basic": PROGRAM[4:]}, "p/test/basic", "no tests"
    ),
    "a test program among others": Case(
        {"p/bin/test_api": PROGRAM, "p/bin/tool": ELF}, "p/bin/test_api"
    ),
    "a program that is only called a test": Case(
        {"p/bin/test_speed": ELF}, "p/bin/test_speed", "no tests"
    ),
    "data of test programs": Case(
        {"p/bin/test_api": PROGRAM, "p/bin/test_data.pt": ""}, "p/bin/test_data.pt", "no tests"
    ),
    "a folder that is listed": Case(
        {
            "p/a.py": "import os\nos.walk(os.path.dirname(__file__))",
            "p/tests/test_a.py": TEST,
            "p/tests/x.json": "",
        },
        "p/tests/x.json",
        "listed",
    ),
    "a folder in one that is listed alone": Case(
        {
            "p/a.py": "import os\nos.listdir(os.path.dirname(__file__))",
            "p/tests/test_a.py": TEST,
            "p/tests/x.json": "",
        },
        "p/tests/x.json",
    ),
    "a package in a folder that is listed alone": Case(
        {
            "p/a.py": "import os\nos.listdir(os.path.dirname(__file__))",
            "p/tests/__init__.py": CODE,
            "p/tests/test_a.py": TEST,
            "p/tests/test_b.py": TEST,
        },
        "p/tests/__init__.py",
        "listed",
    ),
    "a test for itself": Case({"p/test_a.py": TEST}, "p/test_a.py"),
    "a module that is no test": Case({"p/test_a.py": CODE}, "p/test_a.py", "no tests"),
    "a document": Case({"p/docs/a.rst": ""}, "p/docs/a.rst"),
    "data among documents": Case({"p/docs/a.json": ""}, "p/docs/a.json", "content"),
    "content": Case({"p/docs/templates/a.html": ""}, "p/docs/templates/a.html", "content"),
    "a package of that name": Case(
        {"p/docs/__init__.py": "", "p/docs/a.rst": ""}, "p/docs/a.rst", "a package"
    ),
    "documents that are named": Case(
        {"p/a.py": "x = '*.rst'", "p/docs/a.rst": ""}, "p/docs/a.rst", "named suffix"
    ),
    "a stub of a module": Case({"p/a.py": "", "p/a.pyi": ""}, "p/a.pyi"),
    "a stub of a compiled module": Case({**SO, "p/fast.pyi": ""}, "p/fast.pyi"),
    "a stub of a package": Case({"p/a/x.py": "", "p/a.pyi": ""}, "p/a.pyi"),
    "a stub alone": Case({"p/b.py": "", "p/a.pyi": ""}, "p/a.pyi", "no module"),
    "a header": Case({**SO, "p/a.h": ""}, "p/a.h"),
    "a header without compiled modules": Case({"p/a.h": ""}, "p/a.h", "nothing compiled"),
    "a header of a compiler": Case(
        {**SO, "p/a.py": "from setuptools import Extension", "p/a.h": ""}, "p/a.h", "compiles"
    ),
    "a header that a build script names": Case(
        {**SO, "p/setup.py": "from setuptools import Extension", "p/a.h": ""}, "p/a.h"
    ),
    "a suffix that is named": Case({**SO, "p/a.py": "x = '.h'", "p/a.h": ""}, "p/a.h", "compiles"),
    "a static library": Case({**SO, "p/libx.a": ""}, "p/libx.a"),
    "a launcher": Case({"distlib/w64.exe": ""}, "distlib/w64.exe"),
    "another program": Case({"p/w64.exe": ""}, "p/w64.exe", "not for Windows"),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_file_goes_with_evidence_and_stays_without(tmp_path: Path, case: Case) -> None:
    files = {"p/__init__.py": "", **case.files}
    plant(tmp_path, slug(distribution("p", "1", files)))
    made = make_plan(tmp_path, read_config({"SLUGFIT_VERIFY": "off"}))
    found = next(item for item in made.decisions if item.path == f"{SITE}/{case.path}")
    lack = found.reason.lack if found.reason else None
    assert (found.action, lack.kind if lack else "") == (
        "keep" if case.lacks else "remove",
        case.lacks,
    )


@pytest.mark.parametrize(
    ("reader", "lacks"),
    [
        ({"q/a.py": "x = '.pyi'", "q/b.py": "x = '-stubs'"}, "read as types"),
        ({"q/a.py": "x = '.pyi', '-stubs'", "q/a.abi3.so": ""}, "read as types"),
        ({"q/a.py": "x = '.pyi'"}, ""),
        ({"q/a.py": "x = '*.pyi', 'types-stubs'"}, ""),
    ],
    ids=["a checker", "a compiled checker", "a lazy loader", "a build tool"],
)
def test_stubs_stay_where_types_are_read(
    tmp_path: Path, reader: Mapping[str, Content], lacks: str
) -> None:
    both = {
        **distribution("p", "1", {"p/__init__.py": "", "p/a.py": "", "p/a.pyi": ""}),
        **distribution("q", "1", {"q/__init__.py": "", **reader}),
    }
    plant(tmp_path, slug(both))
    made = make_plan(tmp_path, read_config({"SLUGFIT_VERIFY": "off"}))
    found = next(item for item in made.decisions if item.path == f"{SITE}/p/a.pyi")
    assert (found.reason.lack.kind if found.reason and found.reason.lack else "") == lacks


def test_data_of_a_kept_module_of_tests_stay(tmp_path: Path) -> None:
    files: Mapping[str, Content] = {
        "p/__init__.py": "from p.test.utils import path",
        "p/test/__init__.py": "",
        "p/test/utils.py": (
            "import os\nplace = os.path.dirname(__file__)\n"
            "def path(name): return os.path.join(place, 'test_data', name)\n"
        ),
        "p/test/test_a.py": TEST,
        "p/test/test_b.py": TEST,
        "p/test/test_data/x.cor": "",
        "p/test/other/x.cor": "",
    }
    plant(tmp_path, slug(distribution("p", "1", files)))
    made = make_plan(tmp_path, read_config({"SLUGFIT_VERIFY": "off"}))
    actions = {item.path.removeprefix(f"{SITE}/"): item.action for item in made.decisions}
    assert actions["p/test/test_data/x.cor"] == "keep"
    assert actions["p/test/other/x.cor"] == actions["p/test/test_a.py"] == "remove"


@pytest.mark.parametrize(
    ("name", "action"),
    [
        ("notebook", "keep"),
        ("nbconvert", "keep"),
        ("jupyter-client", "keep"),
        ("plotly", "remove"),
    ],
)
def test_parts_of_jupyter_stay_where_something_looks_for_them(
    tmp_path: Path, name: str, action: str
) -> None:
    files = slug(distribution(name, "1", {"p/__init__.py": ""}))
    path = ".heroku/python/share/jupyter/nbconvert/templates/lab/index.html.j2"
    plant(tmp_path, {**files, path: "x"})
    made = make_plan(tmp_path, read_config({"SLUGFIT_VERIFY": "off"}))
    assert [item.action for item in made.decisions if item.path == path] == [action]


def test_a_test_program_that_its_package_names_stays(tmp_path: Path) -> None:
    files: dict[str, Content] = {
        "p/a.py": "import os\nx = 'bin/test_api'\n",
        "p/bin/test_api": PROGRAM,
    }
    root = plant(tmp_path, slug(distribution("p", "1.0", files)))
    planned = make_plan(root, read_config({"SLUGFIT_WORTH": "0"}))
    found = next(item for item in planned.decisions if item.path.endswith("bin/test_api"))
    assert (found.action, found.reason and found.reason.kind) == ("keep", "reference")
