"""Imports in a child: whatever a module does there, and what it gets to see of the machine."""

from __future__ import annotations

import json
import os
import py_compile
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from pythons import PREFIX, SITE, real_slug
from slugfit.verify import child
from slugfit.verify.run import run_steps, run_steps_alone
from slugfit.verify.step import Failure, Step, StepContext
from trees import Content, layout_of, snapshot

if TYPE_CHECKING:
    from pathlib import Path


MODULES: dict[str, Content] = {
    "fine.py": "",
    "late.py": "import fine",
    "raises.py": "raise RuntimeError('first line\\nsecond line')",
    "silent.py": "raise RuntimeError",
    "leaves.py": "import sys; sys.exit('bye')",
    "vanishes.py": "import os; os._exit(0)",
    "crashes.py": "import ctypes; ctypes.string_at(0)",
    "interrupts.py": "raise KeyboardInterrupt",
    "talks.py": "print('x' * 1_000_000); import os; os.write(1, b'{\"module\": \"fine\"}\\n' * 99)",
    "shouts.py": "import sys; sys.stderr.write('x' * 1_000_000)",
    "threads.py": "import threading, time; threading.Thread(target=time.sleep, args=(60,)).start()",
    "forks.py": "import os, time\nif not os.fork():\n    time.sleep(60)\n    os._exit(0)",
    "strange.py": "class E(Exception):\n    def __str__(self): raise E\nraise E",
    "undecodable.py": "raise RuntimeError('\\udcff')",
    "pair/__init__.py": "",
    "pair/one.py": "",
    "pair/two.py": "import sys; assert 'pair.one' not in sys.modules",
    "exits_later.py": "import atexit, os; atexit.register(os._exit, 9)",
}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return real_slug(tmp_path_factory.mktemp("verify") / "slug", MODULES, {})


def _imports(root: Path, *modules: str, seconds: float = 30) -> tuple[Failure, ...]:
    steps = [Step("import", module) for module in modules]
    return run_steps(StepContext(root, layout_of(root), None), steps, seconds=seconds)


@pytest.mark.parametrize(
    ("module", "error"),
    [
        ("raises", "RuntimeError: first line"),
        ("silent", "RuntimeError: "),
        ("leaves", "SystemExit: bye"),
        ("vanishes", "Python ended with status 0"),
        ("crashes", "Python ended with status -11"),
        ("interrupts", "Python ended with status"),
        ("strange", "Python ended with status 1"),
        ("undecodable", "RuntimeError: \udcff"),
        ("not_there", "ModuleNotFoundError: No module named 'not_there'"),
    ],
)
def test_a_module_that_fails_is_told_and_the_rest_go_on(
    root: Path, module: str, error: str
) -> None:
    (failure,) = _imports(root, "fine", module, "late")
    assert failure.step == Step("import", module)
    assert failure.error.startswith(error)


@pytest.mark.parametrize("module", ["talks", "shouts", "threads", "exits_later", "forks"])
def test_a_module_with_manners_of_its_own_is_no_failure(root: Path, module: str) -> None:
    started = time.monotonic()
    assert _imports(root, "fine", module, "late") == ()
    assert time.monotonic() - started < 20


def test_warnings_cost_nothing_because_nobody_reads_them(tmp_path: Path) -> None:
    warns = "import warnings\nwarnings.showwarning = None\nwarnings.warn('old', FutureWarning)\n"
    assert _imports(real_slug(tmp_path, {"warns.py": warns}, {}), "warns") == ()


def test_cycles_are_left_alone_but_where_the_time_of_a_start_is_taken(tmp_path: Path) -> None:
    root = real_slug(tmp_path, {"collects.py": "import gc; assert gc.isenabled()"}, {})
    (failure,) = _imports(root, "collects")
    assert failure.error == "AssertionError: "
    context = StepContext(root, layout_of(root), None)
    started = child.run_child(context, [Step("start", "collects"), Step("loaded", "")], 30)
    assert started.by_step["start", "collects"]["error"] is None


def test_a_module_that_refuses_to_come_after_another_is_tried_alone(root: Path) -> None:
    assert _imports(root, "pair.one", "pair.two") == ()


def test_failures_come_in_the_order_of_the_modules(root: Path) -> None:
    found = _imports(root, "raises", "fine", "crashes", "leaves")
    assert [failure.step.name for failure in found] == ["raises", "crashes", "leaves"]


