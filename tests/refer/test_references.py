from __future__ import annotations

import importlib.util
import os
import py_compile
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import slugfit
from slugfit.plan import make
from slugfit.plan.make import make_plan
from slugfit.refer.candidates import Candidate, Words, words_of
from slugfit.refer.reference import Reference
from slugfit.refer.references import Staying, find_references
from slugfit.report.reasons import decision_sentence
from slugfit.scan.layout import recognise_layout
from slugfit.scan.module_reader import ModuleReader
from slugfit.scan.owners import read_owners
from slugfit.scan.tree import scan_tree
from slugfit.settings.config import read_config
from trees import SITE, STDLIB, Content, Link, distribution, plant, slug

if TYPE_CHECKING:
    from collections.abc import Mapping


Form = Literal["source", "bytecode"]
BOTH: tuple[Form, ...] = ("source", "bytecode")
PACKAGE: dict[str, Content] = {
    "pkg/__init__.py": "",
    "pkg/sub/__init__.py": "",
    "pkg/tests/__init__.py": "",
    "pkg/tests/mod.py": "",
    "pkg/tests/other.py": "",
    "pkg/tests/data.json": "",
    "pkg/tests/sub/__init__.py": "",
    "pkg/tests/sub/deep.py": "",
}
INIT, MOD, OTHER = "pkg/tests/__init__.py", "pkg/tests/mod.py", "pkg/tests/other.py"
SUB, DEEP = "pkg/tests/sub/__init__.py", "pkg/tests/sub/deep.py"
ALL = tuple(name for name in PACKAGE if name.startswith("pkg/tests/"))
MANY = "\n".join(f"name_{number} = 'text_{number}'" for number in range(700))


@dataclass(frozen=True)
class Case:
    """What kept files say (names below site-packages; ``app.py`` is the app's), what it keeps."""

    says: Mapping[str, Content]
    keeps: tuple[str, ...] = ()
    settings: tuple[tuple[str, str], ...] = ()


def says(text: str, *keeps: str, by: str = "pkg/a.py") -> Case:
    return Case({by: text}, keeps)


