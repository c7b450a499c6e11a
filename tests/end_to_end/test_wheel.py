"""The wheel: installed beside an app's packages, it slims the environment that it runs from."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import venv
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from installed_truth import IMPORTS, OLD, TRUTH
from pythons import LIB, ROOT
from slugfit import __version__
from slugfit.deploy.single_file import CARRIED
from trees import plant

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.index, pytest.mark.xdist_group("wheel")]


@dataclass(frozen=True)
class Environment:
    """An environment with Slugfit and packages in it, the app beside, and what slimming said."""

    root: Path
    app: Path

    def run(self, program: str, *arguments: str | Path) -> str:
        done = subprocess.run(
            [self.root / "bin" / program, *arguments],
            cwd=self.app,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def slim(self) -> str:
        return self.run("python", "-m", *SLIM, self.root, "--app", ".")

    def files(self) -> set[str]:
        return {str(file.relative_to(self.root)) for file in self.root.rglob("*")}


SLIM = ("slugfit", "slim", "--config", "SLUGFIT_BYTECODE=strip")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, made as `make wheel` does, of a copy: building writes beside the source."""
    folder = tmp_path_factory.mktemp("wheel")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder)
    shutil.copytree(ROOT / "lib", folder / "lib", ignore=shutil.ignore_patterns("__pycache__"))
    pip = (sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps")
    subprocess.run([*pip, "--wheel-dir", folder / "dist", folder], check=True)
    (wheel,) = (folder / "dist").iterdir()
    return wheel


@pytest.fixture
def environment(built: Path, tmp_path: Path) -> Environment:
    root = tmp_path / "venv"
    venv.create(root, symlinks=True, with_pip=True)
    made = Environment(root, plant(tmp_path / "app", {"app.py": f"{IMPORTS}\n"}))
    pins = [f"{name}=={version}" for name, version in OLD.items()]
    made.run("python", "-m", "pip", "install", "--quiet", built, *pins)
    return made


def test_it_holds_the_engine_and_nothing_else(built: Path) -> None:
    assert built.name == f"slugfit-{__version__}-py3-none-any.whl"
    listed = subprocess.run(
        [sys.executable, "-m", "zipfile", "--list", built],
        capture_output=True,
        text=True,
        check=True,
    )
    names = {line.split()[0] for line in listed.stdout.splitlines()[1:]}
    files = [file for file in (ROOT / "lib/slugfit").rglob("*.*") if file.suffix in CARRIED]
    engine = {os.path.relpath(file, ROOT / "lib") for file in files}
    assert {name for name in names if ".dist-info/" not in name} == engine


def test_it_slims_the_very_environment_that_it_is_installed_in(environment: Environment) -> None:
    before = environment.files()
    told = environment.slim()
    after = environment.files()
    assert "Verified: 4 imports" in told
    assert "Put back" not in told
    assert after < before, "nothing was added"
    site = environment.root / LIB / "site-packages"
    assert not (site / "networkx/tests").exists()
    assert not list(site.rglob("*.pyc"))
    owned = ("slugfit", *OLD)
    _, missing, changed, _ = json.loads(environment.run("python", "-B", "-c", TRUTH, *owned))
    assert (missing, changed) == ([], [])
    assert environment.run("python", "-m", "pip", "check").startswith("No broken requirements")


def test_it_still_works_there_and_can_be_uninstalled(environment: Environment) -> None:
    environment.slim()
    assert environment.run("slugfit", "--version") == f"slugfit {__version__}\n"
    plan = json.loads(environment.run("slugfit", "plan", environment.root, "--json"))
    # What it did not write: pip's and Slugfit's own bytecode, of having run once more.
    assert {rule["name"] for rule in plan["rules"]} <= {"bytecode"}
    environment.run("python", "-m", "pip", "uninstall", "--yes", "slugfit")
    left = [name for name in environment.files() if "slugfit" in name and ".pyc" not in name]
    assert not [name for name in left if (environment.root / name).is_file()]
    assert environment.run("python", "-c", IMPORTS) == ""
