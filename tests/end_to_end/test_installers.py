"""Real installers on a slimmed environment: what they install, upgrade and remove stays whole.

Real packages from the index: networkx (tests, and entry points into them), greenlet (headers, C++
sources, tests, a library with symbols), markupsafe (stubs, a C source) and pyyaml (a library). uv
and Poetry come from the index as well.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import venv
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from installed_truth import IMPORTS, NEW, OLD, TRUTH
from pythons import LIB, engine
from trees import snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

pytestmark = [pytest.mark.index, pytest.mark.xdist_group("installers")]


def run(
    *command: str | Path, cwd: Path | None = None, environment: Mapping[str, str] | None = None
) -> str:
    done = subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@dataclass(frozen=True)
class Environment:
    """A virtual environment, and the tools that change it."""

    root: Path
    tools: Path

    @property
    def site(self) -> Path:
        return self.root / LIB / "site-packages"

    def python(self, *arguments: str) -> str:
        return run(self.root / "bin/python", "-I", "-B", *arguments)

    def pip(self, *arguments: str) -> str:
        return self.python("-m", "pip", "--disable-pip-version-check", *arguments)

    def uv(self, *arguments: str | Path) -> str:
        place = {"VIRTUAL_ENV": str(self.root), "UV_LINK_MODE": "hardlink"}
        return run(self.tools / "uv", *arguments, environment=place)

    def slim(self) -> Mapping[str, Any]:
        answer = engine("slim", self.root, "--json", "--config", "SLUGFIT_KEEP=pip/")
        assert answer.code == 0, answer.err
        report: Mapping[str, Any] = json.loads(answer.out)
        assert report["undone"] is None
        return report

    def expect(self, versions: Mapping[str, str]) -> None:
        """These are installed, each once, and the metadata is true to the letter."""
        found, missing, changed, stray = json.loads(self.python("-c", TRUTH, *OLD))
        own = [entry for entry in found if entry[0] in OLD]
        assert own == sorted([name, version] for name, version in versions.items())
        assert (missing, changed, stray) == ([], [], [])
        infos = sorted(place.name.lower() for place in self.site.glob("*.dist-info"))
        assert len(infos) == len(found), infos
        if versions.keys() == OLD.keys():
            self.python("-c", IMPORTS)


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin folder of an environment with uv and Poetry."""
    root = tmp_path_factory.mktemp("tools")
    venv.create(root, symlinks=True, with_pip=True)
    run(root / "bin/python", "-m", "pip", "install", "--quiet", "uv", "poetry")
    return root / "bin"


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory, tools: Path) -> Path:
    """Both versions of every package, so that each test need not ask the index."""
    folder = tmp_path_factory.mktemp("wheels")
    for versions in (OLD, NEW):
        pins = [f"{name}=={version}" for name, version in versions.items()]
        command = ("-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder)
        run(tools / "python", *command, "--only-binary=:all:", *pins)
    return folder


def wheel(wheels: Path, name: str, version: str) -> Path:
    (found,) = (
        file for file in wheels.iterdir() if file.name.lower().startswith(f"{name}-{version}-")
    )
    return found


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory, wheels: Path, tools: Path) -> Environment:
    """OLD as pip installs it, before anything was slimmed."""
    root = tmp_path_factory.mktemp("pristine") / "env"
    venv.create(root, symlinks=True, with_pip=True)
    made = Environment(root, tools)
    made.pip("install", "--no-index", *(str(wheel(wheels, *item)) for item in OLD.items()))
    made.expect(OLD)
    return made


@pytest.fixture
def slimmed(pristine: Environment, tmp_path: Path) -> Environment:
    """A slimmed copy of it. Its scripts name the first one's Python; nothing here runs them."""
    shutil.copytree(pristine.root, tmp_path / "env", symlinks=True)
    made = Environment(tmp_path / "env", pristine.tools)
    report = made.slim()
    gone = {rule["name"]: rule["files"] for rule in report["rules"]}
    assert {"tests", "stubs", "bytecode"} <= gone.keys()
    assert not (made.site / "greenlet/tests").exists()
    made.expect(OLD)
    return made


def test_pip_finds_the_slimmed_environment_whole(slimmed: Environment) -> None:
    assert "No broken requirements found." in slimmed.pip("check")
    listed = json.loads(slimmed.pip("list", "--format=json"))
    assert {item["name"].lower(): item["version"] for item in listed}.items() >= OLD.items()


def upgraded_by_pip(env: Environment, wheels: Path) -> None:
    env.pip("install", "--upgrade", "--no-index", *(str(wheel(wheels, *i)) for i in NEW.items()))


def upgraded_by_uv(env: Environment, wheels: Path) -> None:
    env.uv("pip", "install", "--offline", *(wheel(wheels, *item) for item in NEW.items()))


def synced_by_uv(env: Environment, wheels: Path) -> None:
    requirements = env.root.parent / "requirements.txt"
    requirements.write_text("".join(f"{wheel(wheels, *item)}\n" for item in NEW.items()))
    env.uv("pip", "sync", "--offline", requirements)