CASES = {
    "import": says("import pkg.tests.mod", INIT, MOD),
    "import as": says("import pkg.tests.mod as m", INIT, MOD),
    "import of a deep name as": says("import pkg.tests.sub.deep as d", INIT, SUB, DEEP),
    "several imports in one line": says("import os, pkg.tests.mod, sys", INIT, MOD),
    "from a module": says("from pkg.tests.mod import thing", INIT, MOD),
    "from a package, a module": says("from pkg.tests import mod, nothing as n", INIT, MOD),
    "from the package above": says("from pkg import tests", INIT),
    "relative": says("from .tests import mod", INIT, MOD),
    "relative to a module": says("from .tests.mod import thing", INIT, MOD),
    "from . import": says("from . import tests", INIT),
    "from . import in a package": says("from . import tests", INIT, by="pkg/__init__.py"),
    "two levels up": says("from ..tests.mod import x", INIT, MOD, by="pkg/sub/b.py"),
    "two levels up from a package": says(
        "from ..tests import mod", INIT, MOD, by="pkg/sub/__init__.py"
    ),
    "three levels up": Case({"pkg/sub/x/b.py": "from ...tests import mod"}, (INIT, MOD)),
    "more levels than there are": says("from ....tests import mod"),
    "relative in a module of the top": says("from .tests import mod", by="alone.py"),
    "in a function": says("def f():\n  def g():\n    import pkg.tests.mod", INIT, MOD),
    "in a class body": says("class C:\n  from pkg.tests import mod", INIT, MOD),
    "in a lambda's default": says("f = lambda x=__import__('pkg.tests.mod'): x", INIT, MOD),
    "under a condition": says("if 0 > 1:\n  import pkg.tests.mod", INIT, MOD),
    "in an except clause": says(
        "try:\n  import nothing\nexcept ImportError:\n  from .tests import mod", INIT, MOD
    ),
    "for type checkers": says(
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n  from .tests import mod", INIT, MOD
    ),
    "under an assertion": says("def f():\n  assert __import__('pkg.tests.mod')", INIT, MOD),
    "after more than 256 names": says(f"{MANY}\nfrom pkg.tests import mod", INIT, MOD),
    "star": says("from .tests import *", INIT),
    "star with __all__": Case(
        {"pkg/a.py": "from .tests import *", INIT: "__all__ = ['mod', 'x']"}, (INIT, MOD)
    ),
    "__all__ of a kept package": says("__all__ = ['tests', 'b', 'c']", INIT, by="pkg/__init__.py"),
    "a dotted literal": says("import_module('pkg.tests.mod')", INIT, MOD),
    "a literal of a class": says("LOAD = {'x': ('pkg.tests.mod.Class', 1)}", INIT, MOD),
    "a literal of a package's attribute": says("x = 'pkg.tests.make'", INIT),
    "a literal with a colon": says("LOAD = ['pkg.tests.mod:Class.method']", INIT, MOD),
    "a relative literal": says("import_module('.tests.mod', __package__)", INIT, MOD),
    "a relative literal, two dots": says("x = '..tests.mod'", INIT, MOD, by="pkg/sub/b.py"),
    "a literal of a package": says("x = 'pkg.tests'", *ALL),
    "a literal of a package inside of it": says("x = 'pkg.tests.sub'", INIT, SUB, DEEP),
    "a literal of a package, with more": says("x = 'pkg.tests:load'", INIT),
    "a relative literal of a package": says("x = '.tests'", *ALL),
    "a literal of a package above": says("x = ['pkg', 'pkg.sub']"),
    "a literal of a package, among plug-ins": Case(
        {
            "pkg/a.py": "load('pkg.plug.test')",
            "pkg/plug/test/__init__.py": "",
            "pkg/plug/test/core.py": "",
            "pkg/plug/test/core.yml": "",
            "pkg/plug/test_more.py": "",
        },
        ("pkg/plug/test/__init__.py", "pkg/plug/test/core.py", "pkg/plug/test/core.yml"),
    ),
    "a literal of a package, in what runs its tests": says(
        "def test():\n  import pytest\n  pytest.main(['--pyargs', 'pkg.tests'])", INIT
    ),
    "a literal of a package, in what helps to test": Case(
        {"pkg/testing/_run.py": "def main():\n  load_tests('pkg.tests')"},
        (INIT, "pkg/testing/_run.py"),
    ),
    "a literal of a package, in its own tests": Case(
        {"pkg/a.py": "from .tests import mod", MOD: "x = 'pkg.tests'"}, (INIT, MOD)
    ),
    "a literal in a set": says("def f(x): return x in {'pkg.tests.mod', 'y'}", INIT, MOD),
    "a literal as a default": says("def f(x='pkg.tests.mod'): pass", INIT, MOD),
    "a literal from pieces": says("x = 'pkg.te' 'sts.mod'", INIT, MOD),
    "a literal from a sum": says("x = 'pkg.te' + 'sts.mod'", INIT, MOD),
    "a literal with an escape": says(r"x = 'pkg.t\x65sts.mod'", INIT, MOD),
    "a file below the module": says("x = 'tests/data.json'", "pkg/tests/data.json"),
    "a file by a path that climbs": says(
        "x = '../tests/data.json'", "pkg/tests/data.json", by="pkg/sub/b.py"
    ),
    "a file by its path, with a slash before": says(
        "x = '/tests/data.json'", "pkg/tests/data.json"
    ),
    "a folder below the module, as a path": says("x = 'tests/sub'", INIT, SUB, DEEP),
    "a folder joined piece by piece": Case(
        {
            "pkg/a.py": "import os\nx = os.path.join(os.path.dirname(__file__), 'sub', 'test')",
            "pkg/sub/test/data.json": "",
            "pkg/sub/test/test_it.py": "",
        },
        ("pkg/sub/test/data.json", "pkg/sub/test/test_it.py"),
    ),
    "a file joined piece by piece": Case(
        {
            "pkg/a.py": "def f():\n  return Path(__file__).parent / 'sub' / 'test' / 'data.json'",
            "pkg/sub/test/data.json": "",
            "pkg/sub/test/other.json": "",
            "pkg/sub/test/test_it.py": "",
        },
        ("pkg/sub/test/data.json",),
    ),
    "all of a folder joined to the module's own path": Case(
        {
            "pkg/sub/b.py": "import os\nx = os.path.join(os.path.dirname(__file__), 'tests')",
            "pkg/sub/tests/data.json": "",
            "pkg/sub/tests/x/more.json": "",
            "pkg/sub/tests/test_it.py": "",
        },
        ("pkg/sub/tests/test_it.py", "pkg/sub/tests/data.json", "pkg/sub/tests/x/more.json"),
    ),
    "a folder by pieces that climb": Case(
        {"pkg/sub/b.py": "import os\nx = os.path.join(os.path.dirname(__file__), '..', 'tests')"},
        ALL,
    ),
    "all of a folder of resources": Case(
        {
            "pkg/sub/b.py": "def f():\n  return files(__package__) / 'tests'",
            "pkg/sub/tests/data.json": "",
            "pkg/sub/tests/test_it.py": "",
        },
        ("pkg/sub/tests/data.json", "pkg/sub/tests/test_it.py"),
    ),
    "data in a folder without modules": Case(
        {
            "pkg/a.py": "x = files('pkg.sub.tests.more')",
            "pkg/sub/tests/more/data.json": "",
            "pkg/sub/tests/test_it.py": "",
        },
        ("pkg/sub/tests/more/data.json",),
    ),
    "a name in a compiled module": Case(
        {"pkg/fast.cpython-311-x86_64-linux-gnu.so": b"\x7fELF\0name\0pkg.tests.mod\0more"},
        (INIT, MOD),
    ),
    "a relative name in a compiled module": Case(
        {"pkg/fast.abi3.so": b"\x7fELF\0x\0tests.mod\0"}, (INIT, MOD)
    ),
    "a name in a compiled module that a reference keeps": Case(
        {"pkg/a.py": "from .tests import fast", "pkg/tests/fast.so": b"\x7fELF\0pkg.tests.mod\0"},
        (INIT, MOD, "pkg/tests/fast.so"),
    ),
    "a kept module's own imports": Case(
        {"pkg/a.py": "from .tests import mod", MOD: "from . import other"}, (INIT, MOD, OTHER)
    ),
    "a kept package's own imports": Case(
        {"pkg/a.py": "from .tests import mod", INIT: "from .sub.deep import x"},
        (INIT, MOD, SUB, DEEP),
    ),
    "a chain to its end": Case(
        {
            "pkg/a.py": "import pkg.tests.mod",
            MOD: "from .other import x",
            OTHER: "'.sub.deep'\nx='.sub.deep'",
        },
        (INIT, MOD, OTHER, SUB, DEEP),
    ),
    "a cycle": Case(
        {
            "pkg/a.py": "import pkg.tests.mod",
            MOD: "import pkg.tests.other",
            OTHER: "from . import mod",
        },
        (INIT, MOD, OTHER),
    ),
    "candidates that only know each other": Case(
        {MOD: "import pkg.tests.other", OTHER: "from . import mod", INIT: "from . import mod"}
    ),
    "the app": says("import pkg.tests.mod", INIT, MOD, by="app.py"),
    "a file of another distribution": says("import pkg.tests.mod", INIT, MOD, by="user/x.py"),
    "the interpreter": says("import pkg.tests.mod", INIT, MOD, by="../x.py"),
    "an app's own tests that stay": says("import pkg.tests.mod", INIT, MOD, by="tests/t.py"),
    "a name that is not ASCII": Case(
        {"pkg/a.py": "from .tests import prüfung", "pkg/tests/prüfung.py": ""},
        (INIT, "pkg/tests/prüfung.py"),
    ),
    "a literal that is not ASCII": Case(
        {"pkg/a.py": "x = 'pkg.tests.été'", "pkg/tests/été.py": ""}, (INIT, "pkg/tests/été.py")
    ),
    "source in another encoding": Case(
        {
            "pkg/a.py": "# coding: latin-1\nfrom .test_é import x\n".encode("latin-1"),
            "pkg/test_é.py": "",
        },
        ("pkg/test_é.py",),
    ),
    "a compiled module": Case(
        {
            "pkg/a.py": "from .tests import fast",
            "pkg/tests/fast.cpython-311-x86_64-linux-gnu.so": "",
        },
        (INIT, "pkg/tests/fast.cpython-311-x86_64-linux-gnu.so"),
    ),
    "a file that a rule names for itself": Case(
        {"pkg/a.py": "from ._trend_test import x", "pkg/_trend_test.py": "", "pkg/_b_test.py": ""},
        ("pkg/_trend_test.py",),
    ),
    "a link to a file": Case({"pkg/data.json": Link("tests/data.json")}, ("pkg/tests/data.json",)),
    "a link to a folder": Case({"pkg/deep": Link("./tests/sub")}, (INIT, SUB, DEEP)),
    "a link that leaves the tree": Case({"pkg/out": Link("../" * 9 + "etc")}),
    "a kept file refers to what stands beside it": Case(
        {"pkg/tests/keep.py": "from . import mod", INIT: "from .sub import deep"},
        ("pkg/tests/keep.py", INIT, MOD, SUB, DEEP),
        (("SLUGFIT_KEEP", "keep.py"),),
    ),
    "a kept compiled module needs its packages": Case(
        {"pkg/tests/sub/keep.so": ""},
        ("pkg/tests/sub/keep.so", INIT, SUB),
        (("SLUGFIT_KEEP", "keep.so"),),
    ),
    # From here on: what only looks like a reference.
    "the word": says("tests = 'tests'\nprint('tests', 'mod', tests.mod, 'test')"),
    "the word in a sentence": says("x = 'see pkg.tests.mod for more'\n# import pkg.tests.mod"),
    "a docstring": says('"""\nimport pkg.tests.mod\n"""'),
    "another package's module": says("import other.tests.mod\nimport tests.mod"),
    "a module with a longer name": says("import pkg.tests_mod, pkg.testsuite.mod, pkg.tests.mods"),
    "a literal with a longer name": says("x = ['pkg.testsmod', 'xpkg.tests.mod', 'pkg.tests_']"),
    "a literal with a dot too many": says("x = ['pkg..tests', 'pkg.tests.', 'pkg.tests.mod-1']"),
    "a file of that name elsewhere": says("x = ['data.json', 'b/tests/data.json', '../data.json']"),
    "a hostile path": says("x = ['../../../../../../../../../x', '/../tests/data.json', '//']"),
    "a single word outside a package's __init__": says("x = ['tests']"),
    "a single word in another function than the path": says(
        "def f():\n  return __file__\ndef g():\n  return 'tests'"
    ),
    "folders that a build script lists": Case(
        {
            "pkg/setup.py": "def c(config):\n  config.add_data_dir('tests/sub')",
            "pkg/conftest.py": "import os\nx = os.path.join(os.path.dirname(__file__), 'tests')",
        },
        ("pkg/conftest.py",),
        (("SLUGFIT_KEEP", "conftest.py"),),
    ),
    "modules and files that a build script names": Case(
        {"pkg/setup_package.py": "x = ['pkg.tests.mod', 'tests/data.json', 'data.json']"}
    ),
    "a word before a path that climbs": Case(
        {
            "pkg/sub/x/b.py": "import os, sys\ndef f():\n  if sys.platform == 'win32':\n"
            "    return None\n  return os.path.join(os.path.dirname(__file__), '../../../tests')"
        }
    ),
    "a single word among other words": says("import os\nx = __file__, {'a', 'tests', 'b'}"),
    "the folder that a module itself stands in": says("x = ['./', '/', '../pkg/', '.', '..']"),
    "a longer name in a compiled module": Case(
        {"pkg/fast.so": b"\x7fELF\0pkg.testsuite\0xpkg.tests.modular\0see tests here\0"}, (INIT,)
    ),
    "a compiled module of another distribution": Case(
        {**distribution("other", "1", {"other.so": b"\x7fELF\0pkg.tests.mod\0"})}
    ),
    "an app's own folder of that name": Case(
        {
            "app.py": "import tests.helpers",
            "tests/helpers.py": "from . import mod",
            "tests/mod.py": "",
        }
    ),
    "an app's tests that are not shipped": Case(
        {"app/tests/t.py": "import pkg.tests.mod", "app/.slugignore": "tests/"}
    ),
}


