"""What an app's start loads of the standard library, in small trees and by a real Python."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import sysconfig
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pythons import settings
from slugfit.plan.make import make_plan
from slugfit.refer.start import loaded_at_start
from slugfit.scan.layout import Layout
from slugfit.scan.module_names import importable_modules
from trees import STDLIB, Content, distribution, plant, slug

if TYPE_CHECKING:
    from collections.abc import Mapping


LIBRARY = (
    *("a", "b", "c", "d", "os", "_pydecimal", "pack/__init__", "pack/inner", "traceback"),
    *("datetime", "_strptime"),
)


@dataclass(frozen=True)
class Case:
    """What is in the app, in site-packages and in the library, and what a start loads of that."""

    loads: str
    app: str = ""
    site: Mapping[str, Content] = field(default_factory=dict)
    library: Mapping[str, str] = field(default_factory=dict)
    procfile: str = "web: x"


PROGRAM = distribution("pkg", "1", {"pkg.py": "import a\n"}, "[console_scripts]\nrun = pkg:main\n")

CASES = {
    "nothing but what Python itself wants": Case("traceback"),
    "an import": Case("a traceback", "import a\n"),
    "several at once, under other names": Case("a b traceback", "import a as x, b as y\n"),
    "a name of a module": Case("a traceback", "from a import thing\n"),
    "a part of a package": Case("pack/__init__ pack/inner traceback", "import pack.inner\n"),
    "a part by its name": Case("pack/__init__ pack/inner traceback", "from pack import inner\n"),
    "a package without its parts": Case("pack/__init__ traceback", "import pack\n"),
    "in a class": Case("a traceback", "class X:\n    class Y:\n        import a\n"),
    "in a condition, a loop, a try": Case(
        "a b c traceback",
        "if x:\n    import a\nfor x in y:\n    import b\ntry:\n    1\nexcept E:\n    import c\n",
    ),
    "in a function": Case("traceback", "def f():\n    import a\n"),
    "in a method or a lambda": Case(
        "traceback", "class X:\n    def f(self):\n        import a\nx = lambda: __import__('b')\n"
    ),
    "in a text": Case("traceback", "'import a'\n"),
    "of the library's own": Case(
        "a b c traceback",
        "import a\n",
        library={"a.py": "import b\n", "b.py": "from c import x\n", "c.py": "def f(): import d\n"},
    ),
    "a circle": Case(
        "a b traceback", "import a\n", library={"a.py": "import b", "b.py": "import a"}
    ),
    "relative, in the library": Case(
        "pack/__init__ pack/inner traceback",
        "import pack\n",
        library={"pack/__init__.py": "from . import inner\n"},
    ),
    "of what Python itself wants": Case("a traceback", library={"traceback.py": "import a\n"}),
    "through a package": Case(
        "a traceback",
        "import pkg\n",
        {
            **distribution(
                "pkg", "1", {"pkg/__init__.py": "from . import x\n", "pkg/x.py": "import a"}
            )
        },
    ),
    "a package that the app does not import": Case(
        "traceback", "", distribution("pkg", "1", {"pkg.py": "import a\n"})
    ),
    "a package that the app names": Case(
        "a traceback", "APPS = ['pkg']\n", distribution("pkg", "1", {"pkg.py": "import a\n"})
    ),
    "a program of the Procfile": Case(
        "a traceback",
        site=distribution(
            "pkg", "1", {"pkg.py": "import a\n"}, "[console_scripts]\nrun = pkg:main\n"
        ),
        procfile="web: ./start\nworker: FOO=1 run --fast\n",
    ),
    "a program that the Procfile does not start": Case(
        "traceback",
        site=distribution(
            "pkg", "1", {"pkg.py": "import a\n"}, "[console_scripts]\nrun = pkg:main\n"
        ),
        procfile="web: runner\n",
    ),
    "every program where there is no Procfile": Case(
        "a traceback",
        site=distribution(
            "pkg", "1", {"pkg.py": "import a\n"}, "[console_scripts]\nrun = pkg:main\n"
        ),
        procfile="",
    ),
    "no plug-in where there is no Procfile": Case(
        "traceback",
        site=distribution("pkg", "1", {"pkg.py": "import a\n"}, "[pytest11]\nrun = pkg:main\n"),
        procfile="",
    ),
    "a module that the Procfile runs": Case(
        "a b traceback",
        site=distribution(
            "pkg", "1", {"pkg/__init__.py": "import a\n", "pkg/__main__.py": "import b"}
        ),
        procfile="web: python -m pkg\n",
    ),
    "what is frozen into Python": Case("traceback", "import os\n"),
    "what stands in for compiled code": Case("traceback", "import _pydecimal\n"),
    "what C loads by its name": Case("_strptime datetime traceback", "import datetime\n"),
    "an app that is not valid here": Case("a traceback", "import a\nprint 'x'\n"),
}


@pytest.mark.parametrize("name", CASES)
def test_what_a_start_loads(tmp_path: Path, name: str) -> None:
    case = CASES[name]
    library: dict[str, Content] = {f"{module}.py": "" for module in LIBRARY}
    library |= case.library
    plant(tmp_path, slug(case.site, app_py=case.app))
    if case.procfile:
        plant(tmp_path, {"Procfile": case.procfile})
    assert sorted(_kept_bytecode(tmp_path, library)) == sorted(case.loads.split())


def _kept_bytecode(root: Path, library: Mapping[str, Content]) -> list[str]:
    """The modules of ``library``, made in the tree, whose bytecode stays."""
    plant(root, {f"{STDLIB}/{name}": content for name, content in library.items()})
    cached = {importlib.util.cache_from_source(f"{STDLIB}/{name}"): name for name in library}
    plant(root, dict.fromkeys(cached, ""))
    decisions = make_plan(root, settings(VERIFY="off")).decisions
    return [
        cached[item.path].removesuffix(".py")
        for item in decisions
        if item.path in cached and item.action == "keep"
    ]


def test_what_does_not_ship_loads_nothing(tmp_path: Path) -> None:
    site = distribution("pkg", "1", {"pkg/__init__.py": "", "pkg/tests/x.py": "import b\n"})
    plant(tmp_path, slug(site, app_py="import pkg\n"))
    plant(tmp_path, {"Procfile": "web: x", ".slugignore": "/later.py", "later.py": "import a"})
    assert _kept_bytecode(tmp_path, {"a.py": "", "b.py": "", "traceback.py": ""}) == ["traceback"]


@pytest.mark.parametrize(("version", "frozen"), [("3.9", False), ("3.10", False), ("3.14", True)])
def test_older_pythons_read_what_newer_ones_have_inside(
    tmp_path: Path, version: str, *, frozen: bool
) -> None:
    library = f"lib/python{version}"
    plant(tmp_path, {"bin/x": "", f"{library}/os.py": "import stat", f"{library}/stat.py": ""})
    found = _loaded(tmp_path, library, "os")
    assert found == (frozenset() if frozen else {"os", "stat"})


def _loaded(prefix: Path, library: str, *roots: str) -> frozenset[str]:
    """Names of the modules of a real library that importing ``roots`` loads."""
    shape = Layout("slug", "", (), library, None)
    paths = [
        os.path.relpath(os.path.join(folder, name), prefix)
        for folder, _, files in os.walk(prefix / library)
        for name in files
        if "-packages" not in folder
    ]
    present = tuple(importable_modules(paths, shape))
    found = loaded_at_start(prefix, shape, present, roots)
    return frozenset(module.name for module in present if module.path in found)


@pytest.mark.parametrize(
    "module",
    [
        *("argparse", "asyncio", "concurrent.futures", "csv", "ctypes", "datetime", "decimal"),
        *("email.mime.text", "http.server", "importlib.metadata", "importlib.resources", "json"),
        *("logging.config", "multiprocessing.pool", "pdb", "shutil", "sqlite3", "ssl", "tempfile"),
        *("unittest", "urllib.request", "uuid", "venv", "xml.etree.ElementTree", "zoneinfo"),
    ],
)
def test_what_a_real_python_loads_was_foreseen(module: str) -> None:
    told = subprocess.run(
        [sys.executable, "-I", "-S", "-c", TELL, module], capture_output=True, check=True
    )
    library = Path(sysconfig.get_path("stdlib"))
    read = frozenset(json.loads(told.stdout))
    foreseen = _loaded(library.parent, library.name, module)
    assert read - foreseen == set()
    # Near enough to be worth it; a start without `import site` loads less.
    assert len(foreseen) < 2 * len(read) + 60


TELL = """
import importlib, sys
importlib.import_module(sys.argv[1])
read = [
    module.__spec__.name for name, module in list(sys.modules.items())
    if getattr(getattr(module, "__spec__", None), "cached", None) and name != "__main__"
]
import json
print(json.dumps(read))
"""
"""Tells which modules were read from files, and not found inside Python."""
