"""The real command, as a subprocess: exit codes, JSON, signals, odd input."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pythons import ENGINE, PREFIX, SITE, command, engine, real_slug
from slugfit.base.errors import Exit
from trees import Content, Folder, Link, distribution, plant, slug, snapshot

if TYPE_CHECKING:
    from collections.abc import Mapping

PACKAGE = distribution(
    "pkg",
    "1.0",
    {
        "pkg/__init__.py": "from pkg.tests import kept",
        "pkg/tests/__init__.py": "",
        "pkg/tests/kept.py": "",
        "pkg/tests/gone.py": "x = 1\n",
        "pkg/a.py": "",
        "pkg/a.pyi": "",
    },
)
TREE = slug(PACKAGE, app_py="import pkg\n")
APP: dict[str, Content] = {"app.py": "import pkg\n"}
NEEDY = {
    "pkg/__init__.py": "import os; os.stat(os.path.join(os.path.dirname(__file__), 'stset'[::-1]))",
    "pkg/tests/x.py": "",
}
# trees.SITE, which is of a fixed version, against pythons.SITE of this Python's.
FAKE = ".heroku/python/lib/python3.11/site-packages"


def _with_times(root: Path) -> Mapping[str, object]:
    return {
        path: (entry, (root / path).lstat().st_mtime_ns) for path, entry in snapshot(root).items()
    } | {".": root.stat().st_mtime_ns}


# --- exit codes


def test_help_lists_commands_and_exit_codes() -> None:
    answer = engine("--help")
    assert answer.code == 0
    for name in ("build", "plan", "slim", "measure", "models", "restore", "recover", "why"):
        assert f"\n    {name} " in answer.out
    listed = re.findall(r"^ *(\d+)  \S", answer.out.partition("exit codes:\n")[2], re.MULTILINE)
    assert [int(code) for code in listed] == list(Exit)
    assert "buildpack-report" not in answer.out


def test_the_version_is_told() -> None:
    assert engine("--version").out.startswith("slugfit 0.")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["dance"],
        ["slim"],
        ["slim", ".", "--what"],
        ["slim", ".", "--config", "NOVALUE"],
        ["slim", ".", "--config", "A B=1"],
        ["slim", ".", "--config", "SLUGFIT_LEVEL=extreme"],
        ["slim", ".", "--config", "SLUGFIT_TYPO=1"],
        ["slim", ".", "--config", "LEVEL=unused"],
        ["plan", ".", "--limit", "much"],
        ["why", ".", "nothing"],
        ["config", ".", "--get", "nothing"],
    ],
    ids=" ".join,
)
def test_what_cannot_be_used_is_2(tmp_path: Path, arguments: list[str]) -> None:
    plant(tmp_path, TREE)
    before = snapshot(tmp_path)
    answer = engine(*arguments, cwd=tmp_path)
    assert (answer.code, answer.out) == (2, "")
    assert "Traceback" not in answer.err
    assert snapshot(tmp_path) == before


def test_a_setting_without_its_beginning_is_named(tmp_path: Path) -> None:
    plant(tmp_path, TREE)
    answer = engine("plan", tmp_path, "--config", "level=unused")
    assert "level is no setting of Slugfit; SLUGFIT_LEVEL is" in answer.err
    assert engine("plan", tmp_path, "--config", "LOG_LEVEL=unused").code == 0


def test_all_errors_of_the_configuration_are_told_at_once(tmp_path: Path) -> None:
    plant(tmp_path, TREE | {"pyproject.toml": '[tool.slugfit]\ncolour = "red"\n'})
    answer = engine("plan", tmp_path, SLUGFIT_LEVEL="x", SLUGFIT_LIMIT="y", SLUGFIT_KEPE="z")
    assert answer.code == 2
    for name in ("SLUGFIT_LEVEL", "SLUGFIT_LIMIT", "SLUGFIT_KEPE", "colour"):
        assert name in answer.err


@pytest.mark.parametrize("verb", ["plan", "slim", "measure"])
def test_over_the_limit_is_3_if_it_is_to_fail(tmp_path: Path, verb: str) -> None:
    plant(tmp_path, TREE)
    over = ("--limit", "1", "--config")
    answer = engine(verb, tmp_path, *over, "SLUGFIT_OVER_LIMIT=fail")
    assert answer.code == 3
    assert "TOO LARGE" in answer.out
    assert "SLUGFIT_OVER_LIMIT" in answer.err
    assert engine(verb, tmp_path, *over, "SLUGFIT_OVER_LIMIT=warn").code == 0


def test_a_roll_back_that_fails_is_4_and_names_the_stash(tmp_path: Path) -> None:
    plant(tmp_path, TREE | {".slugfit/1/journal.json": "{}", ".slugfit/1/old/a": "precious"})
    answer = engine("slim", tmp_path)
    assert answer.code == 4
    assert str(tmp_path / ".slugfit/1") in answer.err
    assert f"slugfit recover {tmp_path}" in answer.err
    assert (tmp_path / ".slugfit/1/old/a").read_text() == "precious"


# Nothing is written then, and nobody asked what the start loads.
STRIP = ("--config", "SLUGFIT_BYTECODE=strip-all")


def test_what_broke_is_put_back_with_0_or_5_if_strict(tmp_path: Path) -> None:
    real_slug(tmp_path, NEEDY, APP)
    before = snapshot(tmp_path)
    strict = engine("slim", tmp_path, *STRIP, "--config", "SLUGFIT_STRICT=1")
    assert strict.code == 5
    assert "pkg could no longer be imported" in strict.err
    assert snapshot(tmp_path) == before
    answer = engine("slim", tmp_path, *STRIP)
    assert answer.code == 0
    assert "Put back" in answer.out
    assert "pkg could no longer be imported" in " ".join(answer.out.split())
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize("verb", ["plan", "slim", "measure", "why"])
def test_a_folder_without_python_is_6(tmp_path: Path, verb: str) -> None:
    plant(tmp_path, {"index.html": ""})
    answer = engine(verb, tmp_path, *(["index.html"] if verb == "why" else []))
    assert (answer.code, answer.out) == (6, "")
    assert "holds no Python" in answer.err


@pytest.mark.parametrize("verb", ["plan", "slim", "measure", "why", "restore", "recover"])
@pytest.mark.parametrize("place", ["nothing", "file"])
def test_what_is_no_folder_is_7(tmp_path: Path, verb: str, place: str) -> None:
    plant(tmp_path, {"file": ""})
    answer = engine(verb, tmp_path / place, *(["x"] if verb == "why" else []))
    assert answer.code == 7
    assert place in answer.err
    assert "Traceback" not in answer.err


def test_a_tree_that_cannot_be_changed_is_0_or_7_if_strict(tmp_path: Path) -> None:
    plant(tmp_path, TREE | {".slugfit": "a file in the way"})
    before = snapshot(tmp_path)
    answer = engine("slim", tmp_path)
    assert answer.code == 0
    assert "NOT SLIMMED" in answer.out
    assert engine("slim", tmp_path, SLUGFIT_STRICT="1").code == 7
    assert snapshot(tmp_path) == before


# --- signals


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
@pytest.mark.parametrize("times", [1, 3], ids=["once", "three times"])
def test_a_signal_puts_everything_back_at_once(
    tmp_path: Path, number: signal.Signals, times: int
) -> None:
    slow = {"pkg/__init__.py": "import time; time.sleep(30)", "pkg/tests/x.py": ""}
    root = real_slug(tmp_path, slow, APP)
    before = snapshot(root)
    # A shell's background jobs ignore SIGINT; what is started here does not.
    heard = ["env", "--default-signal=INT", *command("slim", root, *STRIP)]
    with subprocess.Popen(heard, stderr=subprocess.PIPE, text=True) as child:
        deadline = time.monotonic() + 20
        while (root / SITE / "pkg/tests").exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        assert not (root / SITE / "pkg/tests").exists()
        started = time.monotonic()
        for _ in range(times):
            child.send_signal(number)
        _, told = child.communicate(timeout=20)
    assert time.monotonic() - started < 10
    assert child.returncode == 130
    assert told == "slugfit: interrupted; a change that was not complete was put back.\n"
    assert snapshot(root) == before


def test_a_signal_ends_it_while_it_asks_what_the_start_loads(tmp_path: Path) -> None:
    slow = {"pkg/__init__.py": "import time; time.sleep(60)", "pkg/tests/x": ""}
    root = real_slug(tmp_path, slow, APP)
    before = snapshot(root)
    with subprocess.Popen(command("slim", root), stderr=subprocess.PIPE, text=True) as child:
        children = Path(f"/proc/{child.pid}/task/{child.pid}/children")
        while not children.read_text():
            time.sleep(0.01)
        child.send_signal(signal.SIGTERM)
        _, told = child.communicate(timeout=50)
    assert child.returncode == 130
    assert told == "slugfit: interrupted; a change that was not complete was put back.\n"
    assert snapshot(root) == before


def test_a_killed_run_is_put_back_by_the_next(tmp_path: Path) -> None:
    slow = {"pkg/__init__.py": "import time; time.sleep(30)", "pkg/tests/x.py": ""}
    root = real_slug(tmp_path, slow, APP)
    before = snapshot(root)
    slimming = command("slim", root, *STRIP)
    with subprocess.Popen(slimming, start_new_session=True) as child:
        deadline = time.monotonic() + 20
        while (root / SITE / "pkg/tests").exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        child.kill()
    answer = engine("recover", root)
    assert (answer.code, "put back" in answer.out) == (0, True)
    assert snapshot(root) == before
    assert "nothing to recover" in engine("recover", root).out


# --- what the commands do


def test_json_is_everywhere(tmp_path: Path) -> None:
    plant(tmp_path, TREE)
    commands: list[list[Path | str]] = [
        ["plan", tmp_path],
        ["measure", tmp_path],
        ["why", tmp_path, "app.py"],
        ["recover", tmp_path],
        ["slim", tmp_path, "--keep-stash"],
        ["restore", tmp_path],
        ["restore", tmp_path],
    ]
    for arguments in commands:
        answer = engine(*arguments, "--json")
        assert (answer.code, answer.err) == (0, "")
        assert json.loads(answer.out)["version"] == 1


def test_a_plan_changes_nothing_and_says_what_slim_does(tmp_path: Path) -> None:
    plant(tmp_path, TREE)
    before = _with_times(tmp_path)
    planned = json.loads(engine("plan", tmp_path, "--json").out)
    engine("measure", tmp_path)
    engine("why", tmp_path, "app.py")
    assert _with_times(tmp_path) == before
    done = json.loads(engine("slim", tmp_path, "--json").out)
    assert planned["rules"] == done["rules"]
    assert planned["kept"] == done["kept"]
    for name in ("before", "after"):
        assert planned[name]["uncompressed"] == done[name]["uncompressed"]
        assert planned[name]["compressed"] == pytest.approx(done[name]["compressed"], abs=200)


def test_a_second_slim_removes_nothing(tmp_path: Path) -> None:
    plant(tmp_path, TREE)
    engine("slim", tmp_path)
    once = _with_times(tmp_path)
    second = json.loads(engine("slim", tmp_path, "--json").out)
    assert second["rules"] == []
    assert second["before"] == second["after"]
    assert _with_times(tmp_path) == once


def test_slim_and_restore_is_the_identity(tmp_path: Path) -> None:
    plant(tmp_path, TREE)
    before = snapshot(tmp_path)
    assert engine("slim", tmp_path, "--keep-stash").code == 0
    assert not (tmp_path / FAKE / "pkg/tests/gone.py").exists()
    answer = engine("restore", tmp_path)
    assert answer.out == "3 files are back in their places.\n"
    assert snapshot(tmp_path) == before
    again = engine("restore", tmp_path)
    assert (again.code, "nothing to restore" in again.out) == (0, True)


def test_a_loosened_rule_has_the_files_back(tmp_path: Path) -> None:
    plant(tmp_path, TREE)
    engine("slim", tmp_path, "--keep-stash")
    engine("restore", tmp_path)
    engine("slim", tmp_path, SLUGFIT_RULES_OFF="tests")
    assert (tmp_path / FAKE / "pkg/tests/gone.py").exists()
    assert not (tmp_path / FAKE / "pkg/a.pyi").exists()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (f"{FAKE}/pkg/tests/kept.py", "stays"),
        (f"{FAKE}/pkg/tests/gone.py", "goes"),
        ("app.py", "no rule names it"),
    ],
    ids=["kept", "removed", "unclaimed"],
)
def test_why_explains_a_file(tmp_path: Path, name: str, words: str) -> None:
    plant(tmp_path, TREE)
    answer = engine("why", tmp_path, name)
    assert (answer.code, words in answer.out) == (0, True)


def test_a_config_var_wins_over_the_project_and_an_option_over_both(tmp_path: Path) -> None:
    plant(tmp_path, TREE | {"pyproject.toml": '[tool.slugfit]\nlimit = "lambda"\n'})

    def limit(*arguments: str, **environment: str) -> str:
        out = engine("measure", tmp_path, "--json", *arguments, **environment).out
        return str(json.loads(out)["limit"]["name"])

    assert limit() == "lambda"
    assert limit(SLUGFIT_LIMIT="fly") == "fly"
    assert limit("--limit", "vercel", SLUGFIT_LIMIT="fly") == "vercel"
    plant(tmp_path, {"env/SLUGFIT_LIMIT": "railway\n"})
    assert limit("--env-dir", str(tmp_path / "env"), SLUGFIT_LIMIT="fly") == "railway"


def test_the_report_is_kept_for_the_buildpack_s_report(tmp_path: Path) -> None:
    root, cache = plant(tmp_path / "root", TREE), tmp_path / "cache"
    upstream = plant(tmp_path, {"up.json": '{"package_manager": "pip"}'}) / "up.json"
    engine("slim", root, "--cache-dir", cache, "--build-log")
    found = json.loads(engine("buildpack-report", cache, "--upstream", upstream).out)
    assert (found["package_manager"], found["slugfit_verdict"]) == ("pip", "fits")
    (cache / "slugfit/report.json").write_text("[1]")
    upstream.write_text("no json")
    assert json.loads(engine("buildpack-report", cache, "--upstream", upstream).out) == {}


def test_a_report_that_cannot_be_written_does_not_fail_the_run(tmp_path: Path) -> None:
    plant(tmp_path, TREE | {"cache": "a file"})
    level = ("--config", "SLUGFIT_LEVEL=measure")
    answer = engine("slim", tmp_path, *level, "--cache-dir", tmp_path / "cache")
    assert answer.code == 0
    assert "could not be written" in answer.err


def test_no_value_of_a_config_var_is_printed(tmp_path: Path) -> None:
    canary = "c4n4ry"
    plant(tmp_path, TREE)
    plant(tmp_path, {"env/DATABASE_URL": canary, "env/SLUGFIT_UPSTREAM": f"https://u:{canary}@h/x"})
    for verb in ("plan", "slim", "measure"):
        answer = engine(verb, tmp_path, "--env-dir", tmp_path / "env", "--json", SECRET=canary)
        assert answer.code == 0
        assert canary not in answer.out + answer.err


# --- surroundings


def test_variables_of_python_do_not_matter(tmp_path: Path) -> None:
    plant(tmp_path, TREE)
    garbage = dict.fromkeys(
        ("PYTHONHOME", "PYTHONPATH", "PYTHONSTARTUP", "PYTHONWARNINGS", "PYTHONINSPECT"), "/nothing"
    )
    answer = engine("plan", tmp_path, **garbage)
    assert (answer.code, answer.err) == (0, "")


def test_modules_of_the_app_are_not_imported(tmp_path: Path) -> None:
    trap = "raise SystemExit('the app was imported')"
    names = ("slugfit/__init__.py", "report.py", "plan.py", "json.py", "tree/__init__.py")
    plant(tmp_path, TREE | dict.fromkeys(names, trap))
    answer = engine("plan", ".", cwd=tmp_path)
    assert (answer.code, answer.err) == (0, "")


def test_the_engine_leaves_no_bytecode_of_its_own(tmp_path: Path) -> None:
    plant(tmp_path, TREE)
    stamps = set(ENGINE.rglob("*.pyc"))
    engine("plan", tmp_path)
    assert set(ENGINE.rglob("*.pyc")) == stamps


@pytest.mark.parametrize("arguments", [["plan", "."], ["why", ".", "app.py"], ["restore", "."]])
def test_a_reader_that_has_gone_is_no_error(tmp_path: Path, arguments: list[str]) -> None:
    plant(tmp_path, TREE)
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        command(*arguments), cwd=tmp_path, stdout=writing, stderr=subprocess.PIPE, check=False
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


# --- bad input


ODD: dict[str, dict[str, Content]] = {
    "names": {
        f"{FAKE}/pkg/tests/with space.py": "",
        f"{FAKE}/pkg/tests/two\nlines.py": "",
        f"{FAKE}/pkg/tests/\udcff\udcfe.py": "",
        f"{FAKE}/pkg/tests/-rf": "",
        f"{FAKE}/pkg/tests/'; rm x #": "",
        "\x1b[31m.txt": "",
    },
    "links": {
        f"{FAKE}/pkg/tests/dangling.py": Link("nothing"),
        f"{FAKE}/pkg/tests/outward": Link("/OUTSIDE"),
        f"{FAKE}/outward_package": Link("/OUTSIDE"),
        f"{FAKE}/pkg/loop.pyi": Link("loop.pyi"),
        "up": Link(".."),
    },
    "records": {
        f"{FAKE}/evil-1.0.dist-info/RECORD": "../../../../../../victim,,\n/etc/hostname,,\npkg,,\n",
        f"{FAKE}/evil-1.0.dist-info/METADATA": "Name: \x1b[31mevil\nVersion: \udcff\n",
        f"{FAKE}/broken-1.0.dist-info/RECORD": b'\xff\xfe\0,\n"open',
        f"{FAKE}/broken-1.0.dist-info/entry_points.txt": "[x\n===",
        f"{FAKE}/empty-1.0.dist-info": Folder(),
        f"{FAKE}/folder-1.0.dist-info/RECORD/x": "",
    },
    "modules": {
        f"{FAKE}/pkg/bad.py": "def (\n",
        f"{FAKE}/pkg/bytes.py": b"\xff\0\xfe",
        f"{FAKE}/pkg/tests/bad.py": "# coding: nothing\n",
        f"{FAKE}/pkg/__pycache__/bad.cpython-311.pyc": b"\0" * 3,
        f"{FAKE}/pkg/fake.so": b"\x7fELF\x02\x01",
        f"{FAKE}/pkg/shebang": "#!/bin/sh",
    },
}


@pytest.mark.parametrize("case", ODD)
def test_odd_trees_are_slimmed_and_restored(tmp_path: Path, case: str) -> None:
    outside = plant(tmp_path / "outside", {"tests/x.py": "", "a.pyi": "", "victim": ""})
    content = {
        path: Link(str(outside)) if item == Link("/OUTSIDE") else item
        for path, item in ODD[case].items()
    }
    root = plant(tmp_path / "outside/root", TREE | content)
    before = snapshot(outside)
    for verb in ("plan", "measure", "slim"):
        keep = ["--keep-stash"] if verb == "slim" else []
        answer = engine(verb, root, *keep)
        assert (answer.code, answer.err) == (0, "")
        assert "NOT SLIMMED" not in answer.out
        assert all(line.isprintable() for line in answer.out.split("\n"))
        assert json.loads(engine("plan", root, "--json").out)["version"] == 1
    assert not (root / FAKE / "pkg/tests/gone.py").exists()
    assert {path for path in snapshot(outside) if not path.startswith("root/")} == {
        path for path in before if not path.startswith("root/")
    }
    assert engine("restore", root).code == 0
    assert snapshot(outside) == before


def test_files_and_folders_that_are_read_only_are_no_trouble(tmp_path: Path) -> None:
    plant(tmp_path, TREE)
    (tmp_path / FAKE / "pkg/tests/gone.py").chmod(0)
    (tmp_path / FAKE / "pkg").chmod(0o555)
    before = snapshot(tmp_path)
    assert engine("slim", tmp_path, "--keep-stash").code == 0
    assert engine("restore", tmp_path).code == 0
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("pyproject.toml", "[tool.slugfit\nlimit"),
        ("pyproject.toml", b"\xff"),
        ("pyproject.toml", "[tool.slugfit]\nlimit = { a = 1 }\n"),
        ("env/SLUGFIT_LIMIT", b"\xff"),
        ("env/SLUGFIT_LIMIT/folder", ""),
    ],
    ids=["no TOML", "no text", "a table", "no text in ENV_DIR", "a folder in ENV_DIR"],
)
def test_a_malformed_configuration_is_2_and_says_where(
    tmp_path: Path, name: str, content: str | bytes
) -> None:
    plant(tmp_path, TREE | {name: content})
    before = snapshot(tmp_path)
    answer = engine("slim", tmp_path, "--env-dir", tmp_path / "env")
    assert answer.code == 2, answer.err
    assert ("pyproject" if "pyproject" in name else "SLUGFIT_LIMIT") in answer.err or (
        "tool.slugfit" in answer.err
    )
    assert "Traceback" not in answer.err
    assert snapshot(tmp_path) == before


def test_an_interpreter_s_own_folder_can_be_slimmed(tmp_path: Path) -> None:
    real_slug(tmp_path, {"pkg/__init__.py": "", "pkg/tests/x.py": ""}, {})
    answer = engine("slim", tmp_path / PREFIX)
    assert answer.code == 0, answer.err
    assert "Verified: 1 import works" in answer.out
    assert not (tmp_path / SITE / "pkg/tests").exists()
