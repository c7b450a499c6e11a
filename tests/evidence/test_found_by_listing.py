"""What no name and no import leads to, and is used all the same: packages that broke, made small.

Each is a package as people install it, with the files in it that have to stay.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from pythons import settings
from slugfit.plan.make import make_plan
from trees import SITE, STDLIB, Content, Plain, distribution, plant, slug

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True)
class Used:
    """The files of a package ``p``, and which of them are used."""

    files: Mapping[str, Content]
    used: tuple[str, ...]


HERE = "os.path.dirname(__file__)"
PLUGIN = Plain("class TestModule:\n    def tests(self): return {'match': print}\n")
MODEL = Plain("from django.db import models\nclass Shop(models.Model): pass\n")
TEST = "import pytest\n\ndef test_it(): pass\n"
SO = "fast.abi3.so"
PACKAGES = {
    # ansible-core: plugins of the kind "test", found by listing.
    "a folder of plugins": Used(
        {
            "p/plugins/__init__.py": "",
            "p/plugins/loader.py": f"import os\nnames = os.listdir({HERE})\n",
            "p/plugins/test/__init__.py": Plain(""),
            "p/plugins/test/core.py": PLUGIN,
            "p/plugins/test/core.yml": "",
        },
        ("p/plugins/test/__init__.py", "p/plugins/test/core.py", "p/plugins/test/core.yml"),
    ),
    # ansible-galaxy role init: a skeleton with a folder of tests.
    "a skeleton": Used(
        {"p/skeleton/tests/test.yml.j2": "", "p/skeleton/tests/inventory": ""},
        ("p/skeleton/tests/test.yml.j2", "p/skeleton/tests/inventory"),
    ),
    # dbt: SQL below tests/, Markdown below docs/, models below example/.
    "SQL, Markdown and models": Used(
        {
            "p/include/load.py": f"import os\nfound = list(os.walk({HERE}))\n",
            "p/include/tests/generic.sql": "",
            "p/include/docs/overview.md": "",
            "p/include/example/model.sql": "",
        },
        (
            *("p/include/tests/generic.sql", "p/include/docs/overview.md"),
            "p/include/example/model.sql",
        ),
    ),
    # jedi and mypy: their own typeshed.
    "a typeshed of its own": Used(
        {
            "p/typeshed/stdlib/os/__init__.pyi": "",
            "p/typeshed/stdlib/abc.pyi": "",
            "p/typeshed/stdlib/VERSIONS": "",
        },
        ("p/typeshed/stdlib/os/__init__.pyi", "p/typeshed/stdlib/abc.pyi"),
    ),
    # types-requests and its like, for a checker that the app runs.
    "a distribution of stubs": Used({"p-stubs/__init__.pyi": ""}, ("p-stubs/__init__.pyi",)),
    # Cython: its utility code, and the declarations of others.
    "a compiler's own sources": Used(
        {
            f"p/{SO}": "",
            "p/Build/inline.py": "from setuptools import Extension\n",
            "p/Utility/Common.c": "",
            "p/Includes/libc.pxd": "",
        },
        ("p/Utility/Common.c", "p/Includes/libc.pxd"),
    ),
    # cmake: a program of which the modules are data.
    "a program's own library": Used(
        {"p/data/share/cmake-3.30/Modules/Find.cmake": "", "p/data/bin/cmake": "\x7fELF"},
        ("p/data/share/cmake-3.30/Modules/Find.cmake",),
    ),
    # pyopencl: a header that is handed to a compiler at run time.
    "a header that a driver compiles": Used(
        {
            f"p/{SO}": "",
            "p/__init__.py": f"import os\nx = os.path.join({HERE}, 'cl')\nsuffix = '.h'\n",
            "p/cl/complex.h": "",
        },
        ("p/cl/complex.h",),
    ),
    # An app's own packages, installed with `pip install .`.
    "a package called docs": Used(
        {
            "docs/__init__.py": "",
            "docs/models.py": MODEL,
            "docs/migrations/__init__.py": "",
            "docs/migrations/0001_initial.py": "from django.db import migrations\n",
            "docs/templatetags/shop.py": "",
            "docs/management/commands/load.py": "",
        },
        (
            *("docs/models.py", "docs/migrations/0001_initial.py", "docs/templatetags/shop.py"),
            "docs/management/commands/load.py",
        ),
    ),
    "a package called test": Used(
        {
            "test/__init__.py": Plain(""),
            "test/models.py": MODEL,
            "test/migrations/__init__.py": Plain(""),
            "test/migrations/0001_initial.py": MODEL,
        },
        ("test/models.py", "test/migrations/0001_initial.py"),
    ),
    "a package called examples": Used(
        {"examples/__init__.py": "", "examples/templates/a.html": ""},
        ("examples/templates/a.html",),
    ),
    "plugins by pkgutil": Used(
        {
            "p/__init__.py": "import pkgutil\nfound = list(pkgutil.walk_packages(__path__))\n",
            "p/tests/__init__.py": Plain(""),
            "p/tests/a.py": PLUGIN,
            "p/tests/test_b.py": TEST,
        },
        ("p/tests/__init__.py", "p/tests/a.py"),
    ),
    # A module that stays for want of evidence lists in turn.
    "plugins that a plugin lists": Used(
        {
            "p/tests/__init__.py": Plain(f"import os\nos.walk({HERE})\n" + "# " * 40),
            "p/tests/kinds/docs/a.rst": "",
        },
        ("p/tests/kinds/docs/a.rst",),
    ),
    # A helper among tests that an app's package imports, and what it lists.
    "a helper among tests that lists": Used(
        {
            "p/__init__.py": "from p.tests import helper\n",
            "p/tests/__init__.py": "",
            "p/tests/helper.py": Plain(f"import os\nos.walk(os.path.dirname({HERE}))\n"),
            "p/tests/test_a.py": TEST,
            "p/tests/test_b.py": TEST,
            "p/docs/a.rst": "",
        },
        ("p/tests/helper.py", "p/docs/a.rst"),
    ),
    # Django REST framework: a template's name is relative to a root of its own.
    "templates": Used(
        {"p/templates/p/docs/index.html": "", "p/templates/p/docs/auth/basic.html": ""},
        ("p/templates/p/docs/index.html", "p/templates/p/docs/auth/basic.html"),
    ),
    # ansible.windows: sent from Linux to Windows hosts.
    "programs for other machines": Used(
        {"p/modules/win_ping.ps1": "", "p/modules/agent.exe": ""},
        ("p/modules/win_ping.ps1", "p/modules/agent.exe"),
    ),
    "C templates by a computed name": Used(
        {"p/__init__.py": "def path(kind): return f'{kind}.c'\n", "p/src/a.c": "", "p/src/b.h": ""},
        ("p/src/a.c", "p/src/b.h"),
    ),
}


def removed(root: Path) -> set[str]:
    """What the plan takes, also if it has no bytes."""
    return {item.path for item in make_plan(root, settings()).decisions if item.action == "remove"}


@pytest.mark.parametrize("package", PACKAGES.values(), ids=PACKAGES)
def test_what_is_found_without_its_name_stays(tmp_path: Path, package: Used) -> None:
    files = {"p/__init__.py": "", **package.files}
    plant(tmp_path, slug(distribution("p", "1", files), app_py="import p\n"))
    going = removed(tmp_path)
    assert not going & {f"{SITE}/{name}" for name in package.used}


def venv_slug(app: str) -> dict[str, Content]:
    tree = slug({}, app_py=app)
    tree |= {f"{STDLIB}/venv/__init__.py": "", f"{STDLIB}/ensurepip/__init__.py": ""}
    return {**tree, f"{STDLIB}/ensurepip/_bundled/pip-25.0-py3-none-any.whl": "wheel"}


@pytest.mark.parametrize(
    ("app", "stays"),
    [
        ("import venv\nvenv.create('x', with_pip=True)\n", True),
        ("import subprocess, sys\nsubprocess.run([sys.executable, '-m', 'venv', 'x'])\n", True),
        ("import ensurepip\n", True),
        ("import sys\nprint(sys.prefix)\n", False),
    ],
)
def test_the_installer_stays_for_who_makes_environments(
    tmp_path: Path, app: str, *, stays: bool
) -> None:
    plant(tmp_path, venv_slug(app))
    going = removed(tmp_path)
    wheel = f"{STDLIB}/ensurepip/_bundled/pip-25.0-py3-none-any.whl"
    assert (wheel not in going) == stays