def place(name: str) -> str:
    """The app's files are app.py, and what stands in tests/ or app/."""
    if name.startswith("app/"):
        return name.removeprefix("app/")
    return name if name == "app.py" or name.startswith("tests/") else f"{SITE}/{name}"


def plan(root: Path, chosen: Mapping[str, str] | None = None) -> dict[str, str]:
    """Why each file stays that a rule proposes; "" for those that no rule looks at."""
    made = make_plan(root, read_config({"SLUGFIT_VERIFY": "off", **(chosen or {})}))
    return {
        os.path.relpath(item.path, SITE): decision_sentence(item)
        for item in made.decisions
        if item.action != "remove"
    }


def only_bytecode(root: Path) -> None:
    """Compile every module, then empty its source: what is found was found in the bytecode."""
    for source in sorted(root.rglob("*.py")):
        mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
        py_compile.compile(str(source), doraise=True, invalidation_mode=mode, optimize=0)
        source.write_text("")


@pytest.mark.parametrize("form", BOTH)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_candidate_stays_when_something_kept_refers_to_it(
    tmp_path: Path, case: Case, form: Form
) -> None:
    site = {**PACKAGE, **case.says}
    files = {place(name): content for name, content in site.items()}
    plant(tmp_path, {**slug({}), **files})
    if form == "bytecode":
        only_bytecode(tmp_path)
    found = plan(tmp_path, dict(case.settings))
    proposed = {name for name in site if "test/" in name or "test" in name.split("pkg/", 1)[-1]}
    in_site = {name for name in proposed if place(name) != name}
    assert found.keys() & in_site == set(case.keeps)