def test_a_module_that_hangs_costs_no_more_than_the_time_there_is(tmp_path: Path) -> None:
    root = real_slug(tmp_path, {"hangs.py": "import time; time.sleep(60)", "fine.py": ""}, {})
    started = time.monotonic()
    first, second = _imports(root, "hangs", "fine", seconds=1)
    assert time.monotonic() - started < 15
    assert first.error == "it took longer than the time that was left"
    assert (second.step.name, "not reached" in second.error) == ("fine", True)
    assert {(item.tried, item.late) for item in (first, second)} == {(False, True)}


def test_a_module_that_hangs_costs_no_more_than_one_step_may(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child, "STEP_SECONDS", 0.5)
    root = real_slug(tmp_path, {"hangs.py": "import time; time.sleep(60)", "fine.py": ""}, {})
    (failure,) = _imports(root, "hangs", "fine")
    assert failure.error == "it took longer than the time for one step"
    assert (failure.tried, failure.late) == (False, True)


def test_a_module_may_use_so_much_of_the_processor_and_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child, "STEP_SECONDS", 0.3)
    # As on a machine with so much other work that the wall clock says nothing.
    busy = "import os\nos.getloadavg = lambda: (1000.0,) * 3\n"
    site: dict[str, Content] = {
        "busy.pth": "import busy\n",
        "busy.py": busy,
        "works.py": "while True: pass",
        "waits.py": "import time; time.sleep(0.6)",
        "fine.py": "",
    }
    (failure,) = _imports(real_slug(tmp_path, site, {}), "waits", "works", "fine")
    assert failure.step.name == "works"
    # On a machine that is as busy as that in truth, the wall clock may come first.
    assert failure.error.startswith("it took longer than the time for one step")
    assert (failure.tried, failure.late) == (False, True)


def test_spare_steps_share_their_time_whatever_ends_a_child(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child, "SPARE_SECONDS", 1)
    ends = {f"ends{n}.py": "import os, time; time.sleep(0.4); os._exit(0)" for n in range(9)}
    root = real_slug(tmp_path, ends, {})
    steps = [Step("import", f"ends{n}", needed=False) for n in range(9)]
    found = run_steps(StepContext(root, layout_of(root), None), steps)
    assert [failure.step for failure in found] == steps
    assert 6 <= sum(failure.late for failure in found) < 9


def test_without_time_for_a_second_look_the_first_one_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child, "SPARE_SECONDS", 0.5)
    slow = {f"slow{n}.py": "import time; time.sleep(0.2); 1/0" for n in range(2)}
    root = real_slug(tmp_path, slow, {})
    steps = [Step("import", f"slow{n}", needed=False) for n in range(2)]
    found = run_steps(StepContext(root, layout_of(root), None), steps)
    assert [failure.step.name for failure in found] == ["slow0", "slow1"]


def test_what_is_loaded_already_is_tried_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child, "SPARE_SECONDS", 0.5)
    site: dict[str, Content] = {
        "app_needs.py": "import loaded",
        "loaded.py": "",
        "slow.py": "import time; time.sleep(0.6)",
        "never.py": "",
    }
    root = real_slug(tmp_path, site, {})
    spare = [Step("import", name, needed=False) for name in ("slow", "never", "loaded")]
    found = run_steps(
        StepContext(root, layout_of(root), None), [Step("import", "app_needs"), *spare]
    )
    assert [(failure.step.name, failure.late) for failure in found] == [("never", True)]


def test_neighbours_are_tried_while_their_time_lasts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child, "SPARE_SECONDS", 0.5)
    slow = {f"slow{number}.py": "import time; time.sleep(0.6); 1/0" for number in range(3)}
    root = real_slug(tmp_path, {**slow, "fine.py": ""}, {})
    context = StepContext(root, layout_of(root), None)
    steps = [Step("import", name, needed=name == "fine") for name in ("fine", "slow0", "slow1")]
    found = run_steps(context, steps)
    assert [(failure.step.name, failure.late) for failure in found] == [
        ("slow0", False),
        ("slow1", True),
    ]


@pytest.mark.parametrize("needed", [True, False])
def test_what_there_is_no_time_for_alone_is_no_success(root: Path, *, needed: bool) -> None:
    context, step = StepContext(root, layout_of(root), None), Step("import", "fine", needed)
    assert run_steps_alone(context, [step]) == ()
    (failure,) = run_steps_alone(context, [step], seconds=0)
    assert (failure.step, failure.tried) == (step, False)


