"""Three builds on one cache with the vendored hook, for each package manager.

The standard buildpack caches the tree after bin/post_compile, slimmed. Nothing but the hook itself
can bring back what went: when a rule is switched off, and when a package is upgraded.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from installed_truth import TRUTH
from pythons import ROOT, wheel
from slugfit.deploy.hook_files import install_hook
from small_app import WHEEL, small_app
from trees import plant

if TYPE_CHECKING:
    from collections.abc import Callable


pytestmark = pytest.mark.index

OLD, NEW = "1.0.0", "1.1.0"


@dataclass(frozen=True)
class Project:
    """An app's source, and the cache and tools that its builds share."""

    folder: Path

    @property
    def app(self) -> Path:
        return self.folder / "app"

    @property
    def cache(self) -> Path:
        return self.folder / "cache"

    def build(self, name: str, **variables: str) -> Path:
        """Run the stand-in as a platform does: a new folder each time, the same cache."""
        root = self.folder / name
        shutil.copytree(self.app, root)
        env_dir = plant(self.folder / f"env_{name}", {"SLUGFIT_WORTH": "0", **variables})
        standin = self.folder / f"standin_{name}"
        shutil.copytree(ROOT / "lib/standin", standin)
        (standin / "export").unlink(missing_ok=True)
        done = subprocess.run(
            [standin / "bin/compile", root, self.cache, env_dir],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert "-----> Slimmed" in done.stdout
        return root


def site(root: Path) -> Path:
    return next((root / ".heroku/python/lib").glob("python3.*/site-packages"))


def python(root: Path, *arguments: str) -> str:
    prefix = root / ".heroku/python"
    done = subprocess.run(
        [prefix / "bin/python", "-B", *arguments],
        env={"PATH": f"{prefix}/bin:/usr/bin:/bin", "LD_LIBRARY_PATH": f"{prefix}/lib"},
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def expect(root: Path, version: str, *, tests: bool) -> None:
    """One ``greeting`` of this version, true metadata, and all that an installer needs."""
    installed, missing, changed, stray = json.loads(python(root, "-c", TRUTH, "greeting"))
    assert [found for found in installed if found[0] == "greeting"] == [["greeting", version]]
    assert (missing, changed, stray) == ([], [], [])
    assert (site(root) / "greeting/tests").exists() == tests
    assert list((site(root).parent / "ensurepip/_bundled").glob("pip-*.whl"))
    assert python(root, "-c", "import app, greeting; print(greeting.__file__)").strip()


def newer(app: Path) -> Path:
    """A wheel of the next version beside the old one, with another test."""
    with zipfile.ZipFile(WHEEL) as old:
        files = {
            name: old.read(name).decode()
            for name in old.namelist()
            if not name.endswith("/") and ".dist-info/" not in name
        }
    files["greeting/tests/test_new.py"] = "def test_nothing(): pass\n"
    return wheel(app / "vendor", "greeting", NEW, files)


def upgrade_pip(project: Project) -> None:
    newer(project.app)
    file = project.app / "requirements.txt"
    file.write_text(file.read_text().replace(OLD, NEW))


def upgrade_pipenv(project: Project) -> None:
    digest = hashlib.sha256(newer(project.app).read_bytes()).hexdigest()
    pipfile, lock = project.app / "Pipfile", project.app / "Pipfile.lock"
    document = json.loads(lock.read_text())
    assert document["_meta"]["hash"]["sha256"] == pipfile_hash(document, OLD)
    document["_meta"]["hash"]["sha256"] = pipfile_hash(document, NEW)
    package = document["default"]["greeting"]
    package["file"] = package["file"].replace(OLD, NEW)
    package["hashes"] = [f"sha256:{digest}"]
    lock.write_text(json.dumps(document))
    pipfile.write_text(pipfile.read_text().replace(OLD, NEW))


def pipfile_hash(lock: dict[str, dict[str, object]], version: str) -> str:
    """What Pipenv compares the lock file by: the Pipfile's content as JSON."""
    content = {
        "_meta": {"sources": lock["_meta"]["sources"], "requires": {}},
        "default": {"greeting": {"file": f"./vendor/{WHEEL.name.replace(OLD, version)}"}},
        "develop": {},
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def upgrade_poetry(project: Project) -> None:
    newer(project.app)
    file = project.app / "pyproject.toml"
    file.write_text(file.read_text().replace(OLD, NEW))
    lock(project, "poetry", "lock", "--no-interaction")


def upgrade_uv(project: Project) -> None:
    source = project.app / "vendor/greeting"
    plant(source, {"src/greeting/tests/test_new.py": "def test_nothing(): pass\n"})
    file = source / "pyproject.toml"
    file.write_text(file.read_text().replace(OLD, NEW))
    lock(project, "uv", "lock")


def lock(project: Project, tool: str, *arguments: str) -> None:
    found = [file for file in project.cache.rglob(f"bin/{tool}") if os.access(file, os.X_OK)]
    program = found[0] if found else Path(shutil.which(tool) or tool)
    subprocess.run([program, *arguments], cwd=project.app, check=True, capture_output=True)


UPGRADES: dict[str, Callable[[Project], None]] = {
    "pip": upgrade_pip,
    "pipenv": upgrade_pipenv,
    "poetry": upgrade_poetry,
    "uv": upgrade_uv,
}


@pytest.mark.parametrize("manager", UPGRADES)
def test_three_builds_with_changing_rules_and_requirements(manager: str, tmp_path: Path) -> None:
    project = Project(tmp_path)
    small_app(manager, project.app)
    list(install_hook(project.app))

    expect(project.build("first"), OLD, tests=False)
    second = project.build("second", SLUGFIT_RULES_OFF="tests")
    expect(second, OLD, tests=True)
    expect(project.build("third"), OLD, tests=False)
    UPGRADES[manager](project)
    fourth = project.build("fourth", SLUGFIT_RULES_OFF="tests")
    expect(fourth, NEW, tests=True)
    assert (site(fourth) / "greeting/tests/test_new.py").is_file()
    expect(project.build("fifth"), NEW, tests=False)
    assert (site(second) / "greeting/tests").is_dir(), "an earlier build's folder is its own"
