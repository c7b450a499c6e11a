"""What the app reaches, and what it never does: a table of ways, each with a near-miss."""

from __future__ import annotations

import pickle
import posixpath
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from pythons import settings
from slugfit.plan.make import make_plan
from slugfit.plan.unused_too import with_unused
from slugfit.settings.config_vars import ConfigVars
from slugfit.settings.current_run import Run
from trees import SITE, STDLIB, Content, distribution, plant, slug

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from slugfit.plan.decision import Decision


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


LIB = {"app.py": "import lib\n"}
LOADER = "import importlib\ndef load(name):\n    return importlib.import_module(name)\n"
SERVE = "[console_scripts]\nextra-serve = extra:main\n"
WEB = {"Procfile": "web: python app.py\n", **LIB}


def lib(code: str, **others: str) -> dict[str, Content]:
    """The package ``lib`` with this code, and its other modules."""
    return {"lib/__init__.py": code, **{f"lib/{name}.py": text for name, text in others.items()}}


REACHED = {
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
    "zoneinfo's data": Case(
        {"app.py": "import zoneinfo\n"},
        more={f"{STDLIB}/zoneinfo.py": "package = '.'.join(['extra', 'zoneinfo'])\n"},
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
UNREACHED = {
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


def going(root: Path, case: Case, **values: str) -> set[str]:
    """The files of ``extra`` that go."""
    site = {
        **distribution("lib", "1.0", case.lib),
        **distribution("extra", "1.0", case.extra, case.points),
    }
    tree = {**slug(site), **case.app, **case.more}
    plan = make_plan(
        plant(root, tree),
        settings(**{"LEVEL": "unused", "WORTH": "0", **values}),
        Run(config_vars=ConfigVars(environment={})),
    )
    gone = (item for item in plan.decisions if item.rule == "unused" and item.action == "remove")
    return {item.path for item in gone if item.owner == "extra"}


@pytest.mark.parametrize("name", REACHED)
def test_what_is_reached_stays(tmp_path: Path, name: str) -> None:
    assert going(tmp_path, REACHED[name]) == set()


@pytest.mark.parametrize("name", UNREACHED)
def test_what_is_never_reached_goes_without_its_metadata(tmp_path: Path, name: str) -> None:
    case = UNREACHED[name]
    files = {
        posixpath.normpath(f"{SITE}/{path}") for path in case.extra if ".dist-info/" not in path
    }
    assert going(tmp_path, case) == files


def test_a_config_var_names_what_it_uses(tmp_path: Path) -> None:
    plant(tmp_path / "env", {"BACKEND": "extra.backend"})
    site = distribution("extra", "1.0", {"extra.py": ""})
    root = plant(tmp_path / "app", slug(site, app_py="import os\n", Procfile="web: python app.py"))
    run = Run(config_vars=ConfigVars(tmp_path / "env"))
    plan = make_plan(root, settings(LEVEL="unused", WORTH="0"), run)
    assert not [item for item in plan.decisions if item.rule == "unused"]


def test_a_package_of_a_distribution_goes_by_itself(tmp_path: Path) -> None:
    files = {"used.py": "", "other/__init__.py": "", "other/data.bin": "x"}
    case = Case({"app.py": "import used\n", **WEB}, extra=files)
    case = Case({**WEB, "app.py": "import lib, used\n"}, extra=files)
    assert going(tmp_path, case) == {f"{SITE}/other/__init__.py", f"{SITE}/other/data.bin"}


def test_libraries_beside_a_package_stay_with_it(tmp_path: Path) -> None:
    files: dict[str, Content] = {
        "extra/__init__.py": "",
        "extra.libs/libx-1.so": b"\x7fELF",
        "extra_libs/x.so": b"",
    }
    assert going(tmp_path, Case({"app.py": "import extra\n"}, extra=files)) == set()


def test_what_has_no_modules_stays(tmp_path: Path) -> None:
    assert going(tmp_path, Case(WEB, extra={"share/extra.json": "{}"})) == set()


def test_bytecode_and_programs_go_with_it(tmp_path: Path) -> None:
    files: dict[str, Content] = {
        "extra.py": "",
        "__pycache__/extra.cpython-311.pyc": b"x",
        "../../../bin/extra": "x",
    }
    gone = going(tmp_path, Case(WEB, extra=files))
    assert gone == {
        f"{SITE}/extra.py",
        f"{SITE}/__pycache__/extra.cpython-311.pyc",
        ".heroku/python/bin/extra",
    }


@pytest.mark.parametrize(
    "values",
    [{"LEVEL": "standard"}, {"LEVEL": "measure"}, {"RULES_OFF": "unused"}, {"KEEP": "extra"}],
)
def test_only_who_asks_for_it_loses_it(tmp_path: Path, values: dict[str, str]) -> None:
    assert going(tmp_path, Case(WEB), **values) == set()


def test_too_little_is_left_alone(tmp_path: Path) -> None:
    assert going(tmp_path, Case(WEB), WORTH="1K") == set()


def test_without_an_app_nothing_goes(tmp_path: Path) -> None:
    assert going(tmp_path, Case({"Procfile": "web: run\n"})) == set()


def test_the_next_build_s_installers_stay(tmp_path: Path) -> None:
    site = {
        **distribution("lib", "1.0", {"lib.py": ""}),
        **distribution("pip", "1.0", {"pip.py": ""}),
    }
    root = plant(tmp_path, {**slug(site), **WEB})
    gone = {}
    for cached in (False, True):
        plan = make_plan(root, settings(LEVEL="unused", WORTH="0"), Run(tree_is_cached=cached))
        gone[cached] = {item.path for item in plan.decisions if item.rule == "unused"}
    assert gone == {False: {f"{SITE}/pip.py"}, True: set()}


def test_a_namespace_is_shared(tmp_path: Path) -> None:
    site = {
        **distribution("space-a", "1.0", {"space/a/__init__.py": ""}),
        **distribution("space-b", "1.0", {"space/b/__init__.py": ""}),
    }
    root = plant(tmp_path, {**slug(site), "app.py": "import space.a\n"})
    plan = make_plan(root, settings(LEVEL="unused", WORTH="0"), Run())
    gone = {item.path for item in plan.decisions if item.rule == "unused"}
    assert gone == {f"{SITE}/space/b/__init__.py"}


def test_at_standard_it_is_told(tmp_path: Path) -> None:
    site = distribution("extra", "1.0", {"extra.py": ""})
    root = plant(tmp_path, {**slug(site), **WEB})
    plan = make_plan(root, settings(WORTH="0"))
    assert set(plan.unused) == {(f"{SITE}/extra.py", "unused")}
    assert all(item.action == "keep" for item in plan.decisions if "extra.py" in item.path)


def test_pickles_are_no_reason_without_who_reads_them(tmp_path: Path) -> None:
    case = Case({**WEB, "model.bin": pickle.dumps({"a": 1})})
    assert going(tmp_path, case)


@pytest.mark.parametrize("name", ["caf\u00e9", "a\udcffb", "a b", "-x"])
def test_a_name_of_any_kind_is_no_error(tmp_path: Path, name: str) -> None:
    files: dict[str, Content] = {
        "extra/__init__.py": "",
        f"extra/{name}.py": "",
        f"{name}.py": "",
        f"{name}/__init__.py": "",
    }
    library: dict[str, Content] = {"lib/__init__.py": "", "lib/fast.abi3.so": b"\x7fELF\0x"}
    app = {f"{name}.yaml": f"x: {name}\n", **WEB, "app.py": "import lib.fast\n"}
    gone = going(tmp_path, Case(app, library, files))
    assert f"{SITE}/extra/__init__.py" in gone


def _both_ways(root: Path, run: Run, **values: str) -> tuple[tuple[Decision, ...], ...]:
    """What the level unused decides, and what comes of a plan of the level standard."""
    wanted = {"WORTH": "0", **values}
    unused = make_plan(root, settings(**{**wanted, "LEVEL": "unused"}), run)
    standard = make_plan(root, settings(**wanted), run)
    return unused.decisions, with_unused(standard).decisions


@pytest.mark.parametrize("name", [*REACHED, *UNREACHED])
def test_a_standard_plan_becomes_that_of_the_level_unused(tmp_path: Path, name: str) -> None:
    case = {**REACHED, **UNREACHED}[name]
    site = {
        **distribution("lib", "1.0", case.lib),
        **distribution("extra", "1.0", case.extra, case.points),
    }
    root = plant(tmp_path, {**slug(site), **case.app, **case.more})
    unused, turned = _both_ways(root, Run(config_vars=ConfigVars(environment={})))
    assert turned == unused


@pytest.mark.parametrize(
    ("values", "gone"),
    [
        ({}, 14),
        ({"KEEP": "**/extra/b.py"}, 0),
        ({"KEEP": "extra"}, 0),
        ({"BYTECODE": "strip"}, 14),
        ({"BYTECODE": "strip-all"}, 14),
        ({"BYTECODE": "keep"}, 14),
        ({"RULES_OFF": "unused"}, 0),
        ({"RULES_OFF": "tests stubs"}, 14),
    ],
)
def test_what_other_rules_say_of_it_makes_no_difference(
    tmp_path: Path, values: dict[str, str], gone: int
) -> None:
    extra: dict[str, Content] = {
        "extra/__init__.py": "import extra.tests.helpers\n",
        "extra/a.py": "",
        "extra/a.pyi": "",
        "extra/b.py": "",
        "extra/kept.py": "",
        "extra/tests/__init__.py": "",
        "extra/tests/helpers.py": "",
        "extra/tests/test_it.py": "",
        "extra/data.txt": "text",
        "extra/__pycache__/a.cpython-311.pyc": b"x",
        "extra/__pycache__/b.cpython-311.pyc": b"x",
        "extra/tests/__pycache__/helpers.cpython-311.pyc": b"x",
        "extra/fast.so": b"\x7fELF",
        "extra/gone.cpython-311.pyc": b"x",
    }
    site = {**distribution("lib", "1.0", {"lib.py": ""}), **distribution("extra", "1.0", extra)}
    root = plant(tmp_path, {**slug(site), **WEB, ".slugfitignore": "!**/extra/kept.py\nlib.py\n"})
    # Some packages write what no RECORD names.
    plant(root, {f"{SITE}/extra/__pycache__/kept.cpython-311.pyc": b"x"})
    unused, turned = _both_ways(root, Run(config_vars=ConfigVars(environment={})), **values)
    assert turned == unused
    by_rule = [item for item in turned if item.rule == "unused" and item.action == "remove"]
    assert len(by_rule) == gone