ENTRY_POINTS = {
    "of a plug-in": ("[any.group]\nx = pkg.tests.mod:thing\n", (INIT, MOD)),
    "of a script": ("[console_scripts]\nx = pkg.tests.mod:main [extra]\n", (INIT, MOD)),
    "of a package": ("[pytest11]\nx = pkg.tests\n", (INIT,)),
    "behind a broken line": ("[a]\nnonsense\n[b]\n  x=pkg.tests.mod\n    y = q:z\n", (INIT, MOD)),
    "continued lines are lines": ("[a]\nx = q:z\n    y = pkg.tests.mod\n", (INIT, MOD)),
    "of a folder without modules": (
        "[pkg_config]\nx = pkg.sub.tests\n",
        ("pkg/sub/tests/data.json", "pkg/sub/tests/test_it.py"),
    ),
    "of something else": ("[a]\ntests = pkg:tests\n# x = pkg.tests.mod\n", ()),
}


@pytest.mark.parametrize(("text", "keeps"), ENTRY_POINTS.values(), ids=ENTRY_POINTS)
def test_an_entry_point_keeps_what_it_leads_to(
    tmp_path: Path, text: str, keeps: tuple[str, ...]
) -> None:
    files = {**PACKAGE, "pkg/sub/tests/data.json": "", "pkg/sub/tests/test_it.py": ""}
    plant(tmp_path, slug(distribution("pkg", "1.0", files, text)))
    found = plan(tmp_path)
    assert found.keys() & {name for name in files if "tests/" in name} == set(keeps)


