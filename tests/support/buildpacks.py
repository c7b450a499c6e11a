"""The classic buildpack API, black box: bin/* run as a platform runs them, over the real engine.

A test that needs an engine which fails, or says something special, names the commands for which it
does; all others are the real ones. The wrapped buildpack is a fake one of a few lines.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    Faults = Mapping[str, Mapping[str, object]]

ROOT = Path(__file__).resolve().parents[2]
CANARY = "c4n4ry-s3cret"
MARK = "export BUILT_WITH_SLUGFIT=1\n"
"""What Slugfit itself adds to its export file: a second one in the same build goes by it."""

# Logs each call beside itself. If faults.json has an entry that is the command, or an option of the
# call, or empty, the first such entry says what happens: print, write files into the folder of
# --into, exit, die. Else, or if the entry says so, the real engine runs.
SEAM = """
import json, os, runpy, signal, sys
here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "calls.jsonl"), "a") as calls:
    print(json.dumps({"argv": sys.argv[1:], "env": dict(os.environ),
                      "flags": [getattr(sys.flags, name) for name in
                                ("isolated", "no_site", "dont_write_bytecode")]}), file=calls)
with open(os.path.join(here, "faults.json")) as file:
    faults = json.load(file)
for word, fault in faults.items():
    if word in ("", sys.argv[1]) or word.startswith("--") and word in sys.argv:
        if fault.get("real"):
            break
        for name, text in fault.get("files", {}).items():
            into = sys.argv[sys.argv.index("--into") + 1]
            os.makedirs(into, exist_ok=True)
            with open(os.path.join(into, name), "w") as written:
                written.write(text)
        sys.stdout.write(fault.get("stdout", ""))
        sys.stdout.flush()
        sys.stderr.write(fault.get("stderr", ""))
        sys.stderr.flush()
        if fault.get("signal"):
            os.kill(os.getpid(), fault["signal"])
        sys.exit(fault.get("exit", 0))
runpy.run_path(os.path.join(here, "real", "slugfit", "__main__.py"), run_name="__main__")
"""

IDLE: Faults = {"--get": {"exit": 1}, "conclude": {"real": True}, "": {}}
"""For tests of what bash does alone: an engine that does nothing but say how a build ends. Settings
are then read from the config vars, as after a failure of the engine's."""

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
    """A copy of the buildpack with a seam before the engine, and one app with its folders."""

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

    def faults(self, faults: Faults, others: Faults = MappingProxyType({})) -> None:
        """What happens instead of calls, by their command or one of their options."""
        (self.root / "lib/slugfit/faults.json").write_text(
            json.dumps({**faults, **{key: others[key] for key in others if key not in faults}})
        )

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


def tree(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def buildpack(folder: Path) -> Buildpack:
    """A copy of the buildpack in ``folder``, and an app that has nothing but a requirements.txt."""
    root = folder / "the buildpack"
    shutil.copytree(ROOT / "bin", root / "bin")
    (root / "lib/slugfit/real").mkdir(parents=True)
    for file in (ROOT / "lib").glob("*.sh"):
        shutil.copy(file, root / "lib")
    (root / "lib/slugfit/real/slugfit").symlink_to(ROOT / "lib/slugfit")
    (root / "lib/slugfit/__main__.py").write_text(SEAM)
    build, cache, env, home = (
        folder / name for name in ("an app", "a cache", "config vars", "a home")
    )
    for place in (build, cache, env, home):
        place.mkdir()
    (build / "requirements.txt").touch()
    path = f"{machine_python(folder / 'python bin')}:/usr/bin:/bin"
    environment = {"PATH": path, "HOME": str(home), "STACK": "heroku-24"}
    made = Buildpack(root, build, cache, env, environment)
    made.faults({})
    return made


def without_python(folder: Path) -> str:
    """Make a folder for PATH with this machine's tools, all but Python."""
    folder.mkdir()
    for place in (Path("/usr/bin"), Path("/bin")):
        for tool in place.iterdir():
            if "python" not in tool.name and not (folder / tool.name).is_symlink():
                (folder / tool.name).symlink_to(tool)
    return str(folder)