def test_a_python_that_prints_at_its_start_is_understood(tmp_path: Path) -> None:
    noise = "import os; os.write(1, b'hello\\n17\\n[]\\n{}\\n\\xff\\n')\n"
    root = real_slug(tmp_path, {"noise.pth": noise, "fine.py": "", "bad.py": "1/0"}, {})
    assert [failure.step.name for failure in _imports(root, "fine", "bad")] == ["bad"]


def test_a_python_that_cannot_be_started_is_told(tmp_path: Path) -> None:
    root = real_slug(tmp_path, {}, {})
    context = StepContext(root, layout_of(root), None)
    python = root / PREFIX / "bin/python"
    python.unlink()
    python.write_text("#!/no/such/interpreter\n")
    python.chmod(0o755)
    (failure,) = run_steps(context, [Step("import", "json")])
    assert "could not be started" in failure.error


def test_the_child_sees_no_secret_and_nothing_of_the_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = tmp_path / "seen"
    spy = (
        "import json, os, sys\n"
        f"open({str(report)!r}, 'w').write(json.dumps([dict(os.environ), os.getcwd(),\n"
        "    os.listdir(os.path.expanduser('~')), sys.path, sys.flags.isolated]))\n"
    )
    root = real_slug(tmp_path / "slug", {"spy.py": spy}, {"app.py": "", "spy2.py": ""})
    for name in ("SECRET_KEY", "DATABASE_URL", "PIP_INDEX_URL", "PYTHONPATH", "SLUGFIT_LEVEL"):
        monkeypatch.setenv(name, "c4n4ry")
    monkeypatch.setenv("LD_LIBRARY_PATH", "/apt/lib")
    monkeypatch.chdir(root)
    assert _imports(root, "spy") == ()
    environment, folder, home, path, isolated = json.loads(report.read_text())
    assert "c4n4ry" not in report.read_text()
    assert environment["HOME"] == environment["TMPDIR"] == folder
    assert (home, isolated) == ([], 1)
    assert not os.path.exists(folder)
    assert str(root) not in [*path, ""]
    assert environment["LD_LIBRARY_PATH"] == f"{root / PREFIX}/lib:/apt/lib"


def test_nothing_is_written_to_the_tree(tmp_path: Path) -> None:
    root = real_slug(tmp_path, MODULES, {})
    before = snapshot(root)
    _imports(root, "fine", "raises", "pair.one", "leaves")
    assert snapshot(root) == before


WRITERS = (
    # As numba looks for a place for its cache.
    "import tempfile; tempfile.TemporaryFile(dir=os.path.dirname(__file__))",
    "open(__file__ + '.log', 'w')",
    "open(__file__, 'a')",
    "os.makedirs(os.path.join(os.path.dirname(__file__), 'cache'))",
    "os.rename(__file__, '/tmp/elsewhere')",
    "os.remove(__file__)",
    "os.remove(os.fsencode(__file__))",
    "os.symlink('/tmp', __file__ + '.link')",
    "import pathlib; pathlib.Path(__file__).touch()",
    "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import fine'], cwd='/')",
)


@pytest.mark.parametrize("writer", WRITERS)
def test_a_module_that_would_write_beside_itself_does_not(tmp_path: Path, writer: str) -> None:
    source = f"import os\ntry:\n    {writer}\nexcept OSError:\n    pass"
    root = real_slug(tmp_path, {**MODULES, "writes.py": source}, {})
    before = snapshot(root)
    assert not _imports(root, "writes")
    assert snapshot(root) == before


def test_a_module_may_write_elsewhere(tmp_path: Path) -> None:
    source = "import os\nopen(os.path.join(os.environ['HOME'], 'cache'), 'w').close()"
    root = real_slug(tmp_path, {"caches.py": source}, {})
    assert not _imports(root, "caches")


def test_bytecode_that_was_moved_aside_is_used(tmp_path: Path) -> None:
    root = real_slug(tmp_path / "slug", {"marked.py": "raise RuntimeError('source')"}, {})
    other = tmp_path / "other.py"
    other.write_text("raise RuntimeError('bytecode')")
    source = root / SITE / "marked.py"
    # The same size and time: the bytecode counts as that of the source.
    other.write_text(other.read_text().ljust(40))
    source.write_text(source.read_text().ljust(40))
    for file in (source, other):
        os.utime(file, (10**9, 10**9))
    stash = tmp_path / "old"
    tag = os.path.basename(py_compile.compile(str(other)) or "").replace("other", "marked")
    place = stash / SITE / "__pycache__" / tag
    place.parent.mkdir(parents=True)
    next((tmp_path / "__pycache__").iterdir()).rename(place)
    shape = layout_of(root)
    (usual,) = run_steps(StepContext(root, shape, None), [Step("import", "marked")])
    (moved,) = run_steps(StepContext(root, shape, stash), [Step("import", "marked")])
    assert (usual.error, moved.error) == ("RuntimeError: source", "RuntimeError: bytecode")