@pytest.mark.parametrize("upgrade", [upgraded_by_pip, upgraded_by_uv, synced_by_uv])
def test_an_upgrade_leaves_one_version_and_no_file_of_the_other(
    slimmed: Environment, wheels: Path, upgrade: Callable[[Environment, Path], None]
) -> None:
    upgrade(slimmed, wheels)
    slimmed.expect(NEW)
    # What it brought, tests and headers too, goes again.
    assert (slimmed.site / "greenlet/tests").is_dir()
    slimmed.slim()
    assert not (slimmed.site / "greenlet/tests").exists()
    slimmed.expect(NEW)


def test_the_index_s_own_newest_version_is_an_upgrade_too(slimmed: Environment) -> None:
    slimmed.pip("install", "--quiet", "--upgrade", f"markupsafe=={NEW['markupsafe']}")
    slimmed.uv("pip", "install", "--quiet", f"pyyaml=={NEW['pyyaml']}")
    slimmed.expect({**OLD, "markupsafe": NEW["markupsafe"], "pyyaml": NEW["pyyaml"]})


@pytest.mark.parametrize("tool", ["pip", "uv"])
def test_an_uninstall_leaves_nothing(slimmed: Environment, tool: str) -> None:
    if tool == "pip":
        slimmed.pip("uninstall", "--yes", *OLD)
    else:
        slimmed.uv("pip", "uninstall", *OLD)
    slimmed.expect({})
    left = {place.name.lower() for place in slimmed.site.iterdir()}
    assert not {name for name in left if name.startswith((*OLD, "yaml", "_yaml"))}
    assert not list((slimmed.root / "include").rglob("*.h"))


@pytest.mark.parametrize("tool", ["pip", "uv"])
def test_a_forced_reinstall_brings_every_file_back(
    pristine: Environment, slimmed: Environment, wheels: Path, tool: str
) -> None:
    files = [str(wheel(wheels, *item)) for item in OLD.items()]
    if tool == "pip":
        slimmed.pip("install", "--force-reinstall", "--no-deps", "--no-index", *files)
    else:
        slimmed.uv("pip", "install", "--reinstall", "--offline", "--compile-bytecode", *files)
    slimmed.expect(OLD)

    def packages(env: Environment) -> set[str]:
        tops = ("greenlet/", "markupsafe/", "networkx/", "yaml/", "_yaml/")
        return {path for path in snapshot(env.site) if path.startswith(tops)}

    assert packages(slimmed) >= packages(pristine)


def project(folder: Path, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "pyproject.toml").write_text(text)
    return folder


def test_uv_sync_follows_a_new_lock(tmp_path: Path, tools: Path, wheels: Path) -> None:
    app = tmp_path / "app"
    text = (
        '[project]\nname = "app"\nversion = "0"\nrequires-python = ">=3.10"\ndependencies = [{}]\n'
    )
    place = {"UV_PROJECT_ENVIRONMENT": str(tmp_path / "env"), "UV_FIND_LINKS": str(wheels)}
    for versions in (OLD, NEW):
        pins = ", ".join(f'"{name}=={version}"' for name, version in versions.items())
        project(app, text.format(pins))
        run(tools / "uv", "lock", "--no-index", cwd=app, environment=place)
        run(tools / "uv", "sync", "--frozen", "--no-index", cwd=app, environment=place)
        env = Environment(tmp_path / "env", tools)
        env.expect(versions)
        env.slim()
        env.expect(versions)
    # The same lock again changes nothing, and brings nothing back.
    run(tools / "uv", "sync", "--frozen", "--no-index", cwd=app, environment=place)
    assert not (env.site / "greenlet/tests").exists()


@pytest.mark.parametrize("command", ["sync", "install"])
def test_poetry_follows_a_new_lock(tmp_path: Path, tools: Path, wheels: Path, command: str) -> None:
    app, place = tmp_path / "app", {"POETRY_VIRTUALENVS_IN_PROJECT": "true"}
    text = '[tool.poetry]\npackage-mode = false\n[tool.poetry.dependencies]\npython = ">=3.10"\n'
    # One goes altogether; `install` leaves it, `sync` does not.
    less = {name: version for name, version in NEW.items() if name != "markupsafe"}
    for versions in (OLD, less):
        # By path: Poetry asks indexes for more than every index answers.
        paths = (
            f'{name} = {{path = "{wheel(wheels, name, version)}"}}\n'
            for name, version in versions.items()
        )
        project(app, text + "".join(paths))
        run(tools / "poetry", "lock", "--no-interaction", cwd=app, environment=place)
        run(tools / "poetry", command, "--no-interaction", cwd=app, environment=place)
        env = Environment(app / ".venv", tools)
        kept = {**OLD, **versions} if command == "install" else versions
        env.expect(kept)
        env.slim()
        env.expect(kept)


if sys.version_info >= (3, 14):
    pytestmark.append(pytest.mark.skip(reason="the older versions have no wheels for it"))
