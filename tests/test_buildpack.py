"""The classic buildpack API, black box: bin/* run as a platform runs them, over a stub engine.

The wrapped buildpack is a fake one of a few lines, as a folder, an archive or a git repository.
"""

from __future__ import annotations

import http.server
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import threading
import zipfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

ROOT = Path(__file__).resolve().parent.parent
CANARY = "c4n4ry-s3cret"
MARK = "export BUILT_WITH_SLUGFIT=1\n"
"""What Slugfit itself adds to its export file: a second one in the same build goes by it."""

# Logs each call beside itself, then does what plan.json asks for: print, exit, or die.
ENGINE = """
import json, os, signal, sys
here = os.path.dirname(os.path.abspath(__file__))
command, arguments = sys.argv[1], sys.argv[2:]
with open(os.path.join(here, "calls.jsonl"), "a") as calls:
    print(json.dumps({"argv": sys.argv[1:], "env": dict(os.environ),
                      "flags": [getattr(sys.flags, name) for name in
                                ("isolated", "no_site", "dont_write_bytecode")]}), file=calls)
try:
    with open(os.path.join(here, "plan.json")) as file:
        plan = json.load(file)
except FileNotFoundError:
    plan = {}
if command == "config" and "--get" in arguments:
    env_dir = arguments[arguments.index("--env-dir") + 1]
    name = arguments[arguments.index("--get") + 1]
    step = plan.get("get", {})
    file = os.path.join(env_dir, "SLUGFIT_" + name.upper())
    print(open(file).read().strip() if os.path.isfile(file) else step.get(name, ""))
else:
    step = plan.get(command, {})
    if command == "environment":
        step = plan.get(arguments[arguments.index("--format") + 1], {})
    if command == "buildpack-report" and "--upstream" in arguments:
        facts = json.load(open(arguments[arguments.index("--upstream") + 1]))
        print(json.dumps({**facts, "slugfit_version": "stub"}))
sys.stdout.write(step.get("stdout", ""))
sys.stdout.flush()
sys.stderr.write(step.get("stderr", ""))
sys.stderr.flush()
if step.get("signal"):
    os.kill(os.getpid(), step["signal"])
sys.exit(step.get("exit", 0))
"""

# Does what the real one does to its surroundings: installs, saves a cache, appends its `export`.
UPSTREAM_COMPILE = """#!/usr/bin/env bash
set -euo pipefail
here="$(cd "$(dirname "$0")/.." && pwd)"
echo "-----> fake upstream: $(basename "$0") $(cat "${here}/version" 2>/dev/null || true)"
env --null >"${1}/upstream.env"
printf '%s\\n' "$@" >"${1}/upstream.args"
basename "$0" >"${1}/upstream.script"
mkdir -p "${1}/.profile.d" "${2}/.heroku/python" "${2}/.heroku/python-uv"
touch "${1}/.profile.d/python.sh"
echo python-3.12.1 >"${2}/.heroku/python-version"
echo "installed" >"${2}/.heroku/python/installed"
echo 'export FROM_UPSTREAM=yes' >>"${here}/export"
exit "$(cat "${3}/FAKE_EXIT" 2>/dev/null || echo 0)"
"""
UPSTREAM_RELEASE = """#!/usr/bin/env bash
set -eu
source "$(dirname "$0")/../export"
printf -- '---\\naddons:\\n  - from-%s\\n' "${FROM_UPSTREAM}"
"""
UPSTREAM_REPORT = """#!/usr/bin/env bash
echo '{"package_manager": "pip"}'
"""


@dataclass
class Ran:
    code: int
    out: str
    err: str