LAZY: dict[str, Content] = {
    "lazy/__init__.py": (
        "__all__ = ['here', 'there']\n"
        "here = 1\n"
        "def __getattr__(name):\n"
        "    import importlib\n"
        "    return importlib.import_module('lazy.' + name[:3])\n"
    ),
    "plain/__init__.py": "__all__ = ['there']\n",
}


@pytest.mark.parametrize(
    ("module", "told"),
    [("lazy", ["ModuleNotFoundError: No module named 'lazy.the'"]), ("plain", [])],
)
def test_what_a_package_promises_to_load_on_demand_is_asked_for(
    tmp_path: Path, module: str, told: list[str]
) -> None:
    root = real_slug(tmp_path, LAZY, {})
    assert [failure.error for failure in _imports(root, module)] == told


@pytest.mark.parametrize(
    ("source", "missing"),
    [
        ("import absent", ("absent",)),
        ("import os.absent", ("os.absent",)),
        ("import late_absent", ("absent",)),
        ("try:\n import absent\nexcept ImportError:\n import other", ("other", "absent")),
        (
            "try:\n import absent\nexcept ImportError as e:\n raise ImportError('x') from e",
            ("absent",),
        ),
        ("from os import absent", ()),
        ("import absent_library", ()),
        ("try:\n import absent\nexcept ImportError:\n raise RuntimeError('install it')", None),
        ("1/0", None),
    ],
)
def test_what_was_missing_on_the_way_is_told(
    tmp_path: Path, source: str, missing: tuple[str, ...] | None
) -> None:
    site: dict[str, Content] = {
        "module.py": source,
        "late_absent.py": "import absent",
        "absent_library.py": "raise ImportError('libx.so: cannot open shared object file')",
    }
    (failure,) = _imports(real_slug(tmp_path, site, {}), "module")
    assert failure.missing == missing


def test_a_library_is_loaded_as_the_linker_does(tmp_path: Path) -> None:
    root = real_slug(tmp_path, {"bad.so": b"\x7fELF nothing"}, {})
    good = next((root / SITE).parent.glob("lib-dynload/*.so"), None) or _any_library()
    context = StepContext(root, layout_of(root), None)
    steps = [Step("load", str(good)), Step("load", str(root / SITE / "bad.so"))]
    (failure,) = run_steps(context, steps)
    assert failure.step == steps[1]
    assert failure.error.startswith("OSError: .heroku/python/lib/")


def _any_library() -> str:
    program = "import _ctypes; print(_ctypes.__file__)"
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout.strip()


DJANGO: dict[str, Content] = {
    # What the step calls of it: setup() imports the settings module and what it names.
    "django/__init__.py": (
        "import importlib, os\n"
        "def setup():\n"
        "    found = importlib.import_module(os.environ['DJANGO_SETTINGS_MODULE'])\n"
        "    for name in found.INSTALLED_APPS:\n"
        "        importlib.import_module(name)\n"
    ),
    "addon/__init__.py": "",
}


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        ("INSTALLED_APPS = ['addon', 'shop']", None),
        ("INSTALLED_APPS = ['gone']", "ModuleNotFoundError: No module named 'gone'"),
        ("import os\nKEY = os.environ['KEY']", "KeyError: 'KEY'"),
        ("import socket\nsocket.create_connection(('127.0.0.1', 9))", "OSError: no network"),
        ("open('log.txt', 'w')", "OSError: [Errno 30] no writing to the slug while it is verified"),
        ("open(__file__).read()\nINSTALLED_APPS = []", None),
        ("import sqlite3\nsqlite3.connect('db.sqlite3')", "OSError: [Errno 30] no writing"),
    ],
)
def test_django_is_set_up_with_the_apps_settings_and_does_nothing_else(
    tmp_path: Path, settings: str, error: str | None
) -> None:
    app: dict[str, Content] = {"site_settings.py": settings, "shop/__init__.py": ""}
    root = real_slug(tmp_path, DJANGO, app)
    before = snapshot(root)
    context = StepContext(root, layout_of(root), None)
    found = run_steps(context, [Step("setup", "site_settings")])
    assert [failure.error[: len(error or "")] for failure in found] == ([error] if error else [])
    assert snapshot(root) == before
