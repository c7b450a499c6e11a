"""setuptools and pip: who needs them when a program runs, and who only to build and install."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from linked_elf import library
from pythons import settings
from slugfit.plan.make import make_plan
from slugfit.scan.module_facts import facts_from_source
from slugfit.settings.config_vars import ConfigVars
from slugfit.settings.current_run import Run
from slugfit.unused.building import build_calls
from slugfit.unused.fallbacks import fallback_imports
from slugfit.unused.starting import starts_programs
from trees import SITE, STDLIB, distribution, plant, slug

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

INSTALLER = "import subprocess, sys\nsubprocess.run([sys.executable, '-m', 'pip', 'wheel'])\n"
BASE = {
    **distribution(
        "setuptools",
        "65.5",
        {
            "setuptools/__init__.py": "import setuptools.dist, setuptools.installer\n",
            "setuptools/dist.py": "GROUP = 'distutils.setup_keywords'\n",
            "setuptools/installer.py": INSTALLER,
            "pkg_resources/__init__.py": "",
            "_distutils_hack/__init__.py": "NAME = 'setuptools'\n",
            "distutils-precedence.pth": "import os\n",
        },
        "[distutils.commands]\nbuild = setuptools.dist:Build\n",
    ),
    **distribution(
        "pip",
        "24.0",
        {"pip/__init__.py": "import setuptools\n", "pip/cli.py": ""},
        "[console_scripts]\npip = pip.cli:main\n",
    ),
    **distribution(
        "numpy",
        "1.26",
        {
            "numpy/__init__.py": "def __getattr__(name):\n    import numpy.f2py\n",
            "numpy/testing.py": "def f():\n    from numpy.distutils import misc\n",
            "numpy/distutils/__init__.py": "",
            "numpy/distutils/misc.py": "import setuptools, distutils\n",
            "numpy/f2py/__init__.py": "from numpy.distutils import misc\n",
        },
    ),
    **distribution(
        "cffi",
        "1.16",
        {
            "cffi/__init__.py": "from .api import FFI\n",
            "cffi/api.py": "def compile():\n    from .recompiler import recompile\n",
            "cffi/recompiler.py": "from . import _shimmed_dist_utils\n",
            "cffi/_shimmed_dist_utils.py": "import setuptools\n",
            "cffi/setuptools_ext.py": "import setuptools\n",
        },
        "[distutils.setup_keywords]\ncffi_modules = cffi.setuptools_ext:cffi_modules\n",
    ),
}
OTHER = distribution("other", "1.0", {"other.py": "import cffi\n"})
PYTHON = {
    f"{STDLIB}/importlib/__init__.py": "",
    f"{STDLIB}/importlib/metadata.py": "",
    f"{STDLIB}/distutils/__init__.py": "",
    f"{STDLIB}/distutils/core.py": "import distutils\n",
}
APP = "import numpy.testing, other, lib\n"
FALLBACK = (
    "try:\n    from importlib import metadata\nexcept ImportError:\n"
    "    try:\n        import pkg_resources\n    except ImportError:\n        pass\n"
)


def stays(root: Path, code: Mapping[str, str | bytes], app: str = APP, **values: str) -> set[str]:
    """Which of the installers stay, where ``code`` is that of the library ``lib``."""
    site = {**BASE, **OTHER, **distribution("lib", "1.0", {"lib/__init__.py": "", **code})}
    tree = {**slug(site, app_py=app, Procfile="web: python app.py\n"), **PYTHON}
    run = Run(config_vars=ConfigVars(environment={}))
    plan = make_plan(
        plant(root, tree), settings(**{"LEVEL": "unused", "WORTH": "0", **values}), run
    )
    gone = {item.path for item in plan.decisions if item.rule == "unused"}
    return {
        name
        for name in ("setuptools", "pip")
        if f"{SITE}/{name}/__init__.py" not in gone and f"{SITE}/{name}.py" not in gone
    }


BOTH = {"setuptools", "pip"}


@pytest.mark.parametrize(
    ("code", "left"),
    [
        ("", set()),
        ("import setuptools\n", BOTH),
        ("from distutils.core import Extension\n", BOTH),
        ("from numpy.distutils import misc\n", BOTH),
        ("import numpy\nx = numpy.f2py.compile\n", BOTH),
        ("NAME = 'numpy.distutils.misc'\n", BOTH),
        ("NAME = 'numpy.'\n", set()),
        ("from cffi import FFI\nffi = FFI()\nffi.verify('')\n", BOTH),
        ("from cffi import FFI\nmaker = FFI()\nmaker.compile()\n", BOTH),
        ("import cffi\ncffi.FFI().compile()\n", BOTH),
        ("from cffi import FFI\nimport re\nFFI().dlopen(None)\nre.compile('')\n", set()),
        ("from torch.utils.cpp_extension import load\n", set()),  # that is not installed
        ("import subprocess\nsubprocess.run(['pip', 'install'])\n", BOTH),
        ("import platform\nx = platform.uname().system, 'pip'\n", set()),
        ("import pkg_resources\n", {"setuptools"}),
        (FALLBACK, set()),
        ("import distutils\n", {"setuptools"}),
        ("KINDS = ('pip', 'setuptools')\n", set()),
    ],
)
def test_what_a_library_does(tmp_path: Path, code: str, left: set[str]) -> None:
    assert stays(tmp_path, {"lib/__init__.py": code}) == left


@pytest.mark.parametrize(
    ("app", "left"),
    [
        (APP, set()),
        (f"{APP}import setuptools\n", BOTH),
        (f"{APP}from numpy import f2py\n", BOTH),
        (f"{APP}import subprocess\nsubprocess.run(['pip'])\n", BOTH),
        (f"{APP}{FALLBACK}", set()),
        # What the catalog knows of apps: cffi may compile.
        (f"{APP}from cffi import FFI\n", BOTH),
    ],
)
def test_what_the_app_does(tmp_path: Path, app: str, left: set[str]) -> None:
    assert stays(tmp_path, {}, app) == left


def test_a_setting_tells_that_something_compiles(tmp_path: Path) -> None:
    assert stays(tmp_path, {}, COMPILES="1") == BOTH


@pytest.mark.parametrize("name", ["tests/test_it", "testing/tools", "conftest", "tools/setup"])
def test_tests_and_build_scripts_are_no_reason(tmp_path: Path, name: str) -> None:
    code = {
        "lib/__init__.py": f"NAME = 'lib.{name.replace('/', '.')}'\n",
        f"lib/{name}.py": "import setuptools\n",
    }
    if "/" in name:
        code[f"lib/{name.partition('/')[0]}/__init__.py"] = ""
    assert stays(tmp_path, code) == set()


def test_letters_in_a_library_are_no_name(tmp_path: Path) -> None:
    fast = library(()) + b"\0pip\0"
    code: dict[str, str | bytes] = {"lib/__init__.py": "import lib._fast\n", "lib/_fast.so": fast}
    assert stays(tmp_path, code) == set()


def test_what_a_start_loads_does_not_build(tmp_path: Path) -> None:
    """setuptools' path file loads _distutils_hack at every start."""
    root = plant(
        tmp_path, {**slug({**BASE}, app_py="import numpy\n", Procfile="web: python app.py\n")}
    )
    plan = make_plan(root, settings(LEVEL="unused", WORTH="0"), Run())
    gone = {item.path for item in plan.decisions if item.rule == "unused"}
    assert f"{SITE}/_distutils_hack/__init__.py" in gone
    assert f"{SITE}/distutils-precedence.pth" in gone