@dataclass
class Buildpack:
    """A copy of the buildpack with a stub engine, and one app with its folders."""

    root: Path
    build: Path
    cache: Path
    env: Path
    environment: dict[str, str]

    def run(self, script: str, *arguments: Path | str, **environment: str) -> Ran:
        done = subprocess.run(
            [self.root / "bin" / script, *arguments],
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert CANARY not in done.stdout + done.stderr
        return Ran(done.returncode, done.stdout, done.stderr)

    def compile(self, **environment: str) -> Ran:
        return self.run("compile", self.build, self.cache, self.env, **environment)

    def config(self, **values: str) -> None:
        for name, value in values.items():
            (self.env / name).write_text(value)

    def plan(self, **steps: Mapping[str, object]) -> None:
        (self.root / "lib/slugfit/plan.json").write_text(json.dumps(steps))

    def calls(self) -> list[dict[str, object]]:
        log = self.root / "lib/slugfit/calls.jsonl"
        if not log.exists():
            return []
        return [json.loads(line) for line in log.read_text().splitlines()]

    def arguments(self, command: str) -> list[str]:
        """The first call of a command of the engine's."""
        calls = [argv for call in self.calls() if isinstance(argv := call["argv"], list)]
        return next(argv for argv in calls if argv[0] == command)

    def commands(self) -> list[str]:
        lines = [" ".join(argv) for call in self.calls() if isinstance(argv := call["argv"], list)]
        return [line.split()[0] for line in lines if "--get" not in line]

    def passed_on(self) -> dict[str, str]:
        entries = (self.build / "upstream.env").read_bytes().decode().split("\0")
        return dict(entry.split("=", 1) for entry in entries if entry)


def executable(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


def fake_upstream(folder: Path, version: str = "one") -> Path:
    executable(folder / "bin/compile", UPSTREAM_COMPILE)
    executable(folder / "bin/test-compile", UPSTREAM_COMPILE)
    executable(folder / "bin/release", UPSTREAM_RELEASE)
    executable(folder / "bin/report", UPSTREAM_REPORT)
    (folder / "version").write_text(version)
    return folder


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=T", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    done = subprocess.run(
        ["git", *identity, *arguments],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def repository(folder: Path) -> tuple[str, str]:
    """Make a git repository of two commits, and give both hashes; the first is tagged v244.2.0."""
    fake_upstream(folder, "one")
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "one")
    git(folder, "tag", "--annotate", "--message", "v", "v244.2.0")
    first = git(folder, "rev-parse", "HEAD")
    (folder / "version").write_text("two")
    git(folder, "commit", "--quiet", "--all", "--message", "two")
    return first, git(folder, "rev-parse", "HEAD")


def machine_python(folder: Path) -> Path:
    """Make a folder for PATH with a python3: the one that runs the tests."""
    executable(folder / "python3", f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    return folder


@pytest.fixture
def pack(tmp_path: Path) -> Buildpack:
    root = tmp_path / "the buildpack"
    shutil.copytree(ROOT / "bin", root / "bin")
    (root / "lib/slugfit").mkdir(parents=True)
    for file in (ROOT / "lib").glob("*.sh"):
        shutil.copy(file, root / "lib")
    (root / "lib/slugfit/__main__.py").write_text(ENGINE)
    folders = [tmp_path / name for name in ("an app", "a cache", "config vars", "a home")]
    for folder in folders:
        folder.mkdir()
    (folders[0] / "requirements.txt").touch()
    path = f"{machine_python(tmp_path / 'python bin')}:/usr/bin:/bin"
    environment = {"PATH": path, "HOME": str(folders[3]), "STACK": "heroku-24"}
    build, cache, env, _ = folders
    return Buildpack(root, build, cache, env, environment)


@pytest.fixture
def wrapping(pack: Buildpack, tmp_path: Path) -> Buildpack:
    pack.config(SLUGFIT_UPSTREAM=str(fake_upstream(tmp_path / "an upstream")))
    return pack


@pytest.fixture
def chaining(pack: Buildpack) -> Buildpack:
    python = pack.build / ".heroku/python/bin/python"
    executable(python, f'#!/bin/sh\nOWN_PYTHON=yes exec "{sys.executable}" "$@"\n')
    pack.environment["PYTHONHOME"] = "/app/.heroku/python"
    pack.environment["LD_LIBRARY_PATH"] = "/app/.heroku/python/lib:/opt/elsewhere"
    return pack


def tree(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


# bin/detect


@pytest.mark.parametrize(
    "name",
    [
        ".python-version", ".venv/", "Pipfile", "Pipfile.lock", "Requirements.txt", "__init__.py",
        "__pycache__/", "app.py", "main.py", "manage.py", "pdm.lock", "poetry.lock",
        "pyproject.toml", "requeriments.txt", "requirement.txt", "requirements",
        "requirements.text", "requirements.txt", "requirements.txt.txt", "requirments.txt",
        "runtime.txt", "server.py", "setup.cfg", "setup.py", "uv.lock", "venv/",
    ],
)  # fmt: skip
def test_detect_knows_a_python_app_by_its_files(pack: Buildpack, tmp_path: Path, name: str) -> None:
    app = tmp_path / "some app\nof ours"
    (app / name).mkdir(parents=True) if name.endswith("/") else executable(app / name, "")
    assert pack.run("detect", app) == Ran(0, "Python (Slugfit)\n", "")


@pytest.mark.parametrize("name", ["package.json", "venv", "src/app.py", "my requirements.txt"])
def test_detect_says_no_to_other_apps(pack: Buildpack, tmp_path: Path, name: str) -> None:
    executable(tmp_path / "other app" / name, "")
    assert pack.run("detect", tmp_path / "other app") == Ran(1, "no\n", "")


def without_python(folder: Path) -> str:
    folder.mkdir()
    for place in (Path("/usr/bin"), Path("/bin")):
        for tool in place.iterdir():
            if "python" not in tool.name and not (folder / tool.name).is_symlink():
                (folder / tool.name).symlink_to(tool)
    return str(folder)


def test_detect_needs_no_python(pack: Buildpack, tmp_path: Path) -> None:
    assert pack.run("detect", pack.build, PATH=without_python(tmp_path / "tools")).code == 0


@pytest.mark.parametrize("arguments", [[], ["/nowhere"], ["/", "/"]])
def test_detect_tells_its_usage(pack: Buildpack, arguments: Sequence[str]) -> None:
    ran = pack.run("detect", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert "Usage: bin/detect BUILD_DIR" in ran.err


# Arguments, configuration, interpreter


@pytest.mark.parametrize("script", ["compile", "test-compile"])
@pytest.mark.parametrize(
    "arguments", [[], ["/"], ["/nowhere", "/nowhere"], ["/", ""], list("1234")]
)
def test_wrong_arguments_end_in_the_usage(
    pack: Buildpack, script: str, arguments: Sequence[str]
) -> None:
    ran = pack.run(script, *arguments)
    assert ran.code == 2
    assert f" !     Usage: bin/{script} BUILD_DIR CACHE_DIR ENV_DIR" in ran.out
    assert (ran.err, pack.commands()) == ("", [])


def test_missing_cache_and_config_folders_are_no_problem(
    pack: Buildpack, tmp_path: Path, chaining: Buildpack
) -> None:
    cache = tmp_path / "new" / "cache"
    assert chaining.run("compile", pack.build, cache).code == 0
    assert cache.is_dir()
    assert chaining.run("compile", pack.build, cache, "").code == 0
    assert chaining.run("compile", pack.build, cache, tmp_path / "none").code == 0


def test_relative_folders_reach_the_wrapped_buildpack_absolute(wrapping: Buildpack) -> None:
    here = wrapping.build.parent
    done = subprocess.run(
        [wrapping.root / "bin/compile", "an app", "a cache", "config vars"],
        cwd=here,
        env={**wrapping.environment, "CDPATH": str(here)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    arguments = (wrapping.build / "upstream.args").read_text().splitlines()
    assert arguments == [str(here / name) for name in ("an app", "a cache", "config vars")]


def test_bad_configuration_stops_before_any_work(wrapping: Buildpack) -> None:
    wrapping.plan(config={"exit": 2, "stderr": "LIMIT is 'x'\nLEVEL is 'y'\n"})
    ran = wrapping.compile()
    assert ran == Ran(1, "\n !     LIMIT is 'x'\n !     LEVEL is 'y'\n\n", "")
    assert not (wrapping.build / "upstream.args").exists()
    assert wrapping.commands() == ["config"]


def test_an_engine_that_cannot_read_the_configuration_stops_no_deploy(wrapping: Buildpack) -> None:
    wrapping.plan(config={"exit": 1, "stderr": "boom\n"})
    ran = wrapping.compile()
    assert ran.code == 0
    assert "could not check its configuration (exit code 1)" in ran.out
    assert (wrapping.build / "upstream.args").exists()


def test_an_engine_that_is_broken_stops_no_deploy(wrapping: Buildpack) -> None:
    (wrapping.root / "lib/slugfit/__main__.py").write_text("syntax error here")
    ran = wrapping.compile()
    # Nothing can tell whether the app is whole when not even `recover` starts.
    assert ran.code == 4
    assert (wrapping.build / "upstream.args").exists()


def test_no_python_at_all_is_told_before_any_work(wrapping: Buildpack, tmp_path: Path) -> None:
    ran = wrapping.compile(PATH=without_python(tmp_path / "tools"))
    assert (ran.code, ran.err) == (1, "")
    assert " !     Slugfit needs Python 3.10 or newer, and found none." in ran.out
    assert not (wrapping.build / "upstream.args").exists()


def test_the_engine_runs_isolated(wrapping: Buildpack) -> None:
    wrapping.compile(PYTHONPATH="/nowhere", PYTHONHOME="/nowhere", PYTHONWARNINGS="error")
    for call in wrapping.calls():
        assert call["flags"] == [1, 1, 1]
        environment = call["env"]
        assert isinstance(environment, dict)
        assert not {"PYTHONPATH", "PYTHONHOME"} & environment.keys()


def engine_environment(pack: Buildpack, command: str) -> dict[str, str]:
    for call in pack.calls():
        argv, environment = call["argv"], call["env"]
        if isinstance(argv, list) and isinstance(environment, dict) and argv[0] == command:
            return environment
    raise AssertionError(command)


def test_the_apps_own_interpreter_runs_the_engine_with_its_own_libraries(
    chaining: Buildpack,
) -> None:
    assert chaining.compile().code == 0
    environment = engine_environment(chaining, "slim")
    assert environment["OWN_PYTHON"] == "yes"
    own = chaining.build / ".heroku/python/lib"
    assert environment["LD_LIBRARY_PATH"] == f"{own}:/opt/elsewhere"


def test_the_machines_interpreter_never_sees_the_apps_libraries(chaining: Buildpack) -> None:
    executable(chaining.build / ".heroku/python/bin/python", "#!/bin/sh\nexit 1\n")
    assert chaining.compile().code == 0
    environment = engine_environment(chaining, "slim")
    assert "OWN_PYTHON" not in environment
    assert environment["LD_LIBRARY_PATH"] == "/opt/elsewhere"


def test_a_python_that_does_not_start_or_is_too_old_is_passed_over(
    chaining: Buildpack, tmp_path: Path
) -> None:
    executable(chaining.build / ".heroku/python/bin/python", "#!/bin/sh\nexit 1\n")
    first = tmp_path / "shims"
    executable(first / "python3", "#!/bin/sh\necho 'command not found' >&2\nexit 127\n")
    executable(first / "python3.12", f'#!/bin/sh\nSHIM=12 exec "{sys.executable}" "$@"\n')
    # As an older interpreter answers the question whether it is at least 3.10.
    executable(first / "python3.14", "#!/bin/sh\nexit 1\n")
    executable(first / "python3.13", "#!/bin/sh\nexit 1\n")
    assert chaining.compile(PATH=f"{first}:{chaining.environment['PATH']}").code == 0
    assert engine_environment(chaining, "slim")["SHIM"] == "12"


# Modes


def test_wrap_mode_builds_and_then_slims(wrapping: Buildpack) -> None:
    wrapping.plan(slim={"stdout": "-----> engine report\n"})
    ran = wrapping.compile()
    assert (ran.code, ran.err) == (0, "")
    lines = [line for line in ran.out.splitlines() if line.startswith("----->")]
    folder = wrapping.build.parent / "an upstream"
    assert lines == [
        "-----> Slugfit: building with the wrapped Python buildpack, because none has run before",
        f"-----> Wrapping the buildpack in the folder {folder}",
        "-----> fake upstream: compile one",
        "-----> engine report",
    ]
    assert wrapping.commands() == [
        *("config", "models", "prepare", "settle", "slim", "environment", "environment"),
    ]
    slim = wrapping.arguments("slim")
    build, env, cache = (str(path) for path in (wrapping.build, wrapping.env, wrapping.cache))
    assert slim[:-1] == [
        *("slim", build, "--env-dir", env, "--cache-dir", cache, "--build-log", "--started")
    ]
    assert slim[-1].isdecimal()


def test_chain_mode_only_slims(chaining: Buildpack, tmp_path: Path) -> None:
    chaining.config(SLUGFIT_UPSTREAM=str(fake_upstream(tmp_path / "an upstream")))
    ran = chaining.compile()
    assert (ran.code, ran.err) == (0, "")
    assert "-----> Slugfit: slimming only, because heroku/python has already built" in ran.out
    assert not (chaining.build / "upstream.args").exists()
    assert not (chaining.root / ".upstream").exists()
    assert "slim" in chaining.commands()


@pytest.mark.parametrize("script", ["compile", "test-compile"])
def test_a_second_slugfit_in_one_build_says_so_and_does_nothing(
    wrapping: Buildpack, script: str
) -> None:
    assert wrapping.compile().code == 0
    before = (tree(wrapping.build), tree(wrapping.root))
    mark = dict(line.split("=") for line in MARK.removeprefix("export ").splitlines())
    ran = wrapping.run(script, wrapping.build, wrapping.cache, wrapping.env, **mark)
    assert (ran.code, ran.err) == (0, "")
    assert "Slugfit is among the app's buildpacks twice." in ran.out
    assert "heroku buildpacks:remove --index NUMBER" in ran.out
    assert (tree(wrapping.build), tree(wrapping.root)) == before


def test_who_wraps_is_told_where_heroku_python_belongs(wrapping: Buildpack) -> None:
    assert "If heroku/python is listed too, it has to come first" in wrapping.compile().out


def test_the_apps_own_hook_is_told_that_the_buildpack_slims(wrapping: Buildpack) -> None:
    assert wrapping.compile().code == 0
    assert wrapping.passed_on()["WRAPPED_BY_SLUGFIT"] == "1"


def test_a_python_that_came_with_the_source_is_for_the_wrapped_buildpack_to_judge(
    chaining: Buildpack, tmp_path: Path
) -> None:
    chaining.config(SLUGFIT_UPSTREAM=str(fake_upstream(tmp_path / "an upstream")))
    chaining.environment.pop("PYTHONHOME")
    assert "-----> fake upstream: compile" in chaining.compile().out


def test_the_wrapped_buildpacks_exit_code_is_the_builds(wrapping: Buildpack) -> None:
    wrapping.config(FAKE_EXIT="37")
    assert wrapping.compile().code == 37
    assert "slim" not in wrapping.commands()


def test_the_cache_stays_as_the_wrapped_buildpack_wrote_it(wrapping: Buildpack) -> None:
    wrapping.compile()
    others = {name for name in tree(wrapping.cache) if not name.startswith("slugfit/")}
    assert others == {".heroku/python-version", ".heroku/python/installed"}


# What the engine's exit codes mean


@pytest.mark.parametrize(
    ("code", "says"),
    [(3, "over the limit"), (4, "could not be put back"), (5, "could not be verified")],
)
def test_the_engines_verdicts_stop_the_build(chaining: Buildpack, code: int, says: str) -> None:
    chaining.plan(slim={"exit": code, "stdout": "the report\n", "stderr": "why\n"})
    ran = chaining.compile()
    assert (ran.code, ran.err) == (code, "")
    assert "the report\nwhy\n" in ran.out
    assert f" !     The build stops here: the {'app' if code == 4 else 'sl'}" in ran.out
    assert says in ran.out
    assert "recover" not in chaining.commands()


@pytest.mark.parametrize(
    ("step", "says"),
    [
        ({"exit": 1, "stderr": "Traceback\n"}, "failed (exit code 1)"),
        ({"exit": 2}, "failed (exit code 2)"),
        ({"exit": 70}, "failed (exit code 70)"),
        ({"signal": 9}, "was killed (signal 9: most often too little memory)"),
        ({"signal": 15}, "was stopped by signal 15 (SIGTERM)"),
    ],
)
def test_a_failed_engine_is_undone_and_ships_unslimmed(
    chaining: Buildpack, step: Mapping[str, object], says: str
) -> None:
    chaining.plan(slim=step, recover={"stdout": "put back\n"}, profile={"stdout": "A=1\n"})
    ran = chaining.compile()
    assert (ran.code, ran.err) == (0, "")
    assert f" !     Slugfit {says}. The app is as it was before, and ships unslimmed." in ran.out
    assert chaining.commands() == [
        *("config", "models", "slim", "recover", "environment", "environment")
    ]
    assert "put back\n" in ran.out
    # The shell's own remark about a killed child, with its whole command line.
    assert "slim.sh" not in ran.out
    assert (chaining.build / ".profile.d/slugfit.sh").read_text() == "A=1\n"


@pytest.mark.parametrize("code", [1, 4, 137])
def test_a_failed_recovery_stops_the_build(chaining: Buildpack, code: int) -> None:
    chaining.plan(slim={"signal": 9}, recover={"exit": code, "stdout": "stash kept in .stash\n"})
    ran = chaining.compile()
    assert (ran.code, ran.err) == (4, "")
    assert "stash kept in .stash" in ran.out
    assert "could not be put back as it was" in ran.out


@pytest.mark.parametrize("value", ["1", "true", "True", "yes", "on"])
def test_strict_stops_the_build_when_the_engine_fails(chaining: Buildpack, value: str) -> None:
    chaining.config(SLUGFIT_STRICT=value)
    chaining.plan(slim={"signal": 9})
    ran = chaining.compile()
    assert (ran.code, ran.err) == (1, "")
    assert "the build stops because SLUGFIT_STRICT is on" in ran.out


@pytest.mark.parametrize("value", ["", "0", "false", "False", "no", "off"])
def test_strict_can_be_switched_off(chaining: Buildpack, value: str) -> None:
    chaining.config(SLUGFIT_STRICT=value)
    chaining.plan(slim={"exit": 1})
    assert chaining.compile().code == 0


# Models


@pytest.mark.parametrize("script", ["compile", "test-compile"])
@pytest.mark.parametrize("mode", ["wrapping", "chaining"])
def test_models_are_fetched_before_anything_is_built(
    request: pytest.FixtureRequest, script: str, mode: str
) -> None:
    pack: Buildpack = request.getfixturevalue(mode)
    pack.plan(models={"stdout": "-----> Models\n       a.onnx\n"})
    ran = pack.run(script, pack.build, pack.cache, pack.env)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("-----> Models\n       a.onnx\n-----> Slugfit: ")
    (asked,) = (call["argv"] for call in pack.calls() if call["argv"][0] == "models")  # type: ignore[index]
    build, env, cache = (str(path) for path in (pack.build, pack.env, pack.cache))
    assert asked == ["models", build, "--env-dir", env, "--cache-dir", cache, "--build-log"]


@pytest.mark.parametrize("code", [2, 10])
def test_a_model_that_cannot_be_had_stops_the_build(wrapping: Buildpack, code: int) -> None:
    wrapping.plan(models={"exit": code, "stdout": "       a.onnx\n", "stderr": "what\n  why\n"})
    ran = wrapping.compile()
    assert ran == Ran(1, "       a.onnx\n\n !     what\n !       why\n\n", "")
    assert not (wrapping.build / "upstream.args").exists()


@pytest.mark.parametrize("step", [{"exit": 1, "stderr": "boom\n"}, {"signal": 9}])
def test_an_engine_that_fails_over_models_stops_the_apps_that_have_some(
    wrapping: Buildpack, step: Mapping[str, object]
) -> None:
    wrapping.plan(models=step)
    ran = wrapping.compile()
    assert (ran.code, ran.err) == (0, "")
    assert " !     Slugfit could not look for models (exit code 1" in ran.out
    (wrapping.build / "pyproject.toml").write_text("[[tool.slugfit.models]]\n")
    ran = wrapping.compile()
    assert (ran.code, ran.err) == (1, "")
    assert " !     Slugfit could not fetch the models (exit code 1" in ran.out


# .profile.d and export


def test_variables_go_below_the_wrapped_buildpacks_export(wrapping: Buildpack) -> None:
    wrapping.plan(profile={"stdout": "export A=1\n"}, export={"stdout": "export B=2\n"})
    assert wrapping.compile().code == 0
    export = (wrapping.root / "export").read_text()
    assert export == f"export FROM_UPSTREAM=yes\nexport B=2\n{MARK}"
    assert (wrapping.build / ".profile.d/slugfit.sh").read_text() == "export A=1\n"
    formats = [call["argv"][-1] for call in wrapping.calls() if call["argv"][0] == "environment"]  # type: ignore[index]
    assert formats == ["profile", "export"]


def test_a_second_build_sees_nothing_of_the_firsts_export(wrapping: Buildpack) -> None:
    wrapping.plan(export={"stdout": "export B=2\n"})
    wrapping.compile()
    first = (wrapping.root / "export").read_text()
    wrapping.compile()
    assert (wrapping.root / "export").read_text() == first
    wrapping.plan(config={"exit": 2})
    wrapping.compile()
    assert not (wrapping.root / "export").exists()


def test_no_variables_no_files(chaining: Buildpack) -> None:
    assert chaining.compile().code == 0
    assert not (chaining.build / ".profile.d").exists()
    assert (chaining.root / "export").read_text() == MARK


def test_chain_mode_exports_only_its_own(chaining: Buildpack) -> None:
    (chaining.root / "export").write_text("export OLD=1\n")
    chaining.plan(export={"stdout": "export B=2\n"})
    chaining.compile()
    assert (chaining.root / "export").read_text() == f"export B=2\n{MARK}"


def test_failing_to_find_variables_is_a_warning(chaining: Buildpack) -> None:
    chaining.plan(profile={"exit": 1, "stdout": "half", "stderr": "boom\n"})
    ran = chaining.compile()
    assert (ran.code, ran.err) == (0, "")
    assert " !     boom\n !     Slugfit set no variables in slugfit.sh (exit code 1)." in ran.out
    assert not (chaining.build / ".profile.d/slugfit.sh").exists()


def test_a_link_in_the_apps_profile_folder_is_replaced_not_followed(
    chaining: Buildpack, tmp_path: Path
) -> None:
    (tmp_path / "outside").write_text("untouched")
    (chaining.build / ".profile.d").mkdir()
    for name in ("slugfit.sh", "slugfit.sh.new"):
        (chaining.build / ".profile.d" / name).symlink_to(tmp_path / "outside")
    chaining.plan(profile={"stdout": "A=1\n"})
    chaining.compile()
    assert (tmp_path / "outside").read_text() == "untouched"
    assert (chaining.build / ".profile.d/slugfit.sh").read_text() == "A=1\n"


def test_a_profile_folder_that_leads_out_of_the_app_gets_nothing(
    chaining: Buildpack, tmp_path: Path
) -> None:
    (tmp_path / "outside").mkdir()
    (chaining.build / ".profile.d").symlink_to(tmp_path / "outside")
    chaining.plan(profile={"stdout": "A=1\n"})
    ran = chaining.compile()
    assert ran.code == 0
    assert "Slugfit set no variables in slugfit.sh" in ran.out
    assert list((tmp_path / "outside").iterdir()) == []


# What reaches the installer

PASSED = [
    "CFLAGS", "CMAKE_ARGS", "CMAKE_BUILD_PARALLEL_LEVEL", "CPPFLAGS", "CXXFLAGS", "FFLAGS",
    "LDFLAGS", "MAKEFLAGS", "MAX_JOBS", "PIPENV_PYPI_MIRROR", "PIP_CONSTRAINT",
    "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_INDEX_URL", "PIP_NO_BINARY",
    "PIP_ROOT_USER_ACTION", "PIP_SRCX", "PIP_USER_AGENT_USER_DATA",
    "POETRY_HTTP_BASIC_MINE_PASSWORD", "POETRY_INSTALLER_NO_BINARY",
    "POETRY_REPOSITORIES_A_URL", "RUSTFLAGS", "UV_COMPILE_BYTECODE", "UV_DEFAULT_INDEX",
    "UV_INDEX_MINE_PASSWORD", "UV_NO_BINARY", "UV_NO_CACHE", "UV_TORCH_BACKEND",
]  # fmt: skip
KEPT_BACK = [
    "BUILD_DIR", "CACHE_DIR", "CFLAGS_X", "CMAKE_", "CPATH", "DATABASE_URL", "ENV_DIR", "GIT_DIR",
    "IFS", "LD_LIBRARY_PATH", "LD_PRELOAD", "MAX_JOBS_X", "MYPIP_INDEX_URL", "PATH_X", "PIP",
    "PIPENV_X", "PIP_", "PIP_CACHE_DIR", "PIP_PREFIX", "PIP_PYTHON", "PIP_REQUIREMENT",
    "PIP_REQUIREMENTS_FILE", "PIP_REQUIRE_VIRTUALENV", "PIP_ROOT", "PIP_SRC", "PIP_TARGET",
    "PIP_USER", "PIP_VERSION", "POETRY_CACHE_DIR", "POETRY_CONFIG_DIR", "POETRY_DATA_DIR",
    "POETRY_HOME", "POETRY_PYPI_TOKEN_PYPI", "POETRY_PYTHON_INSTALLATION_DIR", "POETRY_VERSION",
    "POETRY_VIRTUALENVS_CREATE", "POETRY_VIRTUALENVS_IN_PROJECT", "PYTHONPATH", "SECRET_KEY",
    "SLUGFIT_LIMIT", "UV_ACTIVE", "UV_CACHE_DIR", "UV_LINK_MODE", "UV_MANAGED_PYTHON",
    "UV_NO_MANAGED_PYTHON", "UV_PROJECT", "UV_PROJECT_ENVIRONMENT", "UV_PUBLISH_TOKEN",
    "UV_PYTHON", "UV_PYTHON_DOWNLOADS", "UV_PYTHON_INSTALL_DIR", "UV_SYSTEM_PYTHON", "UV_TARGET",
    "UV_TOOL_DIR", "UV_VENV_CLEAR", "UV_WORKING_DIR", "XPIP_A", "cflags", "pip_index_url",
    "PIP-DASH", "PIP_A B", "PIP_A=B", "PIP_Ä", "1PIP_X", "-PIP_X", "*",
]  # fmt: skip


def test_the_allow_list_of_config_vars(wrapping: Buildpack) -> None:
    before = {name: f"before {name}" for name in ("LD_PRELOAD_X", "PATH_Y")}
    for name in [*PASSED, *KEPT_BACK]:
        (wrapping.env / name).write_text(f"{CANARY} value of {name}\n\n")
    ran = wrapping.compile(**before)
    assert (ran.code, ran.err) == (0, "")
    passed = wrapping.passed_on()
    for name in PASSED:
        assert passed[name] == f"{CANARY} value of {name}"
    for name in KEPT_BACK:
        assert CANARY not in passed.get(name, ""), name
    assert {name: passed[name] for name in before} == before
    assert (passed["STACK"], passed["PATH"]) == ("heroku-24", wrapping.environment["PATH"])
    line = next(line for line in ran.out.splitlines() if "Installer settings:" in line)
    assert line.split(": ")[1].split(";")[0].split() == sorted(PASSED)


def test_the_platforms_own_variables_never_come_from_config_vars(wrapping: Buildpack) -> None:
    wrapping.config(PATH="/nowhere", STACK="heroku-18", HOME="/nowhere", BUILD_DIR="/nowhere")
    assert wrapping.compile().code == 0
    passed = wrapping.passed_on()
    assert passed["PATH"] == wrapping.environment["PATH"]
    assert (passed["STACK"], passed["HOME"]) == ("heroku-24", wrapping.environment["HOME"])
    assert "BUILD_DIR" not in passed


def test_the_engine_does_not_get_the_installers_settings(wrapping: Buildpack) -> None:
    wrapping.config(PIP_INDEX_URL=CANARY)
    wrapping.compile()
    for call in wrapping.calls():
        assert CANARY not in json.dumps(call)
        assert "PIP_PREFER_BINARY" not in json.dumps(call)


@pytest.mark.parametrize(
    "value", ["-O3 -march=native", "  two  ", "a\nb", "$(touch x) `id` \\ ' \"", "é\u20ac", ""]
)
def test_values_arrive_as_they_are(wrapping: Buildpack, value: str) -> None:
    wrapping.config(CFLAGS=value + "\n")
    wrapping.compile()
    assert wrapping.passed_on()["CFLAGS"] == value


def test_what_no_variable_can_hold_is_named_and_left_out(wrapping: Buildpack) -> None:
    (wrapping.env / "PIP_A").write_bytes(f"{CANARY}\0x".encode())
    (wrapping.env / "PIP_B").write_text(CANARY * 20000)
    (wrapping.env / "PIP_C").mkdir()
    (wrapping.env / "PIP_D").symlink_to("nowhere")
    ran = wrapping.compile()
    assert (ran.code, ran.err) == (0, "")
    assert " !     The config var PIP_A has a zero byte in it" in ran.out
    assert " !     The config var PIP_B is longer than an environment variable can be" in ran.out
    assert " !     The config var PIP_C cannot be read; it is not passed on." in ran.out
    assert " !     The config var PIP_D cannot be read; it is not passed on." in ran.out
    assert not {"PIP_A", "PIP_B", "PIP_C", "PIP_D"} & wrapping.passed_on().keys()


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_a_config_var_without_permission_to_read_it_is_left_out(wrapping: Buildpack) -> None:
    wrapping.config(PIP_A=CANARY)
    (wrapping.env / "PIP_A").chmod(0)
    assert "The config var PIP_A cannot be read" in wrapping.compile().out


DEFAULTS = {
    "CMAKE_BUILD_TYPE": "Release",
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    "PIP_PREFER_BINARY": "1",
}


def test_build_defaults(wrapping: Buildpack) -> None:
    ran = wrapping.compile()
    assert wrapping.passed_on().items() >= DEFAULTS.items()
    assert f"Installer settings: no config vars; by default {' '.join(sorted(DEFAULTS))}" in ran.out


@pytest.mark.parametrize("name", sorted(DEFAULTS))
def test_build_defaults_give_way(wrapping: Buildpack, name: str) -> None:
    wrapping.compile(**{name: ""})
    assert wrapping.passed_on()[name] == ""
    wrapping.config(**{name: "theirs"})
    wrapping.compile()
    assert wrapping.passed_on()[name] == "theirs"


def test_cmake_cxx_flags_arrive_where_cmake_reads_them(wrapping: Buildpack) -> None:
    wrapping.config(CMAKE_CXX_FLAGS="-O3")
    ran = wrapping.compile()
    assert wrapping.passed_on()["CXXFLAGS"] == "-O3"
    assert "CMAKE_CXX_FLAGS is passed on as CXXFLAGS" in ran.out
    ran = wrapping.compile(CXXFLAGS="-O1")
    assert wrapping.passed_on()["CXXFLAGS"] == "-O1"
    assert "is passed on as" not in ran.out
    wrapping.config(CXXFLAGS="-O2")
    wrapping.compile()
    assert wrapping.passed_on()["CXXFLAGS"] == "-O2"


# Installer settings and the cache


STALE = "Installing from scratch: the installer settings changed"


def installed(pack: Buildpack) -> bool:
    """Whether what the last build installed is in the cache, and mark it for the next question."""
    mark = pack.cache / ".heroku/python/mark"
    found = mark.exists()
    mark.parent.mkdir(parents=True, exist_ok=True)
    mark.touch()
    (pack.cache / ".heroku/python-poetry").mkdir(exist_ok=True)
    return found


def test_changed_settings_drop_what_was_installed_under_the_old_ones(wrapping: Buildpack) -> None:
    wrapping.config(PIP_INDEX_URL=CANARY)
    assert STALE not in wrapping.compile().out
    installed(wrapping)
    assert STALE not in wrapping.compile().out
    assert installed(wrapping)
    wrapping.config(PIP_INDEX_URL=f"{CANARY}2")
    assert STALE in wrapping.compile().out
    assert not installed(wrapping)
    assert (wrapping.cache / ".heroku/python-version").read_text() == "python-3.12.1\n"
    (wrapping.env / "PIP_INDEX_URL").rename(wrapping.env / "PIP_EXTRA_INDEX_URL")
    assert STALE in wrapping.compile().out
    installed(wrapping)
    (wrapping.env / "PIP_EXTRA_INDEX_URL").unlink()
    assert STALE in wrapping.compile().out
    assert STALE not in wrapping.compile().out


def test_only_the_installed_packages_go(wrapping: Buildpack) -> None:
    wrapping.compile()
    installed(wrapping)
    (wrapping.cache / "others").write_text("theirs")
    (wrapping.cache / ".heroku/requirements.txt").write_text("flask\n")
    wrapping.config(CFLAGS="-O3", FAKE_EXIT="1")
    upstream = wrapping.build.parent / "an upstream"
    executable(upstream / "bin/compile", "#!/bin/sh\nexit 1\n")
    assert STALE in wrapping.compile().out
    left = {name for name in tree(wrapping.cache) if not name.startswith("slugfit/")}
    assert left == {"others", ".heroku/requirements.txt", ".heroku/python-version"}
    assert not (wrapping.cache / ".heroku/python-poetry").exists()
    assert not (wrapping.cache / ".heroku/python-uv").exists()


def test_a_cache_from_before_slugfit_was_installed_without_settings(wrapping: Buildpack) -> None:
    installed(wrapping)
    assert STALE not in wrapping.compile().out
    assert installed(wrapping)
    shutil.rmtree(wrapping.cache / "slugfit")
    wrapping.config(CFLAGS="-O3")
    assert STALE in wrapping.compile().out


def test_settings_that_are_not_passed_on_change_nothing(wrapping: Buildpack) -> None:
    wrapping.compile()
    installed(wrapping)
    wrapping.config(DATABASE_URL="changed", PIP_TARGET="changed", SLUGFIT_LIMIT="1M")
    assert STALE not in wrapping.compile(PIP_PREFER_BINARY="0").out


def test_after_a_build_without_slugfit_the_settings_are_new_again(
    wrapping: Buildpack, chaining: Buildpack
) -> None:
    wrapping.environment.pop("PYTHONHOME")
    wrapping.config(CFLAGS="-O3")
    wrapping.compile()
    chaining.compile(PYTHONHOME="/app/.heroku/python")
    assert STALE in wrapping.compile().out


def test_no_secret_is_stored(wrapping: Buildpack, tmp_path: Path) -> None:
    repository(tmp_path / "repository")
    wrapping.config(
        PIP_INDEX_URL=f"https://user:{CANARY}@example.org",
        SLUGFIT_UPSTREAM=f"file://{tmp_path}/repository#main",
        SECRET_KEY=CANARY,
    )
    assert wrapping.compile().code == 0
    for content in (*tree(wrapping.cache).values(), *tree(wrapping.root / ".upstream").values()):
        assert CANARY.encode() not in content


# Where the wrapped buildpack comes from: folders and archives


def test_a_folders_history_and_old_export_are_not_taken_over(
    wrapping: Buildpack, tmp_path: Path
) -> None:
    folder = tmp_path / "an upstream"
    (folder / "export").write_text("export OLD=1\n")
    executable(folder / ".git/config", "x")
    executable(folder / "lib/.git/config", "x")
    assert wrapping.compile().code == 0
    assert (wrapping.root / "export").read_text() == f"export FROM_UPSTREAM=yes\n{MARK}"
    assert not (wrapping.root / ".upstream/.git").exists()
    assert (folder / "export").read_text() == "export OLD=1\n"


def archive(folder: Path, name: str, top: str) -> Path:
    fake_upstream(folder / "content" / top)
    (folder / "content" / top / "export").write_text("export OLD=1\n")
    target = folder / name
    content = folder / "content"
    if name.endswith(".zip"):
        with zipfile.ZipFile(target, "w") as zipped:
            for path in sorted(content.rglob("*")):
                zipped.write(path, path.relative_to(content))
    elif name.endswith(".zst"):
        subprocess.run(["tar", "--zstd", "-cf", target, "-C", content, "."], check=True)
    else:
        with tarfile.open(target, "w" if name.endswith(".tar") else "w:gz") as packed:
            packed.add(content, ".")
    return target


@pytest.mark.parametrize("top", ["", "heroku-buildpack-python-b4e7e72"])
@pytest.mark.parametrize("name", ["u p.tar", "u p.tgz", "u p.tar.gz", "u p.tar.zst", "u p.zip"])
def test_archives(pack: Buildpack, tmp_path: Path, name: str, top: str) -> None:
    tool = {"zip": "unzip", "zst": "zstd"}.get(name.rpartition(".")[2])
    if tool and not shutil.which(tool):
        pytest.skip(f"{tool} is not installed")
    pack.config(SLUGFIT_UPSTREAM=str(archive(tmp_path / "archives", name, top)))
    ran = pack.compile()
    assert (ran.code, ran.err) == (0, "")
    assert "-----> fake upstream: compile one" in ran.out
    assert (pack.root / "export").read_text() == f"export FROM_UPSTREAM=yes\n{MARK}"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    folder = tmp_path / "archives"
    folder.mkdir()
    with http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), partial(Quiet, directory=str(folder))
    ) as web:
        threading.Thread(target=web.serve_forever, daemon=True).start()
        yield f"user:{CANARY}@127.0.0.1:{web.server_port}"
        web.shutdown()


def test_an_archive_from_the_network(pack: Buildpack, tmp_path: Path, server: str) -> None:
    archive(tmp_path / "archives", "up.tgz", "python")
    pack.config(SLUGFIT_UPSTREAM=f"http://{server}/up.tgz?token={CANARY}")
    ran = pack.compile()
    assert (ran.code, ran.err) == (0, "")
    host = server.partition("@")[2]
    assert f"-----> Wrapping the buildpack from http://{host}/up.tgz?…" in ran.out
    pack.config(SLUGFIT_UPSTREAM=f"file://{tmp_path}/archives/up.tgz")
    assert pack.compile().code == 0


def test_an_archive_that_is_not_there(pack: Buildpack, server: str) -> None:
    pack.config(SLUGFIT_UPSTREAM=f"http://{server}/up.tgz?token={CANARY}")
    ran = pack.compile()
    assert (ran.code, ran.err) == (1, "")
    assert " !     Reason: curl: (22) The requested URL returned error: 404" in ran.out


def test_an_archive_that_is_none(pack: Buildpack, tmp_path: Path) -> None:
    (tmp_path / "up.tgz").write_text("no archive")
    pack.config(SLUGFIT_UPSTREAM=str(tmp_path / "up.tgz"))
    ran = pack.compile()
    assert (ran.code, ran.err) == (1, "")
    assert "the archive could not be unpacked: tar:" in ran.out


@pytest.mark.parametrize("value", ["/nowhere", "v351", "heroku/python", "/"])
def test_a_value_that_is_nothing_known(pack: Buildpack, value: str) -> None:
    pack.config(SLUGFIT_UPSTREAM=value)
    ran = pack.compile()
    assert (ran.code, ran.err) == (1, "")
    assert f" !     From:   {value}\n" in ran.out
    assert (
        " !     Reason: it is not a folder with a bin/compile, not an archive and not a git"
        in ran.out
    )


def test_a_bin_compile_that_cannot_be_run(wrapping: Buildpack, tmp_path: Path) -> None:
    (tmp_path / "an upstream/bin/compile").chmod(0o644)
    ran = wrapping.compile()
    assert (ran.code, ran.err) == (1, "")
    assert "Reason: it has no bin/compile that can be run" in ran.out


# Where the wrapped buildpack comes from: git


def pin(pack: Buildpack, url: str, commit: str) -> None:
    """Make another repository and commit the pinned ones, in this copy."""
    file = pack.root / "lib/upstream.sh"
    lines = file.read_text().splitlines()
    for at, line in enumerate(lines):
        if line.startswith("readonly UPSTREAM_URL="):
            lines[at] = f"readonly UPSTREAM_URL='{url}'"
        if line.startswith("readonly UPSTREAM_COMMIT="):
            lines[at] = f"readonly UPSTREAM_COMMIT='{commit}'"
    file.write_text("\n".join(lines) + "\n")


def test_the_pinned_commit_is_a_full_hash() -> None:
    text = (ROOT / "lib/upstream.sh").read_text()
    assert "'b4e7e721dc39a097feb68305bbd7551578782992'" in text
    assert "'https://github.com/heroku/heroku-buildpack-python'" in text


def test_the_pinned_commit_is_fetched_once_and_then_comes_from_the_cache(
    pack: Buildpack, tmp_path: Path
) -> None:
    first, second = repository(tmp_path / "re po")
    pin(pack, f"file://{tmp_path}/re po", first)
    ran = pack.compile()
    assert (ran.code, ran.err) == (0, "")
    assert "-----> fake upstream: compile one" in ran.out
    assert f"       Commit {first} (fetched from file://{tmp_path}/re po)" in ran.out
    shutil.move(tmp_path / "re po", tmp_path / "gone")
    ran = pack.compile()
    assert (ran.code, ran.err) == (0, "")
    assert f"       Commit {first} (from the build cache)" in ran.out
    assert (pack.root / "export").read_text() == f"export FROM_UPSTREAM=yes\n{MARK}"

    shutil.move(tmp_path / "gone", tmp_path / "re po")
    pin(pack, f"file://{tmp_path}/re po", second)
    ran = pack.compile()
    assert "-----> fake upstream: compile two" in ran.out
    assert f"       Commit {second} (fetched" in ran.out


def test_the_unpacked_files_do_not_depend_on_the_users_git_settings(
    pack: Buildpack, tmp_path: Path
) -> None:
    first, _ = repository(tmp_path / "repo")
    home = Path(pack.environment["HOME"])
    (home / "attributes").write_text("* export-ignore\n")
    (home / ".gitconfig").write_text(
        f"[core]\n\tautocrlf = true\n\tattributesFile = {home}/attributes\n"
        f'[url "file://{tmp_path}/repo"]\n\tinsteadOf = https://example.org/mirrored\n'
    )
    # A mirror is what that file is for, so it is honoured.
    pack.config(SLUGFIT_UPSTREAM=f"https://example.org/mirrored#{first}")
    # As inside of a git hook, where these point at another repository.
    ran = pack.compile(GIT_DIR="/nowhere", GIT_WORK_TREE="/nowhere", GIT_INDEX_FILE="/nowhere")
    assert (ran.code, ran.err) == (0, "")
    assert (pack.root / ".upstream/bin/compile").read_text() == UPSTREAM_COMPILE
    assert (pack.root / ".upstream/bin/compile").stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize(
    ("reference", "which"), [("", 1), ("#main", 1), ("#v244.2.0", 0), ("#HASH", 0), ("#hash", 0)]
)
def test_references(pack: Buildpack, tmp_path: Path, reference: str, which: int) -> None:
    hashes = repository(tmp_path / "heroku-buildpack-python.git")
    reference = reference.replace("HASH", hashes[0].upper()).replace("hash", hashes[0])
    url = f"file://{tmp_path}/heroku-buildpack-python.git"
    pack.config(SLUGFIT_UPSTREAM=url + reference)
    ran = pack.compile()
    assert (ran.code, ran.err) == (0, "")
    assert f"       Commit {hashes[which]} (fetched from {url})" in ran.out
    assert f"-----> fake upstream: compile {('one', 'two')[which]}" in ran.out


def test_a_branch_is_followed(pack: Buildpack, tmp_path: Path) -> None:
    repository(tmp_path / "repo")
    pack.config(SLUGFIT_UPSTREAM=f"{tmp_path}/repo#main")
    assert "compile two" in pack.compile().out
    (tmp_path / "repo/version").write_text("three")
    git(tmp_path / "repo", "commit", "--quiet", "--all", "--message", "three")
    assert "compile three" in pack.compile().out


@pytest.mark.parametrize("damage", ["objects", "a file", "reference", "missing", "empty"])
def test_a_damaged_cache_is_fetched_again(pack: Buildpack, tmp_path: Path, damage: str) -> None:
    first, _ = repository(tmp_path / "repo")
    pin(pack, f"file://{tmp_path}/repo", first)
    pack.compile()
    copy = pack.cache / "slugfit/upstream.git"
    blob = git(tmp_path / "repo", "rev-parse", f"{first}:version")
    objects = [path for path in (copy / "objects").rglob("*") if path.is_file()]
    if damage == "a file":
        objects = [copy / "objects" / blob[:2] / blob[2:]]
    for path in objects if damage in {"objects", "a file", "missing"} else []:
        path.chmod(0o644)
        if damage == "missing":
            path.unlink()
        else:
            content = bytearray(path.read_bytes())
            content[len(content) // 2] ^= 0xFF
            path.write_bytes(content)
    if damage == "reference":
        (copy / "refs/slugfit/wrapped").write_text("")
    if damage == "empty":
        shutil.rmtree(copy)
        copy.mkdir()
    ran = pack.compile()
    assert (ran.code, ran.err) == (0, "")
    assert "       The copy in the build cache is damaged; it is fetched again.\n" in ran.out
    assert f"       Commit {first} (fetched" in ran.out
    assert "(from the build cache)" in pack.compile().out


def test_an_interrupted_fetch_leaves_nothing_in_the_way(pack: Buildpack, tmp_path: Path) -> None:
    first, _ = repository(tmp_path / "repo")
    pin(pack, f"file://{tmp_path}/repo", first)
    executable(pack.cache / "slugfit/upstream.git.new/HEAD", "half")
    assert pack.compile().code == 0
    assert not (pack.cache / "slugfit/upstream.git.new").exists()


@pytest.mark.parametrize(
    "reference",
    ["0" * 40, "v1", "b4e7e72", "--upload-pack=touch x", "main:refs/heads/x", "../x", "a b"],
)
def test_a_reference_that_is_not_there(pack: Buildpack, tmp_path: Path, reference: str) -> None:
    repository(tmp_path / "repo")
    pack.config(SLUGFIT_UPSTREAM=f"file://{tmp_path}/repo#{reference}")
    ran = pack.compile()
    assert (ran.code, ran.err) == (1, "")
    shown = reference if re.fullmatch(r"[\w./-]+", reference) else "…"
    assert f" !     From:   file://{tmp_path}/repo\n !     Commit: {shown}\n" in ran.out
    assert " !     Reason: " in ran.out
    assert not (pack.build / "upstream.args").exists()


def test_a_hash_of_something_that_is_no_commit(pack: Buildpack, tmp_path: Path) -> None:
    repository(tmp_path / "repo")
    tag = git(tmp_path / "repo", "rev-parse", "v244.2.0")
    pack.config(SLUGFIT_UPSTREAM=f"file://{tmp_path}/repo#{tag}")
    ran = pack.compile()
    assert (ran.code, ran.err) == (1, "")
    assert "Reason: it is not a commit there" in ran.out


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("user", ["user:{}@", "{}@", "user:a/{}@", "user:{}/a@", "u:@{}@"])
@pytest.mark.parametrize("path", ["repo.git#v1", "repo#" + "1" * 40, "up.tgz", "up.zip?key={}"])
def test_credentials_are_never_printed(pack: Buildpack, scheme: str, user: str, path: str) -> None:
    place = user.format(CANARY) + "127.0.0.1:1/" + path.format(CANARY)
    pack.config(SLUGFIT_UPSTREAM=f"{scheme}://{place}")
    ran = pack.compile(GIT_TRACE="1", GIT_CURL_VERBOSE="1")
    assert (ran.code, ran.err) == (1, "")
    assert f" !     From:   {scheme}://" in ran.out
    assert "- Add heroku/python before Slugfit." in ran.out


@pytest.mark.parametrize(
    "user", ["{}/a@", "{}?a@", "{}#a@", "u:a?{}@", "u:a#{}@", "u:a'{}@", "u:a {}@", "u:%2F{}@"]
)
@pytest.mark.parametrize("path", ["up.git", "up.git?key={}#v1", "up.git#a={}", "up.tgz?key={}"])
def test_what_git_and_curl_say_is_shown_without_secrets(
    pack: Buildpack, user: str, path: str
) -> None:
    place = user.format(CANARY) + "127.0.0.1:1/" + path.format(CANARY)
    pack.config(SLUGFIT_UPSTREAM=f"http://{place}")
    ran = pack.compile()
    assert (ran.code, ran.err) == (1, "")
    assert " !     Reason: " in ran.out


@pytest.mark.parametrize("path", ["repo.git?key={}", "repo.git?key={}#v1", "repo.git#key={}"])
def test_gits_own_message_is_shown_without_the_query(pack: Buildpack, path: str) -> None:
    pack.config(SLUGFIT_UPSTREAM="http://127.0.0.1:1/" + path.format(CANARY))
    ran = pack.compile()
    assert (ran.code, ran.err) == (1, "")
    assert " !     Reason: fatal: unable to access 'http://127.0.0.1:1/repo.git" in ran.out


def test_a_host_that_cannot_be_reached_is_told_with_every_way_out(
    pack: Buildpack, tmp_path: Path
) -> None:
    pin(pack, "http://127.0.0.1:1/heroku-buildpack-python", "1" * 40)
    ran = pack.compile(HOME=str(tmp_path))
    assert (ran.code, ran.err) == (1, "")
    assert " !     From:   http://127.0.0.1:1/heroku-buildpack-python\n" in ran.out
    assert f" !     Commit: {'1' * 40}\n" in ran.out
    assert " !     Reason: fatal: unable to access 'http://127.0.0.1:1/" in ran.out
    for way in ("Build again", "Set SLUGFIT_UPSTREAM", "Add heroku/python before Slugfit"):
        assert f" !     - {way}" in ran.out


# bin/test-compile


def test_test_builds_install_and_do_not_slim(wrapping: Buildpack) -> None:
    wrapping.config(PIP_INDEX_URL=CANARY)
    ran = wrapping.run("test-compile", wrapping.build, wrapping.cache, wrapping.env)
    assert (ran.code, ran.err) == (0, "")
    assert "test builds are not slimmed" in ran.out
    assert (wrapping.build / "upstream.script").read_text() == "test-compile\n"
    assert wrapping.passed_on()["PIP_INDEX_URL"] == CANARY
    assert wrapping.commands() == ["config", "models", "prepare", "settle"]
    assert (wrapping.root / "export").read_text() == f"export FROM_UPSTREAM=yes\n{MARK}"


def test_test_builds_after_heroku_python_have_nothing_to_do(chaining: Buildpack) -> None:
    ran = chaining.run("test-compile", chaining.build, chaining.cache, chaining.env)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("-----> Slugfit: nothing to do")
    assert chaining.commands() == ["config", "models"]


def test_a_wrapped_buildpack_without_test_compile_is_told(
    wrapping: Buildpack, tmp_path: Path
) -> None:
    (tmp_path / "an upstream/bin/test-compile").unlink()
    ran = wrapping.run("test-compile", wrapping.build, wrapping.cache, wrapping.env)
    assert ran.code == 1
    assert "Reason: it has no bin/test-compile that can be run" in ran.out


# bin/release


def test_release_is_the_wrapped_buildpacks(wrapping: Buildpack) -> None:
    wrapping.compile()
    ran = wrapping.run("release", wrapping.build)
    assert ran == Ran(0, "---\naddons:\n  - from-yes\n", "")


def test_release_lets_the_apps_python_write_no_bytecode_into_the_slug(
    wrapping: Buildpack,
) -> None:
    script = 'printf -- "---\\nbytecode: %s\\n" "${PYTHONDONTWRITEBYTECODE:-written}"'
    wrapping.compile()
    executable(wrapping.root / ".upstream/bin/release", f"#!/bin/sh\n{script}\n")
    assert wrapping.run("release", wrapping.build).out == "---\nbytecode: 1\n"


@pytest.mark.parametrize("script", ["exit 1", "echo half; exit 1", "exit 0"])
def test_release_is_never_the_reason_for_a_failed_build(
    wrapping: Buildpack, tmp_path: Path, script: str
) -> None:
    executable(tmp_path / "an upstream/bin/release", f"#!/bin/sh\n{script}\n")
    wrapping.compile()
    assert wrapping.run("release", wrapping.build) == Ran(0, "--- {}\n", "")


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ([], "--- {}\n"),
        (["manage.py"], "--- {}\n"),
        (["manage.py", "django"], "--- {}\n"),
        (["manage.py", "psycopg2"], "--- {}\n"),
        (["django", "psycopg2"], "--- {}\n"),
        (["manage.py", "django", "psycopg2"], "---\naddons:\n  - heroku-postgresql\n"),
    ],
)
def test_release_in_chain_mode_looks_for_itself(
    chaining: Buildpack, files: Sequence[str], expected: str
) -> None:
    for name in files:
        packages = chaining.build / ".heroku/python/lib/python3.14/site-packages"
        executable(chaining.build / name if "." in name else packages / name / "__init__.py", "")
    assert chaining.run("release", chaining.build) == Ran(0, expected, "")


# bin/report


def report(pack: Buildpack) -> object:
    ran = pack.run("report", pack.build, pack.cache, pack.env)
    assert (ran.code, ran.err) == (0, "")
    return json.loads(ran.out)


def test_report_merges_the_wrapped_buildpacks(wrapping: Buildpack) -> None:
    wrapping.compile()
    assert report(wrapping) == {"package_manager": "pip", "slugfit_version": "stub"}


def test_report_after_heroku_python_is_its_own(chaining: Buildpack) -> None:
    chaining.compile()
    assert report(chaining) == {"slugfit_version": "stub"}


def test_report_survives_a_failing_wrapped_one(wrapping: Buildpack, tmp_path: Path) -> None:
    executable(tmp_path / "an upstream/bin/report", "#!/bin/sh\necho '{'\necho oh >&2\nexit 1\n")
    wrapping.compile()
    assert report(wrapping) == {"slugfit_version": "stub"}


@pytest.mark.parametrize("step", [{"exit": 1, "stderr": "boom"}, {"signal": 9}])
def test_report_survives_a_failing_engine(pack: Buildpack, step: Mapping[str, object]) -> None:
    pack.plan(**{"buildpack-report": step})
    assert report(pack) == {}


def test_report_survives_a_machine_without_python(pack: Buildpack, tmp_path: Path) -> None:
    pack.environment["PATH"] = without_python(tmp_path / "tools")
    assert report(pack) == {}


def test_report_survives_missing_arguments(pack: Buildpack) -> None:
    assert pack.run("report").code == 0


# bin/slugfit


def test_the_command_passes_everything_on(pack: Buildpack, tmp_path: Path) -> None:
    (tmp_path / "link to it").symlink_to(pack.root / "bin/slugfit")
    (tmp_path / "second link").symlink_to("link to it")
    pack.plan(slim={"exit": 5, "stdout": "out\n", "stderr": "err\n"})
    done = subprocess.run(
        [tmp_path / "second link", "slim", "a b", "--json", ""],
        env=pack.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (5, "out\n", "err\n")
    assert [call["argv"] for call in pack.calls()] == [["slim", "a b", "--json", ""]]


def test_the_command_says_what_it_needs(pack: Buildpack, tmp_path: Path) -> None:
    ran = pack.run("slugfit", "plan", PATH=without_python(tmp_path / "tools"))
    assert (ran.code, ran.out) == (1, "")
    assert "Slugfit needs Python 3.10 or newer" in ran.err