HEADERS = distribution(
    "cffi",
    "1.0",
    {
        "cffi/a.py": "x = '_include.h'",
        "cffi/src/_include.h": "",
        "cffi/b.h": "",
        "cffi/fast.abi3.so": "",
    },
)


@pytest.mark.parametrize("form", BOTH)
def test_a_data_file_is_named_by_its_own_distribution_only(tmp_path: Path, form: Form) -> None:
    other = distribution(
        "other",
        "1.0",
        {
            "other/a.py": "x = 'b.h', '../cffi/b.h'",
            "other/_include.h": "",
            "other/fast.abi3.so": "",
        },
    )
    plant(tmp_path, slug({**HEADERS, **other}, app_py="x = 'b.h'"))
    if form == "bytecode":
        only_bytecode(tmp_path)
    found = plan(tmp_path)
    assert {name for name in found if name.endswith(".h")} == {"cffi/src/_include.h"}
    assert found["cffi/src/_include.h"].endswith("cffi/a.py names '_include.h'.")


def test_more_data_files_than_can_be_looked_for_by_name_are_still_found(tmp_path: Path) -> None:
    files: dict[str, Content] = {f"big/include/h{number}.h": "" for number in range(300)}
    files["big/fast.abi3.so"] = ""
    files["big/a.py"] = "x = 'include/h7.h', 'h250.h', 'h9.hh', 'h8'"
    plant(tmp_path, slug(distribution("big", "1.0", files)))
    found = {name for name in plan(tmp_path) if name.endswith(".h")}
    assert found == {"big/include/h7.h", "big/include/h250.h"}


