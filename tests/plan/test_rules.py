from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from slugfit.catalog.rules import RULES, SLUGFITIGNORE, SLUGIGNORE, rule_named
from slugfit.plan.make import make_plan
from slugfit.plan.reasons import Reason
from slugfit.settings.config import read_config
from slugfit.settings.config_vars import ConfigVars
from slugfit.settings.current_run import Run
from trees import SITE, STDLIB, Content, Folder, Link, plant, slug

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from slugfit.plan.decision import Decision


PYTHON = ".heroku/python"
AREAS = {"site": SITE, "stdlib": STDLIB, "python": PYTHON}


@dataclass(frozen=True)
class Case:
    """What stands in a slug, under which settings; what goes by ``rule``, and what stays.

    Paths begin with an area (site/, stdlib/, python/); all others are the app's. A file that is
    only named in ``goes`` or ``stays`` is made empty.
    """

    rule: str
    goes: str = ""
    stays: str = ""
    files: Mapping[str, Content] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)


def real(path: str) -> str:
    area, slash, rest = path.partition("/")
    return f"{AREAS[area]}/{rest}" if slash and area in AREAS else path


def decide(root: Path, settings: Mapping[str, str]) -> dict[str, Decision]:
    variables = {"SLUGFIT_VERIFY": "off", **settings}
    run = Run(ConfigVars(environment=variables))
    return {item.path: item for item in make_plan(root, read_config(variables), run).decisions}


IMPORTER = "import pkg.tests.helpers\n"

