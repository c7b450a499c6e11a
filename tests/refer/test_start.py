"""What an app's start loads, followed from import to import where no Python can be asked."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from pythons import settings
from slugfit.plan.make import make_plan
from trees import STDLIB, Content, distribution, plant, slug

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from slugfit.refer.start import Start, StartWanted
    from slugfit.scan.layout import Layout


LIBRARY = (
    *("a", "b", "c", "d", "os", "_pydecimal", "pack/__init__", "pack/inner"),
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
    "nothing": Case(""),
    "an import": Case("a", "import a\n"),
    "several at once, under other names": Case("a b", "import a as x, b as y\n"),
    "a name of a module": Case("a", "from a import thing\n"),
    "a part of a package": Case("pack/__init__ pack/inner", "import pack.inner\n"),
    "a part by its name": Case("pack/__init__ pack/inner", "from pack import inner\n"),
    "a package without its parts": Case("pack/__init__", "import pack\n"),
    "in a class": Case("a", "class X:\n    class Y:\n        import a\n"),
    "in a condition, a loop, a try": Case(
        "a b c",
        "if x:\n    import a\nfor x in y:\n    import b\ntry:\n    1\nexcept E:\n    import c\n",
    ),
    "in a function": Case("", "def f():\n    import a\n"),
    "in a method or a lambda": Case(
        "", "class X:\n    def f(self):\n        import a\nx = lambda: __import__('b')\n"
    ),
    "in a text": Case("", "'import a'\n"),
    "of the library's own": Case(
        "a b c",
        "import a\n",
        library={"a.py": "import b\n", "b.py": "from c import x\n", "c.py": "def f(): import d\n"},
    ),
    "a circle": Case("a b", "import a\n", library={"a.py": "import b", "b.py": "import a"}),
    "relative, in the library": Case(
        "pack/__init__ pack/inner",
        "import pack\n",
        library={"pack/__init__.py": "from . import inner\n"},
    ),
    "through a package": Case(
        "a",
        "import pkg\n",
        {
            **distribution(
                "pkg", "1", {"pkg/__init__.py": "from . import x\n", "pkg/x.py": "import a"}
            )
        },
    ),
    "a package that the app does not import": Case(
        "", "", distribution("pkg", "1", {"pkg.py": "import a\n"})
    ),
    "a package that the app names": Case(
        "a", "APPS = ['pkg']\n", distribution("pkg", "1", {"pkg.py": "import a\n"})
    ),
    "a program of the Procfile": Case(
        "a",
        site=distribution(
            "pkg", "1", {"pkg.py": "import a\n"}, "[console_scripts]\nrun = pkg:main\n"
        ),
        procfile="web: ./start\nworker: FOO=1 run --fast\n",
    ),
    "a program that the Procfile does not start": Case(
        "",
        site=distribution(
            "pkg", "1", {"pkg.py": "import a\n"}, "[console_scripts]\nrun = pkg:main\n"
        ),
        procfile="web: runner\n",
    ),
    "a server where there is no Procfile": Case(
        "a",
        "import other\n",
        {
            **distribution("other", "1", {"other.py": ""}),
            **distribution(
                "pkg", "1", {"pkg.py": "import a\n"}, "[console_scripts]\ngunicorn = pkg:main\n"
            ),
        },
        procfile="",
    ),
    "no other program where there is no Procfile": Case(
        "",
        "import other\n",
        {
            **distribution("other", "1", {"other.py": ""}),
            **distribution(
                "pkg", "1", {"pkg.py": "import a\n"}, "[console_scripts]\nrun = pkg:main\n"
            ),
        },
        procfile="",
    ),
    "what a server names in its own package": Case(
        "a b",
        site=distribution(
            "pkg",
            "1",
            {
                "pkg/__init__.py": "import a\n",
                "pkg/workers.py": "KINDS = {'sync': 'pkg.sync.Worker', 'x': 'json.decoder'}\n",
                "pkg/sync.py": "import b\n",
                "pkg/app.py": "from pkg import workers\n",
            },
            "[console_scripts]\nrun = pkg.app:main\n",
        ),
        procfile="web: run\n",
    ),
    "what a function imports that the app calls": Case(
        "a b",
        "import pkg\nimport pkg.more as more\npkg.outer()\nmore.thing.save()\n",
        distribution(
            "pkg",
            "1",
            {
                "pkg/__init__.py": "def outer(): inner()\ndef inner():\n    from pkg import x\n"
                "def other():\n    import pkg.y\n",
                "pkg/x.py": "import a\n",
                "pkg/y.py": "import c\n",
                "pkg/more.py": "class Thing:\n    def save(self):\n        import pkg.z\n"
                "def load():\n    import pkg.y\nthing = Thing()\n",
                "pkg/z.py": "import b\n",
            },
        ),
    ),
    "no plug-in where there is no Procfile": Case(
        "",
        site=distribution("pkg", "1", {"pkg.py": "import a\n"}, "[pytest11]\nrun = pkg:main\n"),
        procfile="",
    ),
    "a module that the Procfile runs": Case(
        "a b",
        site=distribution(
            "pkg", "1", {"pkg/__init__.py": "import a\n", "pkg/__main__.py": "import b"}
        ),
        procfile="web: python -m pkg\n",
    ),
    "an app that is not valid here": Case("a", "import a\nprint 'x'\n"),
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
    assert _kept_bytecode(tmp_path, {"a.py": "", "b.py": ""}) == []


def test_without_an_app_every_package_counts(tmp_path: Path) -> None:
    plant(tmp_path, slug(distribution("pkg", "1", {"pkg/__init__.py": "import a\n"})))
    assert _kept_bytecode(tmp_path, {"a.py": "", "b.py": ""}) == ["a"]


class Asked:
    """A Python that notes what it is to import, and cannot tell what that loads."""

    wanted: StartWanted | None = None

    def start(self, root: Path, layout: Layout, wanted: StartWanted) -> Start | None:
        del root, layout
        self.wanted = wanted
        return None

    def compile(self, root: Path, layout: Layout, paths: Sequence[str]) -> Mapping[str, bytes]:
        del root, layout, paths
        return {}


def test_python_is_asked_for_what_the_app_takes_from_the_library(tmp_path: Path) -> None:
    """An app of nothing but the standard library loads that at each start as well."""
    app = "import a, pack.inner\nfrom b import thing\ndef f():\n    import c\n"
    tree = slug({"pkg.py": ""}, app_py=app)
    plant(tmp_path, {**tree, **{f"{STDLIB}/{name}.py": "" for name in LIBRARY}})
    asked = Asked()
    make_plan(tmp_path, settings(), python=asked)
    assert asked.wanted is not None
    assert set(asked.wanted.names) == {"a", "pack.inner", "b"}