@pytest.mark.parametrize("form", BOTH)
@pytest.mark.parametrize(
    ("text", "stays"),
    [
        ("import lazy_loader as lazy\nx = lazy.attach_stub(__name__, __file__)", True),
        ("from lazy_loader import attach_stub as read\nread(__name__, __file__)", True),
        ("def f():\n  from x._shared import lazy\n  lazy.attach_stub(__name__, __file__)", True),
        ("import lazy_loader as lazy\nx = lazy.attach(__name__, ['b'])", False),
        ("# attach_stub\nx = 'attach_stub'", False),
    ],
    ids=["by attribute", "by name", "in a function", "another function", "only the word"],
)
def test_attach_stub_keeps_exactly_its_own_stub(
    tmp_path: Path, text: str, *, stays: bool, form: Form
) -> None:
    site = {"a/__init__.py": text, "a/__init__.pyi": "", "a/b.pyi": "", "a/c/__init__.pyi": ""}
    plant(tmp_path, slug({**site, "a/b.py": "", "a/c/__init__.py": ""}))
    if form == "bytecode":
        only_bytecode(tmp_path)
    found = {name for name in plan(tmp_path) if name.endswith(".pyi")}
    assert found == ({"a/__init__.pyi"} if stays else set())


def bytecode_of(root: Path, name: str) -> Path:
    return Path(importlib.util.cache_from_source(root / SITE / name, optimization=""))


def test_stale_bytecode_is_not_believed(tmp_path: Path) -> None:
    plant(tmp_path, slug({**PACKAGE, "pkg/a.py": "import pkg.tests.mod"}))
    py_compile.compile(str(tmp_path / SITE / "pkg/a.py"), doraise=True)
    plant(tmp_path, {f"{SITE}/pkg/a.py": "import pkg.tests.other  # newer"})
    assert plan(tmp_path).keys() & {MOD, OTHER} == {OTHER}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda code: b"\0\0\0\0" + code[4:],
        lambda code: code[:3],
        lambda _: b"",
    ],
    ids=["of another interpreter", "cut in its header", "empty"],
)
def test_bytecode_that_does_not_fit_is_replaced_by_the_source(
    tmp_path: Path, spoil: object
) -> None:
    assert callable(spoil)
    plant(tmp_path, slug({**PACKAGE, "pkg/a.py": "import pkg.tests.mod"}))
    py_compile.compile(str(tmp_path / SITE / "pkg/a.py"), doraise=True)
    cached = bytecode_of(tmp_path, "pkg/a.py")
    cached.write_bytes(spoil(cached.read_bytes()))
    assert MOD in plan(tmp_path)


def test_source_that_is_too_new_for_this_python_still_counts(tmp_path: Path) -> None:
    text = "from .tests import (  # new\n  mod as m,\n)\nmatch = 1 ?? 2\nx = 'pkg.tests.sub.deep'"
    plant(tmp_path, slug({**PACKAGE, "pkg/a.py": text}))
    assert plan(tmp_path).keys() & set(PACKAGE) >= {INIT, MOD, SUB, DEEP}
    assert OTHER not in plan(tmp_path)


