"""Imports in a child: whatever a module does there, and what it gets to see of the machine."""

from __future__ import annotations

import json
import os
import py_compile
import time
from typing import TYPE_CHECKING

import pytest

from pythons import PREFIX, SITE, engine, real_slug, settings
from slugfit import layout, slim, verify
from slugfit.errors import VerificationError
from slugfit.verify import Child, Failure
from trees import Content, snapshot

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
    return verify.imports(Child(root, layout.recognise(root), None), modules, seconds)


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
    assert failure.module == module
    assert failure.error.startswith(error)


@pytest.mark.parametrize("module", ["talks", "shouts", "threads", "exits_later", "forks"])
def test_a_module_with_manners_of_its_own_is_no_failure(root: Path, module: str) -> None:
    started = time.monotonic()
    assert _imports(root, "fine", module, "late") == ()
    assert time.monotonic() - started < 20


def test_a_module_that_refuses_to_come_after_another_is_tried_alone(root: Path) -> None:
    assert _imports(root, "pair.one", "pair.two") == ()


def test_failures_come_in_the_order_of_the_modules(root: Path) -> None:
    found = _imports(root, "raises", "fine", "crashes", "leaves")
    assert [failure.module for failure in found] == ["raises", "crashes", "leaves"]


def test_a_module_that_hangs_costs_no_more_than_the_time_there_is(tmp_path: Path) -> None:
    root = real_slug(tmp_path, {"hangs.py": "import time; time.sleep(60)", "fine.py": ""}, {})
    started = time.monotonic()
    first, second = _imports(root, "hangs", "fine", seconds=1)
    assert time.monotonic() - started < 15
    assert first == Failure("hangs", "it took too long")
    assert (second.module, "not reached" in second.error) == ("fine", True)


def test_a_python_that_prints_at_its_start_is_understood(tmp_path: Path) -> None:
    noise = "import os; os.write(1, b'hello\\n17\\n[]\\n{}\\n\\xff\\n')\n"
    root = real_slug(tmp_path, {"noise.pth": noise, "fine.py": "", "bad.py": "1/0"}, {})
    assert [failure.module for failure in _imports(root, "fine", "bad")] == ["bad"]


def test_a_python_that_cannot_be_started_is_told(tmp_path: Path) -> None:
    root = real_slug(tmp_path, {}, {})
    child = Child(root, layout.recognise(root), None)
    python = root / PREFIX / "bin/python"
    python.unlink()
    python.write_text("#!/no/such/interpreter\n")
    python.chmod(0o755)
    (failure,) = verify.imports(child, ["json"])
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
    shape = layout.recognise(root)
    (usual,) = verify.imports(Child(root, shape, None), ["marked"])
    (moved,) = verify.imports(Child(root, shape, stash), ["marked"])
    assert (usual.error, moved.error) == ("RuntimeError: source", "RuntimeError: bytecode")


# Opens a file among its own tests, by a name that stands in no literal.
NEEDY = {
    "needy/__init__.py": (
        "import os\n"
        "here = os.path.dirname(__file__)\n"
        "open(os.path.join(here, 'stset'[::-1], 'atad'[::-1]))\n"
    ),
    "needy/tests/data": "needed",
}
APP: dict[str, Content] = {"app.py": "import needy\nimport other\n"}
OTHER = {"other/__init__.py": "", "other/tests/x.py": ""}


def test_what_breaks_through_us_is_put_back(tmp_path: Path) -> None:
    root = real_slug(tmp_path, {**NEEDY, **OTHER}, APP)
    before = snapshot(root)
    outcome = slim.slim(root, settings())
    assert outcome.undone.startswith("needy could no longer be imported: FileNotFoundError")
    assert outcome.sizes.before == outcome.sizes.after
    assert snapshot(root) == before


def test_strict_turns_that_into_an_error(tmp_path: Path) -> None:
    root = real_slug(tmp_path, {**NEEDY, **OTHER}, APP)
    before = snapshot(root)
    with pytest.raises(VerificationError, match="needy could no longer be imported"):
        slim.slim(root, settings(STRICT="1"))
    assert snapshot(root) == before


def test_what_was_broken_before_is_not_our_affair(tmp_path: Path) -> None:
    broken = {"broken/__init__.py": "import os; os.environ['DATABASE_URL']"}
    app: dict[str, Content] = {"app.py": "import broken, other\n"}
    root = real_slug(tmp_path, {**broken, **OTHER}, app)
    outcome = slim.slim(root, settings())
    assert not outcome.undone
    assert outcome.known_failures == (Failure("broken", "KeyError: 'DATABASE_URL'"),)
    assert not (root / SITE / "other/tests").exists()
    assert not (root / ".slugfit").exists()


def test_verification_can_be_off(tmp_path: Path) -> None:
    root = real_slug(tmp_path, {**NEEDY, **OTHER}, APP)
    outcome = slim.slim(root, settings(VERIFY="off"))
    assert (outcome.undone, outcome.verified) == ("", ())
    assert not (root / SITE / "needy/tests").exists()


def test_a_relative_folder_is_verified_too(tmp_path: Path) -> None:
    real_slug(tmp_path / "slug", {**NEEDY, **OTHER}, APP)
    before = snapshot(tmp_path)
    answer = engine("slim", "slug", cwd=tmp_path)
    assert answer.code == 0
    assert "needy could no longer be imported" in answer.out
    assert snapshot(tmp_path) == before