@pytest.mark.parametrize(
    ("source", "names"),
    [
        (FALLBACK, {"pkg_resources"}),
        (
            "try:\n    import importlib.metadata\nexcept ModuleNotFoundError:\n    import a.b",
            {"a.b"},
        ),
        (f"{FALLBACK}import pkg_resources\n", set()),
        ("try:\n    import other\nexcept ImportError:\n    import a", set()),
        ("try:\n    from typing import Self\nexcept ImportError:\n    import a", set()),
        ("try:\n    from . import metadata\nexcept ImportError:\n    import a", set()),
        ("try:\n    import importlib.metadata, other\nexcept ImportError:\n    import a", set()),
        ("try:\n    import importlib.metadata\nexcept Exception:\n    import a", set()),
        ("try:\n    import importlib.metadata\nexcept:\n    import a", set()),
        ("try:\n    import importlib.metadata\nfinally:\n    import a", set()),
        ("try:\n    f()\n    import importlib.metadata\nexcept ImportError:\n    import a", set()),
        ("def broken(:", set()),
    ],
)
def test_imports_for_older_pythons(source: str, names: set[str]) -> None:
    own = {"importlib.metadata", "typing"}
    assert fallback_imports(source.encode(), own.__contains__) == names


@pytest.mark.parametrize(
    ("source", "packages"),
    [
        ("from cffi import FFI\nffi = FFI()\nffi.compile()", {"cffi"}),
        ("self._ffi.verify()", {"cffi"}),
        ("builder = cffi.FFI()\nbuilder.set_source()", {"cffi"}),
        ("import re\nre.compile('')", set()),
        ("self._compiler.compile(x)", set()),
        ("image.verify()", set()),
        ("numpy.f2py.main()", {"numpy"}),
        ("numba.pycc", {"numba"}),
        ("numpy.array", set()),
    ],
)
def test_attributes_that_build(source: str, packages: set[str]) -> None:
    assert build_calls(facts_from_source(source.encode()), source.encode) == packages


@pytest.mark.parametrize(
    ("source", "starts"),
    [
        ("subprocess.run(x)", True),
        ("from subprocess import check_output", True),
        ("run = subprocess.Popen", True),
        ("os.system(x)", True),
        ("f(os.system)", True),
        ("from os import system\nf(system)", True),
        ("shutil.which(x)", True),
        ("def broken(:", True),
        ("platform.uname().system", False),
        ("x = info.system", False),
        ("os.name", False),
    ],
)
def test_what_starts_programs(source: str, starts: bool) -> None:  # noqa: FBT001
    assert starts_programs(source.encode()) is starts