CASES = {
    "tests folders and files of packages": Case(
        "tests",
        goes="site/pkg/tests/__init__.py site/pkg/tests/data/x.json site/pkg/test/deep/a.txt "
        "site/pkg/test/test_deep.py "
        "site/pkg/test_it.py site/pkg/sub/it_test.py site/pkg/conftest.py site/test_top.py "
        "site/tests/__init__.py site/conftest.py",
        stays="site/pkg/__init__.py site/pkg/contest.py site/pkg/latest.py site/pkg/testing/x.py "
        "site/pkg/tests.py site/pkg/test.py site/pkg/attest/x.py site/pkg/tests_data/x.json "
        "site/pkg/test_data.json tests/test_app.py test_app.py",
    ),
    "compiled tests of packages": Case(
        "tests",
        goes="site/scipy/io/_test_fortran.cpython-311-x86_64-linux-gnu.so "
        "site/numpy/_core/_umath_tests.cpython-311-x86_64-linux-gnu.so "
        "site/scipy/ndimage/_cytest.cpython-311-x86_64-linux-gnu.so "
        "site/pkg/test_it.cpython-313t-aarch64-linux-musl.so site/pkg/it_test.abi3.so "
        "site/pkg/test_it.cpython-314t-x86_64-linux-gnu.so site/pkg/it_test.abi3t.so "
        "site/pkg/_test_x.abi3-x86_64-linux-gnu.so site/pkg/x_tests.abi3t-x86_64-linux-gnu.so "
        "site/numpy/_core/_simd.cpython-312-x86_64-linux-gnu.so",
        stays="site/pkg/_testing.cpython-311-x86_64-linux-gnu.so site/pkg/libx_test.so "
        "site/pkg/_test_x.so site/pkg/contest.cpython-311-x86_64-linux-gnu.so "
        "site/pkg.libs/libtest_x-1a2b.so.3 site/pkg/_pytest.abi3.so test_it.abi3.so "
        "site/numpy/_core/_simdx.cpython-312-x86_64-linux-gnu.so site/pkg/_simd.abi3.so "
        "site/pkg/contest.cpython-314t-x86_64-linux-gnu.so site/pkg/_pytest.abi3t.so "
        "site/pkg/test_it.abi4.so site/pkg/test_it.t.so "
        "site/pkg/numpy/_core/_simd.abi3.so",
    ),
    "a compiled test that something imports": Case(
        "tests",
        goes="site/pkg/_other_tests.cpython-311-x86_64-linux-gnu.so",
        stays="site/pkg/_some_tests.cpython-311-x86_64-linux-gnu.so "
        "site/numpy/_core/_simd.cpython-312-x86_64-linux-gnu.so "
        "site/pkg/_test_named.cpython-311-x86_64-linux-gnu.so",
        files={
            "site/pkg/__init__.py": "",
            "site/pkg/api.py": "from . import _some_tests\nname = 'pkg._test_named'\n",
            "site/other.py": "from numpy._core import _simd\n",
        },
    ),
    "modules that are only called like tests": Case(
        "tests",
        stays="site/jinja2/tests.py site/werkzeug/test.py site/numpy/testing/__init__.py "
        "site/pandas/_testing/__init__.py site/sqlalchemy/testing/__init__.py",
    ),
    "a module that is no test though its name says so": Case(
        "tests",
        goes="site/scipy/stats/_other_test.py",
        stays="site/scipy/stats/_page_trend_test.py",
        files={"site/scipy/stats/__init__.py": "from ._page_trend_test import page_trend_test\n"},
    ),
    "a public package called test": Case(
        "tests",
        goes="site/django/test/html.py",
        stays="site/django/test/runner.py site/django/test/__init__.py",
        files={
            "site/django/core/management/commands/test.py": (
                "from django.test.runner import get_runner\n"
            ),
        },
    ),
    "tests that the app imports": Case(
        "tests",
        goes="site/pkg/tests/other.py site/pkg/tests/__pycache__/other.cpython-311.pyc",
        stays="site/pkg/tests/__init__.py site/pkg/tests/helpers.py",
        files={"app.py": IMPORTER},
    ),
    "bytecode of Pipenv": Case(
        "installer-bytecode",
        goes="python/pipenv/lib/python3.11/site-packages/pipenv/__pycache__/cli.cpython-311.pyc",
        stays="python/pipenv/lib/python3.11/site-packages/pipenv/cli.py python/pipenv/bin/pipenv "
        "python/pipenv/lib/python3.11/site-packages/pipenv/__pycache__/gone.cpython-311.pyc "
        "python/pipenv/lib/python3.11/site-packages/pipenv/tests/test_a.py "
        "python/pipenv/lib/python3.11/site-packages/pipenv/vendor/a.pyi python/pipenv/pyvenv.cfg",
    ),
    "bytecode of a Pipenv that a process starts": Case(
        "installer-bytecode",
        stays="python/pipenv/pipenv/cli.py python/pipenv/pyvenv.cfg "
        "python/pipenv/pipenv/__pycache__/cli.cpython-311.pyc",
        files={"Procfile": "web: pipenv run gunicorn app:app\n"},
    ),
    "a package called pipenv is a package": Case(
        "tests",
        goes="site/pipenv/tests/test_a.py",
        stays="python/pipenv/__pycache__/a.cpython-311.pyc python/pipenv/a.py",
    ),
    "repositories of editable installs": Case(
        "version-control",
        goes="python/src/shop/.git/HEAD python/src/shop/.git/objects/pack/a.pack "
        "python/src/b/.hg/store/x",
        stays="python/src/shop/shop/x.py python/src/shop/.gitignore python/src/shop/a/.git/HEAD "
        "python/src/.git/HEAD site/src/pkg/.git/HEAD src/shop/.git/HEAD .git/HEAD",
    ),
    "a repository that a package asks for its version": Case(
        "version-control",
        stays="python/src/shop/.git/HEAD",
        files={
            "site/setuptools_scm-8.0.dist-info/METADATA": "Name: setuptools_scm\nVersion: 8.0\n"
        },
    ),
    "docs and examples of packages": Case(
        "docs",
        goes="site/pkg/docs/index.rst site/pkg/doc/a.html site/pkg/examples/x.ipynb "
        "site/pkg/example/x.md site/docs/logo.png",
        stays="site/pkg/docs/x.json site/pkg/doc/_static/a.css site/pkg/examples/x.py "
        "site/docs/conf.py "
        "site/pkg/docs.py site/pkg/docstring/x.py site/pkg/documents/x.json docs/index.md "
        "site/pkg/example.json",
    ),
    "docs that are code": Case(
        "docs",
        goes="site/botocore/doc/index.rst",
        stays="site/botocore/docs/__init__.py site/botocore/docs/docstring.py "
        "site/botocore/docs/unused.py site/botocore/docs/index.rst",
        files={"site/botocore/client.py": "from botocore.docs.docstring import ClientMethod\n"},
    ),
    "metadata, also what a package carries along": Case(
        "docs",
        stays="site/x-1.0.dist-info/licenses/docs/LICENSE site/x-1.0.dist-info/tests/AUTHORS "
        "site/y-1.0.egg-info/docs/x site/pkg/_vendor/z-1.0.dist-info/licenses/docs/LICENSE",
    ),
    "bytecode with its source beside it": Case(
        "bytecode",
        goes="site/pkg/__pycache__/a.cpython-311.pyc site/pkg/__pycache__/a.cpython-312.opt-1.pyc "
        "site/pkg/__pycache__/a.cpython-311-pytest-7.4.0.pyc site/pkg/__pycache__/a.pypy39.pyc "
        "site/pkg/a.pyc site/pkg/a.pyo __pycache__/app.cpython-311.pyc",
        stays="site/pkg/a.py app.py site/pkg/__pycache__/b.cpython-311.pyc site/pkg/b.pyc "
        "site/pkg/__pycache__/notes.txt site/pkg/__pycache__/a.pyc ",
        settings={"SLUGFIT_BYTECODE": "strip"},
    ),
    "bytecode of what each start loads": Case(
        "bytecode",
        goes="site/pkg/__pycache__/b.cpython-311.pyc site/other/__pycache__/x.cpython-311.pyc "
        "site/pkg/a.pyc site/pkg/__pycache__/a.cpython-311.opt-1.pyc "
        "site/pkg/__pycache__/a.cpython-311-pytest-7.4.0.pyc",
        stays="site/pkg/__pycache__/__init__.cpython-311.pyc __pycache__/app.cpython-311.pyc "
        "site/pkg/__pycache__/a.cpython-311.pyc site/pkg/gone.pyc",
        files={
            "app.py": "from pkg import a\n",
            "site/pkg/__init__.py": "",
            "site/pkg/a.py": "def f():\n    import pkg.b\n",
            "site/pkg/b.py": "",
            "site/other/x.py": "",
        },
    ),
    "bytecode whose source goes": Case(
        "bytecode",
        goes="site/pkg/__pycache__/a.cpython-311.pyc",
        files={"app.py": "from pkg import a\n", "site/pkg/__init__.py": "", "site/pkg/a.py": ""},
        settings={"SLUGFIT_REMOVE": "**/pkg/a.py"},
    ),
    "bytecode of a namespace package": Case(
        "bytecode",
        goes="site/space/__pycache__/b.cpython-311.pyc",
        stays="site/space/__pycache__/a.cpython-311.pyc",
        files={"app.py": "from space import a\n", "site/space/a.py": "", "site/space/b.py": ""},
    ),
    "bytecode goes with its source": Case(
        "tests",
        goes="site/pkg/tests/a.py site/pkg/tests/__pycache__/a.cpython-311.pyc",
        settings={"SLUGFIT_BYTECODE": "keep"},
    ),
    "bytecode stays with its source": Case(
        "tests",
        stays="site/pkg/tests/__init__.py site/pkg/tests/helpers.py "
        "site/pkg/tests/__pycache__/helpers.cpython-311.pyc site/pkg/tests/helpers.pyc",
        files={"app.py": IMPORTER},
        settings={"SLUGFIT_BYTECODE": "keep"},
    ),
    "bytecode of tests that are imported goes for itself": Case(
        "bytecode",
        goes="site/pkg/tests/__pycache__/helpers.cpython-311.pyc",
        stays="site/pkg/tests/__init__.py site/pkg/tests/helpers.py",
        files={"app.py": IMPORTER},
        settings={"SLUGFIT_BYTECODE": "strip"},
    ),
    "a module without source that is imported": Case(
        "tests",
        goes="site/pkg/tests/other.pyc site/pkg/tests/test_a.py site/pkg/tests/test_b.py",
        stays="site/pkg/tests/helpers.pyc",
        files={"app.py": IMPORTER},
    ),
    "bytecode is kept when it is asked for": Case(
        "bytecode",
        stays="site/pkg/a.py site/pkg/__pycache__/a.cpython-311.pyc "
        "stdlib/__pycache__/traceback.cpython-311.opt-1.pyc",
        settings={"SLUGFIT_BYTECODE": "keep"},
    ),
    "bytecode of the interpreter, if asked for": Case(
        "interpreter-bytecode",
        goes="stdlib/__pycache__/os.cpython-311.pyc stdlib/json/__pycache__/x.cpython-311.pyc",
        stays="stdlib/os.py stdlib/json/x.py stdlib/__pycache__/gone.cpython-311.pyc",
        files={"stdlib/os.py": "", "stdlib/json/x.py": ""},
        settings={"SLUGFIT_BYTECODE": "strip-all"},
    ),
    "bytecode of the interpreter that no start reads": Case(
        "interpreter-bytecode",
        goes="stdlib/__pycache__/os.cpython-311.pyc stdlib/__pycache__/shelve.cpython-311.pyc",
        stays="stdlib/json/__pycache__/__init__.cpython-311.pyc",
        files={
            **{f"stdlib/{name}.py": "" for name in ("os", "shelve", "json/__init__")},
            "app.py": "import json\n",
        },
        settings={"SLUGFIT_BYTECODE": "strip"},
    ),
    "bytecode of the interpreter under PYTHONOPTIMIZE": Case(
        "interpreter-bytecode",
        goes="stdlib/__pycache__/shelve.cpython-311.opt-1.pyc",
        stays="stdlib/__pycache__/traceback.cpython-311.opt-1.pyc",
        files={
            **{f"stdlib/{name}.py": "" for name in ("shelve", "traceback")},
            "app.py": "import traceback\n",
        },
        settings={"PYTHONOPTIMIZE": "1"},
    ),
    "bytecode of the interpreter is kept with the rest": Case(
        "interpreter-bytecode",
        stays="stdlib/__pycache__/shelve.cpython-311.pyc",
        files={"stdlib/shelve.py": ""},
        settings={"SLUGFIT_BYTECODE": "keep"},
    ),
    "optimised bytecode of the interpreter": Case(
        "optimised-bytecode",
        goes="stdlib/__pycache__/os.cpython-311.opt-1.pyc stdlib/json/x.cpython-311.opt-2.pyc "
        "python/bin/__pycache__/tool.cpython-311.opt-1.pyc",
        stays="stdlib/__pycache__/gone.cpython-311.pyc stdlib/opt-1.py",
    ),
    "optimised bytecode under PYTHONOPTIMIZE": Case(
        "optimised-bytecode",
        stays="stdlib/__pycache__/traceback.cpython-311.opt-1.pyc",
        settings={"PYTHONOPTIMIZE": "1"},
    ),
    "manuals beside the packages": Case(
        "manuals",
        goes="python/share/man/man1/x.1 python/share/doc/x/README python/share/info/x.info",
        stays="python/share/x/data.json python/man/x site/pkg/share/man/x.1 share/man/x.1",
    ),
    "notebook parts without a server": Case(
        "notebooks",
        goes="python/share/jupyter/lab/x.js python/etc/jupyter/x.json",
        stays="python/share/jupyterlike/x site/pkg/share/jupyter/x",
    ),
    "notebook parts with a server": Case(
        "notebooks",
        stays="python/share/jupyter/lab/x.js python/etc/jupyter/x.json",
        files={
            "site/jupyter_server-2.0.dist-info/METADATA": "Name: jupyter_server\nVersion: 2.0\n"
        },
    ),
    "programs for Windows": Case(
        "windows-programs",
        goes="site/pip/_vendor/distlib/t64.exe site/setuptools/cli.exe site/distlib/w64.exe",
        stays="site/pkg/t64.exe site/pkg/run.bat site/pkg/x.cmd site/pkg/x.ps1 "
        "site/pkg/distlib/t64.exe site/pkg/exe site/pkg/bat.py site/pkg/x.exe.py x.bat "
        "python/bin/x.bat",
    ),
    "a program for Windows that its package names": Case(
        "windows-programs",
        goes="site/setuptools/other.exe",
        stays="site/setuptools/deep/used.exe",
        files={"site/setuptools/__init__.py": "LAUNCHER = 'used.exe'\n"},
    ),
    "type stubs": Case(
        "stubs",
        goes="site/pkg/a.pyi site/pkg/fast.pyi",
        stays="site/pkg/fast.cpython-311-x86_64-linux-gnu.so site/pkg/alone.pyi "
        "site/pkg-stubs/__init__.pyi site/pkg/py.typed site/pkg/a.py a.pyi stdlib/a.pyi "
        "site/pkg/pyi",
    ),
    "stubs that lazy_loader reads": Case(
        "stubs",
        goes="site/skimage/data.pyi",
        stays="site/skimage/__init__.pyi",
        files={
            "site/skimage/data.py": "",
            "site/skimage/__init__.py": (
                "import lazy_loader as _lazy\n"
                "__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)\n"
            ),
        },
    ),
    "sources and headers": Case(
        "sources",
        goes="site/pkg/a.c site/pkg/a.cpp site/pkg/a.h site/pkg/a.pyx site/pkg/a.pxd "
        "site/pkg/a.f90 site/pkg/a.pyx.in site/pkg/a.cuh site/pkg/a.c.src",
        stays="site/pkg/fast.abi3.so site/pkg/a.py site/pkg/a.cs site/pkg/h site/pkg/a.hpy "
        "site/pkg/c.json a.c "
        "site/pkg/a.rs site/pkg/LICENSE.c.txt",
    ),
    "a header that cffi reads": Case(
        "sources",
        goes="site/cffi/parse_c_type.h",
        stays="site/cffi/_cffi_include.h site/cffi/fast.abi3.so",
        files={"site/cffi/recompiler.py": "PREAMBLE = '_cffi_include.h'\n"},
    ),
    "sources for an app that compiles": Case(
        "sources",
        stays="site/torch/include/a.h site/torch/lib/libx.a site/torch/x.cmake "
        "site/torch/fast.abi3.so "
        "python/include/Python.h",
        files={"app.py": "from torch.utils.cpp_extension import load\n"},
    ),
    "static libraries": Case(
        "static-libraries",
        goes="site/pkg/libx.a site/pkg/libx.la site/pkg/x.o site/pkg/x.lib",
        stays="site/pkg/fast.abi3.so site/pkg/libx.so site/pkg/libx.so.1 site/pkg/a "
        "site/pkg/x.obj site/pkg/lib x.a",
    ),
    "static libraries beside a distribution that compiles": Case(
        "static-libraries",
        stays="site/pkg/libx.a site/pkg/fast.abi3.so",
        files={"site/pytensor-2.0.dist-info/METADATA": "Name: pytensor\nVersion: 2.0\n"},
    ),
    "files for build tools": Case(
        "build-files",
        goes="site/pkg/x.cmake site/pkg/CMakeLists.txt site/pkg/lib/pkgconfig/x.txt "
        "site/pkg/share/cmake/x/y.txt site/pkg/x.pc",
        stays="site/pkg/fast.abi3.so site/pkg/pkgconfig/x.txt site/pkg/cmake/x.py "
        "site/cmake/__init__.py "
        "CMakeLists.txt site/pkg/x.pcap",
    ),
    "headers of Python": Case(
        "interpreter-headers",
        goes="python/include/python3.11/Python.h python/lib/pkgconfig/python3.pc "
        "python/lib/libpython3.11.a",
        stays="python/lib/libpython3.11.so.1.0 python/lib/libpython3.so python/lib/libz.a "
        "python/bin/python3.11-config include/x.h",
    ),
    "parts of the interpreter": Case(
        "interpreter-parts",
        goes="stdlib/test/__init__.py stdlib/test/support/x.py stdlib/idlelib/run.py "
        "stdlib/lib2to3/__init__.py stdlib/ensurepip/_bundled/pip.whl stdlib/turtledemo/x.py "
        "stdlib/unittest/test/x.py stdlib/ctypes/tests/x.py stdlib/tkinter/__init__.py "
        "stdlib/config-3.11-x86_64-linux-gnu/Makefile stdlib/config-3.11-x86_64-linux-gnu/x.o "
        "stdlib/config-3.14t-x86_64-linux-gnu/Makefile "
        "stdlib/lib-dynload/_testcapi.cpython-311-x86_64-linux-gnu.so "
        "stdlib/lib-dynload/_ctypes_test.cpython-311-x86_64-linux-gnu.so "
        "stdlib/lib-dynload/xxlimited.cpython-311-x86_64-linux-gnu.so",
        stays="stdlib/unittest/__init__.py stdlib/doctest.py stdlib/this.py stdlib/configparser.py "
        "stdlib/lib-dynload/_ctypes.cpython-311-x86_64-linux-gnu.so stdlib/venv/__init__.py "
        "stdlib/_sysconfigdata__linux_x86_64-linux-gnu.py stdlib/site-packages/README.txt "
        # https://peps.python.org/pep-0739/
        "stdlib/config/x.py stdlib/build-details.json "
        "stdlib/_sysconfigdata_t_linux_x86_64-linux-gnu.py "
        "stdlib/_sysconfig_vars_t_linux_x86_64-linux-gnu.json "
        "stdlib/lib-dynload/_ctypes.cpython-314t-x86_64-linux-gnu.so",
    ),
    "parts of the interpreter that something imports": Case(
        "interpreter-parts",
        goes="stdlib/test/other.py stdlib/tkinter/ttk.py",
        stays="stdlib/test/support/__init__.py stdlib/test/__init__.py stdlib/tkinter/__init__.py "
        "stdlib/lib-dynload/_testcapi.cpython-311-x86_64-linux-gnu.so",
        files={
            "app.py": "from test import support\n",
            "stdlib/turtle.py": "import tkinter as TK\n",
            "site/pkg/__init__.py": "def f():\n    import _testcapi\n",
        },
    ),
    "locale folders that are packages": Case(
        "tests",
        stays="site/django/conf/locale/__init__.py site/django/conf/locale/de/formats.py "
        "site/django/conf/locale/de/LC_MESSAGES/django.mo",
    ),
    "data that is called like a library": Case(
        "symbols",
        stays="site/pyarrow/libarrow.so.2300 site/pyarrow/libparquet.so",
        files={"site/pyarrow/libarrow.so.2300": "data\n" * 5000},
    ),
    "data that is called like copies of a library": Case(
        "duplicates",
        stays="site/pyarrow/libarrow.so site/pyarrow/libarrow.so.2300",
        files={
            "site/pyarrow/libarrow.so": "data\n" * 5000,
            "site/pyarrow/libarrow.so.2300": "data\n" * 5000,
        },
    ),
    "the app's own list": Case(
        "slugignore",
        goes="notes.md deep/notes.md media/a.png",
        stays="notes.txt site/pkg/notes.md stdlib/notes.md python/share/notes.md",
        files={".slugignore": "*.md\n/media\n!keep.md\n# a comment\n"},
    ),
    "the app's own list never reaches what buildpacks wrote": Case(
        "slugignore",
        goes=".editorconfig src/python/x.py",
        stays="site/pkg/x.py stdlib/os.py python/bin/tool .heroku/vendor/x .profile.d/python.sh",
        files={".slugignore": ".*\npython\n.heroku/\n"},
    ),
    "the list for the built slug": Case(
        "slugfitignore",
        goes="site/pkg/data/a.bin site/pkg/b.bin a.bin python/share/x/a.bin stdlib/a.bin",
        stays="site/pkg/keep.bin site/pkg/safe/x.bin site/pkg/safe/deep/x.bin site/pkg/a.py",
        files={
            ".slugfitignore": "*.bin\ndata/\n!keep.bin\n"
            f"/{SITE}/pkg/safe/*\n!/{SITE}/pkg/safe/*\n!/{SITE}/pkg/safe/deep/x.bin\n"
        },
    ),
    "what the list for the built slug keeps is safe from every rule": Case(
        "tests",
        goes="site/pkg/tests/a.py site/pkg/other/tests/a.py",
        stays="site/pkg/tests/data/x.json site/pkg/tests/data/deep/x.json site/pkg/a.pyi "
        "site/pkg/test_it.py",
        files={".slugfitignore": "!**/pkg/tests/data/\n!a.pyi\n!test_it.py\n"},
    ),
    "a line nearer to the file wins over its folder's": Case(
        "slugfitignore",
        goes="site/pkg/safe/x.bin",
        stays="site/pkg/safe/x.txt",
        files={".slugfitignore": "!safe/\n*.bin\n"},
    ),
    "the old list of paths": Case(
        "slugfitignore",
        goes="big/a.bin big/b/c.bin one.bin two.bin",
        stays="deep/big/a.bin deep/one.bin three.bin",
        files={".slug-post-clean": "big\n/one.bin\n\n# three.bin\n./two.bin\n../three.bin\n/\n"},
    ),
    "REMOVE": Case(
        "slugfitignore",
        goes="site/pkg/big/x site/pkg/a.onnx",
        stays="site/pkg/a.py",
        settings={"SLUGFIT_REMOVE": "big/, *.onnx"},
    ),
    "KEEP": Case(
        "tests",
        goes="site/pkg/tests/b.py",
        stays="site/pkg/tests/a.py site/other/tests/x.py site/pkg/a.pyi "
        "site/pkg/__pycache__/k.cpython-311.pyc site/pkg/k.py",
        settings={"SLUGFIT_KEEP": "**/pkg/tests/a.py\n**/other/\n*.pyi\n__pycache__"},
    ),
    "KEEP wins over REMOVE": Case(
        "slugfitignore",
        goes="site/pkg/b.bin",
        stays="site/pkg/a.bin",
        settings={"SLUGFIT_KEEP": "a.bin", "SLUGFIT_REMOVE": "*.bin"},
    ),
    "RULES_OFF": Case(
        "sources",
        goes="site/pkg/a.h",
        stays="site/pkg/fast.abi3.so site/pkg/tests/a.py site/pkg/a.py site/pkg/a.pyi "
        "site/pkg/tests/a.pyi",
        settings={"SLUGFIT_RULES_OFF": "tests, stubs"},
    ),
    "LEVEL=measure": Case(
        "tests",
        stays="site/pkg/tests/a.py site/pkg/a.pyi site/pkg/a.h site/pkg/k.py site/pkg/k.pyc",
        settings={"SLUGFIT_LEVEL": "measure"},
    ),
    "a rule that is off leaves a file to the next": Case(
        "stubs",
        goes="site/pkg/tests/a.pyi",
        stays="site/pkg/tests/a.py",
        settings={"SLUGFIT_RULES_OFF": "tests"},
    ),
    "links go like files": Case(
        "tests",
        goes="site/pkg/tests/link.py site/pkg/tests/test_it.py",
        stays="site/pkg/link.py",
        files={
            "site/pkg/tests/link.py": Link("../../../../../../../../outside"),
            "site/pkg/link.py": Link("missing"),
        },
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_rule_takes_what_it_names_and_nothing_near_it(tmp_path: Path, case: Case) -> None:
    goes, stays = map(real, case.goes.split()), map(real, case.stays.split())
    wanted = {**dict.fromkeys(goes, "remove"), **dict.fromkeys(stays, "keep")}
    tree = {**slug({}), **dict.fromkeys(wanted, "")}
    tree.update({real(name): content for name, content in case.files.items()})
    found = decide(plant(tmp_path, tree), case.settings)
    assert {path: found[path].action for path in wanted} == wanted
    assert {found[path].rule for path in wanted if wanted[path] == "remove"} <= {case.rule}


@pytest.mark.parametrize("rule", [*RULES, SLUGIGNORE, SLUGFITIGNORE], ids=lambda rule: rule.name)
def test_every_rule_is_in_the_table_and_can_be_found_by_its_name(rule: object) -> None:
    name = getattr(rule, "name", "")
    cases = [case for case in CASES.values() if case.rule == name]
    assert rule_named(name) is rule
    assert any(case.stays for case in cases)
    assert any(case.goes for case in cases) or name in ("symbols", "duplicates")


def test_names_of_rules_are_unique_and_an_unknown_one_is_an_error() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)
    with pytest.raises(KeyError):
        rule_named("no-such-rule")


@pytest.mark.parametrize(
    ("settings", "action"),
    [({}, "cut"), ({"SLUGFIT_RULES_OFF": "symbols"}, "keep"), ({"SLUGFIT_KEEP": "*.so"}, "keep")],
    ids=["as it is", "with the rule off", "kept by the user"],
)
def test_symbols_are_cut_off_libraries(
    tmp_path: Path, settings: dict[str, str], action: str
) -> None:
    compiler = shutil.which("gcc")
    if compiler is None:
        pytest.skip("gcc is not installed")
    plant(tmp_path, slug({"pkg/__init__.py": ""}, app_py=""))
    source = tmp_path / "x.c"
    source.write_text("".join(f"int a_long_name_{n}(void) {{ return {n}; }}\n" for n in range(300)))
    library = tmp_path / SITE / "pkg/fast.so"
    subprocess.run([compiler, "-g", "-shared", "-fPIC", source, "-o", library], check=True)
    decision = decide(tmp_path, settings)[f"{SITE}/pkg/fast.so"]
    assert decision.action == action
    assert decision.size == library.stat().st_size
    assert (0 < decision.saves < decision.size) == (action == "cut")


SHAPES: dict[str, tuple[dict[str, Content], set[str]]] = {
    "environment": (
        {
            "pyvenv.cfg": "",
            "lib/python3.11/site-packages/pkg/tests/a.py": "",
            "share/man/x.1": "",
            "share/jupyter/x.js": "",
            "include/site/x.h": "",
            "lib/libpython3.11.a": "",
        },
        {
            "lib/python3.11/site-packages/pkg/tests/a.py",
            "share/man/x.1",
            "share/jupyter/x.js",
        },
    ),
    "prefix": (
        {
            "bin/python3": "",
            "lib/python3.11/os.py": "",
            "lib/python3.11/test/a.py": "",
            "lib/python3.11/__pycache__/os.cpython-311.opt-1.pyc": "",
            "lib/python3.11/site-packages/pkg/tests/a.py": "",
            "share/man/x.1": "",
            "include/x.h": "",
        },
        {
            "lib/python3.11/site-packages/pkg/tests/a.py",
            "lib/python3.11/__pycache__/os.cpython-311.opt-1.pyc",
        },
    ),
    "target": (
        {
            "pkg-1.0.dist-info/METADATA": "",
            "pkg/__init__.py": "",
            "pkg/tests/a.py": "def test_it(): pass\n",
            "pkg/a.py": "",
            "pkg/a.pyi": "",
            "bin/x": "",
            "share/man/x.1": "",
        },
        {"pkg/tests/a.py", "pkg/a.pyi"},
    ),
    "app": (
        {
            "app.py": "",
            "tests/test_app.py": "",
            "docs/x.md": "",
            "a.h": "",
            "__pycache__/app.cpython-311.pyc": "",
        },
        {"__pycache__/app.cpython-311.pyc"},
    ),
}


@pytest.mark.parametrize(("tree", "gone"), SHAPES.values(), ids=SHAPES)
def test_each_shape_of_tree_loses_what_is_not_its_own(
    tmp_path: Path, tree: dict[str, Content], gone: set[str]
) -> None:
    found = decide(plant(tmp_path, tree), {"SLUGFIT_BYTECODE": "strip"})
    assert {path for path, item in found.items() if item.action == "remove"} == gone


def test_nothing_goes_from_a_folder_that_is_read_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stub = {"pkg/c.py": "", "pkg/c.pyi": ""}
    plant(tmp_path, slug({"pkg/tests/a.py": "", "pkg/tests/deep/b.py": "", **stub}))
    closed = str(tmp_path / SITE / "pkg/tests")
    access = os.access
    # A superuser may write everywhere, so the system's answer is replaced.
    monkeypatch.setattr(
        os, "access", lambda path, mode: os.path.normpath(path) != closed and access(path, mode)
    )
    found = decide(tmp_path, {})
    assert found[f"{SITE}/pkg/tests/a.py"].action == "keep"
    assert found[f"{SITE}/pkg/tests/a.py"].reason == Reason("read-only")
    assert found[f"{SITE}/pkg/tests/deep/b.py"].action == "remove"
    assert found[f"{SITE}/pkg/c.pyi"].action == "remove"


def test_what_is_no_file_is_never_touched(tmp_path: Path) -> None:
    plant(tmp_path, slug({"pkg/tests/a.py": "", "pkg/tests/empty": Folder()}))
    os.mkfifo(tmp_path / SITE / "pkg/tests/pipe.py")
    found = decide(tmp_path, {})
    assert f"{SITE}/pkg/tests/pipe.py" not in found
    assert f"{SITE}/pkg/tests/empty" not in found