def test_source_that_cannot_be_read_keeps_nothing_and_breaks_nothing(tmp_path: Path) -> None:
    site: dict[str, Content] = {
        **PACKAGE,
        "pkg/a.py": b"\xff\xfe\0import",
        "pkg/b.py": "(" * 5000,
        "pkg/c.py": "# coding: no-such-coding\nimport x",
        "pkg/loop.py": Link("loop.py"),
        "pkg/gone.py": Link("nowhere.py"),
    }
    plant(tmp_path, slug(site))
    os.mkfifo(tmp_path / SITE / "pkg/pipe.py")
    (tmp_path / SITE / "pkg/piped.py").symlink_to("pipe.py")
    (tmp_path / SITE / "pkg/endless.py").symlink_to("/dev/zero")
    (tmp_path / SITE / "pkg/__pycache__").mkdir()
    os.mkfifo(bytecode_of(tmp_path, "pkg/__init__.py"))
    assert plan(tmp_path).keys().isdisjoint({INIT, MOD, OTHER})


def test_a_package_without_sources_is_read_from_its_bytecode(tmp_path: Path) -> None:
    plant(tmp_path, slug({**PACKAGE, "pkg/a.py": "import pkg.tests.mod"}))
    source = tmp_path / SITE / "pkg/a.py"
    py_compile.compile(str(source), cfile=str(source) + "c", doraise=True)
    source.unlink()
    found = plan(tmp_path)
    assert MOD in found
    assert found[MOD].endswith("pkg/a.pyc imports pkg.tests.mod.")
    assert found["pkg/a.pyc"] == "Its source is not in the tree."


def test_every_kept_candidate_says_who_refers_to_it_and_how(tmp_path: Path) -> None:
    site = {
        **PACKAGE,
        "pkg/a.py": "from .tests import mod",
        MOD: "x = 'pkg.tests.sub.deep'",
    }
    plant(tmp_path, slug(site))
    found = plan(tmp_path)
    assert found[MOD] == f"{SITE}/pkg/a.py imports pkg.tests.mod."
    assert found[DEEP] == f"{SITE}/{MOD} names 'pkg.tests.sub.deep'."
    assert found[SUB] == f"{SITE}/{MOD} needs pkg.tests.sub."


def test_the_reasons_do_not_depend_on_the_order_of_hashes(tmp_path: Path) -> None:
    site: dict[str, Content] = {**PACKAGE, "pkg/tests/shared.py": ""}
    for number in range(20):
        site[f"pkg/tests/m{number}.py"] = "from pkg.tests import shared\nx = 'pkg.tests.shared'"
    listed = ", ".join(f"m{number}" for number in range(20))
    text = f"from .tests import {listed}\nfrom .tests import shared, mod"
    for number in range(20):
        text += f"\nimport pkg.tests.m{number}\nx = 'pkg.tests.m{number}.f{number}'"
    site["pkg/a.py"] = text
    plant(tmp_path, slug(site))
    script = (
        "import sys, pathlib\n"
        "from slugfit.plan.make import make_plan\n"
        "from slugfit.settings.config import read_config\n"
        "print(make_plan(pathlib.Path(sys.argv[1]), read_config({})).decisions)"
    )
    library = os.path.dirname(os.path.dirname(slugfit.__file__))
    answers = {
        subprocess.run(
            [sys.executable, "-B", "-c", script, tmp_path],
            env={"PYTHONPATH": library, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
        ).stdout
        for seed in "1234"
    }
    assert len(answers) == 1


# Generated trees: the search for words before decoding must not change any answer.

WORDS = ("tests", "test", "helpers", "test_a", "docs", "b", "é", "test_é")
DATA = ("a.h", "b.pyi", "c.c", "tests.h", "__init__.pyi")
_word = st.sampled_from(WORDS)
_dotted = st.lists(st.sampled_from(("p", "q", *WORDS)), min_size=1, max_size=4).map(".".join)
_dots = st.integers(0, 3).map(".".__mul__)
_path = st.lists(st.sampled_from(("..", "p", *WORDS, *DATA)), min_size=1, max_size=4).map("/".join)
_statement = st.one_of(
    _dotted.map("import {}".format),
    st.builds("from {}{} import {}".format, _dots, _dotted, _word),
    st.builds("from {} import {}".format, st.integers(1, 3).map(".".__mul__), _word),
    st.builds("x = {!r}".format, st.one_of(_dots.flatmap(lambda d: _dotted.map(d.__add__)), _path)),
    _dotted.map(lambda name: f"x = {name[: len(name) // 2]!r} {name[len(name) // 2 :]!r}"),
    _dotted.map(lambda name: "x = '" + "".join(f"\\x{ord(c):02x}" for c in name) + "'"),
    st.just("__all__ = ['tests', 'helpers', 'b']"),
    st.just("lazy.attach_stub(__name__, __file__)"),
)
_module = st.lists(_statement, max_size=4).map("\n".join)
_file = st.tuples(
    st.sampled_from(("p", "q", "tests", "app", "app/tests")),
    st.lists(_word, max_size=2).map(tuple),
    st.sampled_from((*(f"{word}.py" for word in WORDS), *DATA, "__init__.py", "keep.py")),
)


@settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow])
@given(
    files=st.dictionaries(_file, _module, min_size=3, max_size=14),
    form=st.sampled_from(BOTH),
    latin=st.booleans(),
)
def test_looking_for_words_first_changes_no_answer(
    files: dict[tuple[str, tuple[str, ...], str], str], form: Form, *, latin: bool
) -> None:
    planted: dict[str, Content] = {}
    for (top, folders, name), text in files.items():
        path = "/".join([top, *folders, name])
        content = f"# coding: latin-1\n{text}\n".encode("latin-1") if latin else text
        planted[path.removeprefix("app/") if top.startswith("app") else f"{SITE}/{path}"] = content
    for name in ("p", "q"):
        own = [os.path.relpath(path, SITE) for path in planted if path.startswith(f"{SITE}/{name}")]
        record = "".join(f"{path},,\n" for path in own)
        planted[f"{SITE}/{name}-1.0.dist-info/RECORD"] = record
    chosen = {"SLUGFIT_VERIFY": "off", "SLUGFIT_KEEP": "keep.py"}
    with tempfile.TemporaryDirectory() as folder:
        root = plant(Path(folder), {**slug({}), **planted})
        if form == "bytecode":
            only_bytecode(root)
        quick = make_plan(root, read_config(chosen)).decisions
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(make, "words_of", lambda *_: Words((b"",), {}))
            slow = make_plan(root, read_config(chosen)).decisions
    assert quick == slow


