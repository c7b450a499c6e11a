"""Apps that reach a distribution ``extra``, and apps that never do: a table of ways."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from linked_elf import library
from trees import SITE, STDLIB, Content, distribution, slug

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Case:
    """An app, a library that it imports, and a distribution ``extra`` that is reached or not."""

    app: Mapping[str, Content]
    lib: Mapping[str, Content] = field(default_factory=lambda: {"lib/__init__.py": ""})
    extra: Mapping[str, Content] = field(default_factory=lambda: {"extra/__init__.py": ""})
    points: str = ""
    """The entry points of ``extra``."""
    more: Mapping[str, Content] = field(default_factory=dict)
    """Other files of the tree."""

    def tree(self) -> dict[str, Content]:
        """All of it as a slug."""
        site = {
            **distribution("lib", "1.0", self.lib),
            **distribution("extra", "1.0", self.extra, self.points),
        }
        return {**slug(site), **self.app, **self.more}


LIB = {"app.py": "import lib\n"}
NOTEBOOK = '{"cells": [{"cell_type": "code", "source": ["import extra.sub as sub\\n"]}]}'
READER: Mapping[str, Content] = {f"{SITE}/nbformat/__init__.py": ""}
LOADER = "import importlib\ndef load(name):\n    return importlib.import_module(name)\n"
SERVE = "[console_scripts]\nextra-serve = extra:main\n"
WEB = {"Procfile": "web: python app.py\n", **LIB}


def lib(code: str, **others: str) -> dict[str, Content]:
    """The package ``lib`` with this code, and its other modules."""
    return {"lib/__init__.py": code, **{f"lib/{name}.py": text for name, text in others.items()}}


REACHED = {
    "a notebook of the app": Case({**WEB, "nightly.ipynb": NOTEBOOK}, more=READER),
    "a name that a program without an ending computes": Case(
        {**WEB, "bin/job": "#!/usr/bin/env python\nimport importlib\nimportlib.import_module(x)\n"},
        more={f"{SITE}/extra-1.0.dist-info/REQUESTED": ""},
    ),
    "an object that a program without an ending reads": Case(
        {**WEB, "bin/job": "#!/usr/bin/env python\nimport joblib\njoblib.load('model')\n"},
        more={f"{SITE}/extra-1.0.dist-info/REQUESTED": ""},
    ),
    "an import": Case({"app.py": "import extra\n"}),
    "an import in a function": Case({"app.py": "def f():\n    from extra import x\n"}),
    "an optional import of a library": Case(
        WEB, lib("try:\n    import extra\nexcept ImportError:\n    extra = None\n")
    ),
    "an import at third hand": Case(
        WEB, lib("from lib import a", a="from . import b", b="import extra")
    ),
    "a dotted string of a library": Case(WEB, lib("BACKEND = 'extra.backend:Backend'\n")),
    "a word told to what imports words": Case(
        WEB,
        lib("from lib.tools import load\nx = load('extra')\n", tools=LOADER),
    ),
    "a word told to another distribution's loader": Case(
        {"app.py": "import other, lib\n"},
        lib("import other\nx = other.load('extra')\n"),
        more={f"{SITE}/other.py": LOADER},
    ),
    "a word of the app": Case({"settings.py": "INSTALLED_APPS = ['extra']\n"}),
    "a string that a name is put into": Case(
        WEB,
        lib("NAME = 'lib.backends.%s'\n", other=""),
        more={
            f"{SITE}/lib/backends/__init__.py": "",
            f"{SITE}/lib/backends/one.py": "import extra\n",
        },
    ),
    "names that are put together": Case(
        WEB,
        {
            **lib(LOADER + "KINDS = ['one']\n"),
            "lib/kinds/__init__.py": "",
            "lib/kinds/one.py": "import extra\n",
        },
    ),
    "names below a package": Case(
        WEB,
        {
            **lib(LOADER.replace("(name)\n", "(f'lib.kinds.{name}')\n")),
            "lib/kinds/__init__.py": "",
            "lib/kinds/two.py": "import extra\n",
        },
    ),
    "names below its own package": Case(
        WEB,
        lib(LOADER.replace("(name)\n", "('.' + name, __name__)\n"), two="import extra\n"),
    ),
    "modules found by listing": Case(
        WEB,
        lib("import pkgutil\nnames = list(pkgutil.iter_modules(__path__))\n", two="import extra\n"),
    ),
    "its own modules by attribute": Case(
        WEB, lib("submodules = ['two']\ndef __getattr__(name): ...\n", two="import extra\n")
    ),
    "a lazy stub": Case(
        WEB,
        {
            **lib(
                "import lazy_loader as lazy\nlazy.attach_stub(__name__, __file__)\n",
                two="import extra\n",
            ),
            "lib/__init__.pyi": "from . import two\n",
        },
    ),
    "the group of its entry points": Case(
        WEB, lib("GROUP = 'lib_plugins'\n"), points="[lib_plugins]\nx = extra:x\n"
    ),
    "a group called after what loads it": Case(
        WEB, lib("GROUP = 'plug' + 'ins'\n"), points="[lib.plugins]\nx = extra:x\n"
    ),
    "its program in the Procfile": Case(
        {"Procfile": "web: extra-serve app:app\n", **LIB}, points=SERVE
    ),
    "its program in a script of the app": Case(
        {**WEB, "bin/start.sh": "#!/bin/sh\nexec extra-serve\n"}, points=SERVE
    ),
    "its program, started by the app": Case(
        {**WEB, "jobs.py": "import subprocess\nsubprocess.run(['extra-serve', '-x'])\n"},
        points=SERVE,
    ),
    "the class of a worker in the Procfile": Case(
        {"Procfile": "web: gunicorn -k extra.workers.Worker app:app\n", **LIB}
    ),
    "python -m": Case({"Procfile": "web: python -m extra\n", **LIB}),
    "python -c": Case({"Procfile": 'web: python -c "import extra"\n', **LIB}),
    "a setting in a file": Case({**WEB, "logging.yaml": "class: extra.json.Formatter\n"}),
    "a setting with hyphens": Case(
        {**WEB, ".env": "BACKEND=the-extra\n"}, extra={"the_extra.py": ""}
    ),
    "a table of pyproject.toml that the app reads": Case(
        {**WEB, "pyproject.toml": "[tool.dynaconf]\nbackend = 'extra'\n"}
    ),
    "a compiled module of a library": Case(
        {"app.py": "import lib.fast\n"},
        {"lib/__init__.py": "", "lib/fast.abi3.so": b"\x7fELF\x00\x00extra.core\x00"},
    ),
    "a text file of a library": Case(
        WEB, {**lib(""), "lib/plugins.json": '{"one": "extra.plugin"}'}
    ),
    "a shared library by its name": Case(
        WEB,
        lib("import ctypes\nctypes.CDLL('libextra.so.1')\n"),
        {"extra/__init__.py": "", "extra/lib/libextra.so.1": b"\x7fELF"},
    ),
    "a file in another package": Case(
        WEB, extra={"extra/__init__.py": "", "lib/.libs/extra.icd": "", "lib/.libs/x.so": b""}
    ),
    "a file where programs look": Case(
        WEB, extra={"extra/__init__.py": "", "../../../etc/extra/config.ini": ""}
    ),
    "a compiled helper of a compiled module": Case(
        {"app.py": "import lib.fast\n"},
        {"lib/__init__.py": "", "lib/fast.abi3.so": b"\x7fELF\0\0fd7dcdb__mypyc\0"},
        extra={"fd7dcdb__mypyc.abi3.so": b"\x7fELF"},
    ),
    "a file that each start runs": Case(
        WEB, extra={"extra.py": "", "extra.pth": "import extra; extra.patch()\n"}
    ),
    "a module that its package makes": Case(
        WEB,
        lib("import extra.moves.a\n"),
        {"extra.py": "import sys\nsys.modules['extra.moves.a'] = sys\n"},
    ),
    "a name out of a module": Case(WEB, lib("from extra import a\n"), {"extra.py": "a = 1\n"}),
    "a module that the app imports and that is not there": Case({"app.py": "import extra.none\n"}),
    "a file beside the module that loads it": Case(
        WEB,
        lib(
            "import os\nfrom importlib.machinery import SourceFileLoader\n"
            "x = SourceFileLoader('x', os.path.dirname(__file__) + '/tools.py').load_module()\n",
            tools="import extra\n",
        ),
    ),
    "zoneinfo's data": Case(
        {"app.py": "import zoneinfo\n"},
        more={f"{STDLIB}/zoneinfo.py": "package = '.'.join(['extra.zoneinfo', 'x'])\n"},
    ),
    "zoneinfo's data, of a library outside of the tree": Case(
        {"app.py": "import zoneinfo\n"}, extra={"tzdata/__init__.py": ""}
    ),
    "distutils": Case(
        WEB,
        lib("from distutils.util import strtobool\n"),
        extra={"setuptools/__init__.py": "", "distutils-precedence.pth": "import os\n"},
    ),
    "no Procfile, and it serves": Case(LIB, points="[console_scripts]\ngunicorn = extra:main\n"),
    "objects that are read back, of what is asked for": Case(
        {**WEB, "load.py": "import joblib\nmodel = joblib.load('model.bin')\n"},
        extra={"extra.py": "", "extra-1.0.dist-info/REQUESTED": ""},
    ),
    "computed imports of the app, of what is asked for": Case(
        {**WEB, "load.py": "import importlib\nmodel = importlib.import_module(input())\n"},
        extra={"extra.py": "", "extra-1.0.dist-info/REQUESTED": ""},
    ),
}
BROUGHT = {
    **distribution("third", "1.0", {"third.py": ""}),
    f"{SITE}/third-1.0.dist-info/METADATA": "Name: third\nRequires-Dist: extra\n",
}
"""A distribution that nothing reaches, and that requires ``extra``."""
WANTED = {
    **BROUGHT,
    f"{SITE}/lib-1.0.dist-info/METADATA": "Name: lib\nRequires-Dist: extra; extra == 'more'\n",
}
"""The same, where ``lib`` has an extra that requires it as well."""

REACHED |= {
    "a word of what would require it": Case(WEB, lib(LOADER + "NAMES = ['extra']\n"), more=WANTED),
    "a word that is passed to a loader, whoever brought it": Case(
        WEB, lib(LOADER + "x = load_optional('extra')\n"), more=BROUGHT
    ),
    "an import, whoever brought it": Case(WEB, lib("import extra\n"), more=BROUGHT),
    "a module that is chosen by a name, of what would require it": Case(
        WEB, lib("KIND = 'lib.%s'\n", one="import extra\n"), more=WANTED
    ),
    "a module that is chosen by a name, and is imported as well": Case(
        WEB,
        lib("from lib import two\nKIND = 'lib.%s'\n", one="import extra\n", two="import lib.one\n"),
        more=BROUGHT,
    ),
    "a word in a library, in memory": Case(
        {"app.py": "import lib.fast\n"},
        {"lib/__init__.py": "", "lib/fast.abi3.so": library((b"extra version 15.0.0",))},
    ),
    "an attribute of a package that the app uses": Case(
        {**WEB, "app.py": "import lib\nlib.two.f()\n"},
        lib("submodules = ['two']\ndef __getattr__(name): ...\n", two="import extra\n"),
        more=BROUGHT,
    ),
}
UNREACHED = {
    "a notebook that nothing installed can read": Case({**WEB, "nightly.ipynb": NOTEBOOK}),
    "a notebook in an installed package": Case(
        WEB, more={**READER, f"{SITE}/lib/example.ipynb": NOTEBOOK}
    ),
    "a word of what has nothing to do with what was brought": Case(
        WEB, lib(LOADER + "COMPILERS = ['gcc', 'extra']\n"), more=BROUGHT
    ),
    "a module that may be chosen, and what was brought": Case(
        WEB, lib("KIND = 'lib.%s'\n", one="import extra\n"), more=BROUGHT
    ),
    "all that a package may choose of, and what was brought": Case(
        WEB,
        lib("import pkgutil\nx = pkgutil.iter_modules(__path__)\n", one="from extra import y\n"),
        more=BROUGHT,
    ),
    "a word of the compiler in a library, which is not in memory": Case(
        {"app.py": "import lib.fast\n"},
        {"lib/__init__.py": "", "lib/fast.abi3.so": library(()) + b"\0extra version 15.0.0\0"},
    ),
    "an attribute of a package that the app does not use": Case(
        WEB,
        lib("submodules = ['two']\ndef __getattr__(name): ...\n", two="import extra\n"),
        more=BROUGHT,
    ),
    "a word of the standard library": Case(
        {**WEB, "app.py": "import lib, os\n"}, more={f"{STDLIB}/os.py": "x = ['extra', 'b']\n"}
    ),
    "a module that an older version had": Case(
        WEB, lib("try:\n    import extra.older\nexcept ImportError:\n    pass\n")
    ),
    "a test below what a name is put into": Case(
        WEB,
        {**lib("NAME = 'lib.%s'\n", other=""), "lib/check/test/helper.py": "import extra\n"},
    ),
    "a file that somebody else names": Case(
        WEB,
        lib(
            "from importlib.machinery import SourceFileLoader\n"
            "def load(name, file):\n    return SourceFileLoader(name, file).load_module()\n",
            tools="import extra\n",
        ),
    ),
    "nothing": Case(WEB),
    "its name in the requirements": Case(
        {
            **WEB,
            "requirements.txt": "extra==1.0\n",
            "poetry.lock": "extra\n",
            "Pipfile": "extra = '*'\n",
        }
    ),
    "its name in the project's dependencies": Case(
        {
            **WEB,
            "pyproject.toml": "[project]\ndependencies = ['extra']\n[tool.poetry]\nextra = '*'\n",
        }
    ),
    "its name in prose": Case({**WEB, "README.md": "We use extra.\n", "docs.rst": "extra\n"}),
    "its name in what developers run": Case(
        {**WEB, ".github/workflows/ci.yml": "run: extra\n", "tox.ini": "extra\n"}
    ),
    "a word that nothing imports by": Case(WEB, lib("NAMES = ['extra']\n")),
    "a version that is looked up": Case(
        WEB, lib("from importlib.metadata import version\nx = version('extra')\n")
    ),
    "its import in a test of a library": Case(
        WEB, {**lib(""), "lib/tests/__init__.py": "", "lib/tests/test_it.py": "import extra\n"}
    ),
    "its import in a module that nothing reaches": Case(WEB, lib("", tools="import extra\n")),
    "imports of the app by a literal": Case(
        {**WEB, "load.py": "import importlib\nlib = importlib.import_module('lib')\n"},
        extra={"extra.py": "", "extra-1.0.dist-info/REQUESTED": ""},
    ),
    "a group that nothing loads": Case(WEB, points="[other_plugins]\nx = extra:x\n"),
    "a program that nothing starts": Case(WEB, points="[console_scripts]\nextra = extra:main\n"),
    "what else it imports itself": Case(
        WEB, extra={"extra/__init__.py": "import extra.a\n", "extra/a.py": ""}
    ),
    "a manual, a program and a kernel": Case(
        WEB,
        extra={
            "extra/__init__.py": "",
            "../../../share/man/man1/extra.1": "",
            "../../../share/jupyter/kernels/extra/kernel.json": "",
        },
    ),
    "distutils that nothing imports": Case(
        WEB, extra={"setuptools/__init__.py": "", "distutils-precedence.pth": "import os\n"}
    ),
    "a longer name": Case(
        {"app.py": "import extras, lib\nx = 'extra-ordinary'\n", "Procfile": "web: python app.py"}
    ),
}
