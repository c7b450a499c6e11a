"""The hook as the standard buildpack runs it: from the build directory, with its variables."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from pythons import PREFIX, SITE, real_slug
from slugfit.deploy import hook_files
from slugfit.deploy.hook_files import install_hook
from trees import Content, plant, snapshot

SITE_FILES: dict[str, Content] = {
    "pkg/__init__.py": "",
    "pkg/tests/test_a.py": "",
    "pkg-1.dist-info/METADATA": "Metadata-Version: 2.1\nName: pkg\nVersion: 1\n",
    "pkg-1.dist-info/RECORD": "pkg/__init__.py,,\npkg/tests/test_a.py,,\n",
}


@dataclass(frozen=True)
class Deploy:
    """One build directory behind its installation, and the build cache."""

    root: Path
    cache: Path
    env_dir: Path

    def set(self, **variables: str) -> None:
        plant(self.env_dir, dict(variables))

    def run(self, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run bin/post_compile as the standard buildpack does."""
        given = {
            "PATH": f"{self.root / PREFIX}/bin:{os.environ['PATH']}",
            "HOME": str(self.root),
            "BUILD_DIR": str(self.root),
            "CACHE_DIR": str(self.cache),
            "ENV_DIR": str(self.env_dir),
            **environment,
        }
        return subprocess.run(
            ["bin/post_compile"],
            cwd=self.root,
            env={name: value for name, value in given.items() if value},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    @property
    def tests(self) -> Path:
        return self.root / SITE / "pkg/tests"


@pytest.fixture
def deploy(tmp_path: Path) -> Deploy:
    root = real_slug(tmp_path / "build_1", SITE_FILES, {"app.py": "import pkg\n"})
    list(install_hook(root))
    # A small package: what goes of it is worth it all the same.
    plant(tmp_path / "env", {"SLUGFIT_WORTH": "0"})
    return Deploy(root, tmp_path / "cache", tmp_path / "env")


def test_the_hook_slims_keeps_what_went_and_reports(deploy: Deploy) -> None:
    done = deploy.run()
    assert done.returncode == 0, done.stdout
    assert "-----> Slimmed" in done.stdout
    assert not deploy.tests.exists()
    assert (deploy.cache / "slugfit/kept/files" / SITE / "pkg/tests/test_a.py").is_file()
    assert (deploy.cache / "slugfit/report.json").is_file()
    assert "PYTHONUNBUFFERED" in (deploy.root / ".profile.d/slugfit.sh").read_text()


def test_the_next_build_can_have_it_back(deploy: Deploy) -> None:
    assert deploy.run().returncode == 0
    deploy.set(SLUGFIT_RULES_OFF="tests")
    assert deploy.run().returncode == 0
    assert deploy.tests.is_dir()


def test_a_build_that_only_measures_gives_everything_back(deploy: Deploy) -> None:
    plant(
        deploy.root / SITE,
        {
            "nobodys/__init__.py": "",
            "nobodys/tests/test_a.py": "import unittest\n",
            "old/__init__.py": "",
            "old/tests/test_old.py": "import unittest\n",
            "old-1-py3.12.egg-info/PKG-INFO": "Metadata-Version: 2.1\nName: old\nVersion: 1\n",
        },
    )
    before = snapshot(deploy.root / PREFIX)
    assert deploy.run().returncode == 0
    assert len(snapshot(deploy.root / PREFIX)) < len(before)
    deploy.set(SLUGFIT_LEVEL="measure")
    for _ in range(2):
        done = deploy.run()
        assert done.returncode == 0, done.stdout
        assert snapshot(deploy.root / PREFIX) == before
    assert not (deploy.cache / "slugfit/kept").exists()


def test_what_the_next_installer_needs_stays(deploy: Deploy) -> None:
    headers = {f"{PREFIX}/include/python3/Python.h": ""}
    plant(deploy.root, headers)
    done = deploy.run()
    assert done.returncode == 0
    assert (deploy.root / PREFIX / "include/python3/Python.h").is_file()


def test_without_a_cache_it_says_what_that_means(deploy: Deploy) -> None:
    done = deploy.run(CACHE_DIR="")
    assert done.returncode == 0
    assert not deploy.tests.exists()
    assert "There is no CACHE_DIR" in done.stdout


def test_without_variables_it_takes_the_folder_and_the_environment(deploy: Deploy) -> None:
    done = deploy.run(BUILD_DIR="", ENV_DIR="", SLUGFIT_RULES_OFF="tests")
    assert done.returncode == 0, done.stdout
    assert deploy.tests.is_dir()


@pytest.mark.parametrize(("limit", "stays"), [("heroku", True), ("dokku", False)])
def test_the_list_of_the_apps_source_counts_where_the_platform_does_not_know_it(
    deploy: Deploy, limit: str, *, stays: bool
) -> None:
    plant(deploy.root, {".slugignore": "notes/\n", "notes/ideas.txt": "", "kept.txt": ""})
    deploy.set(SLUGFIT_LIMIT=limit)
    assert deploy.run().returncode == 0
    assert (deploy.root / "notes").exists() == stays
    assert (deploy.root / "kept.txt").exists()


def test_beside_the_buildpack_it_leaves_the_work_to_that(deploy: Deploy) -> None:
    before = snapshot(deploy.root)
    done = deploy.run(WRAPPED_BY_SLUGFIT="1")
    assert done.returncode == 0
    assert "there is nothing to do here" in done.stdout
    assert snapshot(deploy.root) == before
    assert not deploy.cache.exists()


@pytest.mark.parametrize(
    ("variables", "code", "told"),
    [
        ({"SLUGFIT_LEVEL": "extreme"}, 2, "its configuration has errors"),
        ({"SLUGFIT_LIMIT": "10", "SLUGFIT_OVER_LIMIT": "fail"}, 3, "over the limit"),
        ({"SLUGFIT_SMOKE": "false", "SLUGFIT_STRICT": "1"}, 0, "-----> Slimmed"),
    ],
)
def test_only_what_was_asked_for_stops_a_build(
    deploy: Deploy, variables: dict[str, str], code: int, told: str
) -> None:
    deploy.set(**variables)
    done = deploy.run()
    assert (done.returncode, told in done.stdout) == (code, True), done.stdout


BREAKS = {
    "killed": ("import os; os.kill(os.getpid(), 9)", "was killed (signal 9"),
    "crashes": ("1 / 0", "failed (exit code 1)"),
}


@pytest.mark.parametrize("case", BREAKS)
@pytest.mark.parametrize("strict", ["0", "1"])
def test_an_engine_that_dies_in_the_middle_is_undone(
    deploy: Deploy, tmp_path: Path, case: str, strict: str
) -> None:
    code, told = BREAKS[case]
    deploy.set(SLUGFIT_STRICT=strict)
    # A copy of the engine that dies where everything is moved and nothing is proved.
    engine = tmp_path / "engine"
    subprocess.run(["cp", "-r", Path(hook_files.__file__).parents[1], engine], check=True)
    broken = engine / "prove.py"
    text = broken.read_text().replace(
        "        sizes = pool.submit(", f"        {code}\n        _ = ("
    )
    assert text != broken.read_text()
    broken.write_text(text)
    hook = deploy.root / "bin/post_compile"
    hook.write_text(hook.read_text().replace('"${BUILD_DIR:-.}/bin/slugfit.pyz"', f'"{engine}"'))
    (engine / "__main__.py").write_text(
        (engine / "__main__.py").read_text().replace("from slugfit.cli", "from engine.cli")
    )
    for file in engine.rglob("*.py"):
        file.write_text(
            re.sub(r"(from|import) slugfit\b", r"\1 engine", file.read_text()).replace(
                'files("slugfit', 'files("engine'
            )
        )
    before = snapshot(deploy.root)
    done = deploy.run()
    assert done.returncode == int(strict), done.stdout
    assert told in done.stdout
    assert {**snapshot(deploy.root)} == before
    ending = "SLUGFIT_STRICT is on" if strict == "1" else "ships unslimmed"
    assert ending in done.stdout


@pytest.mark.parametrize(("content", "code"), [(b"weights", 0), (b"others", 10)])
def test_models_are_fetched_before(
    deploy: Deploy, tmp_path: Path, content: bytes, code: int
) -> None:
    (tmp_path / "model.bin").write_bytes(content)
    digest = hashlib.sha256(b"weights").hexdigest()
    text = f'url = "file://{tmp_path}/model.bin"\nsha256 = "{digest}"\npath = "model.bin"\n'
    plant(deploy.root, {"pyproject.toml": f"[[tool.slugfit.models]]\n{text}"})
    done = deploy.run()
    assert done.returncode == code, done.stdout
    assert (deploy.root / "model.bin").exists() == (code == 0)
    assert ("could not be fetched" in done.stdout) == (code == 10)
    assert deploy.tests.exists() == (code == 10)