def test_no_candidate_means_nothing_is_read(tmp_path: Path) -> None:
    plant(tmp_path, slug(PACKAGE))
    scanned = scan_tree(tmp_path)
    where = recognise_layout(scanned)
    owners = read_owners(scanned, where)
    paths = [entry.path for entry in scanned.files()]
    reader = ModuleReader(Path("/nowhere"), lambda _: ())
    assert find_references(reader, where, owners, [], Staying(tuple(paths))) == {}


def test_a_candidate_may_stand_in_the_interpreter(tmp_path: Path) -> None:
    tests = f"{STDLIB}/test/support.py"
    plant(tmp_path, {**slug({}, app_py="import test.support"), tests: ""})
    scanned = scan_tree(tmp_path)
    where = recognise_layout(scanned)
    owners = read_owners(scanned, where)
    candidate = Candidate(tests, "interpreter-parts", f"{STDLIB}/test")
    words = words_of([candidate], owners.by_path)
    reader = ModuleReader(tmp_path, lambda _: words.everywhere)
    found = find_references(reader, where, owners, [candidate], Staying(("app.py",)))
    assert found == {tests: Reference("imports", "app.py", "test.support")}


def test_a_link_to_a_name_that_nobody_can_look_at_leads_nowhere(tmp_path: Path) -> None:
    files: dict[str, Content] = {**PACKAGE, "pkg/link": Link("x" * 300)}
    plant(tmp_path, slug(distribution("pkg", "1.0", files)))
    assert plan(tmp_path).keys() & files.keys() >= {"pkg/link"}


def test_a_module_without_a_name_before_its_ending_is_looked_for_by_all_of_it(
    tmp_path: Path,
) -> None:
    files: dict[str, Content] = {**PACKAGE, "pkg/..pyi": "", "pkg/..py": "", "pkg/core.so": b"\0"}
    plant(tmp_path, slug(distribution("pkg", "1.0", files)))
    assert "pkg/..py" in plan(tmp_path)
