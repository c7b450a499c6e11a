"""The fixtures, end to end: real packages built, slimmed, packed, booted, and still whole."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from slugfit.scan.module_names import importable_modules
from slugfit.scan.tree import scan_tree
from slugfit.verify.child import run_child
from slugfit.verify.run import run_steps
from slugfit.verify.step import Step, StepContext
from small_app import MANAGERS, small_app
from trees import layout_of

if TYPE_CHECKING:
    from collections.abc import Mapping


ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "fixtures"
REAL = {"flask_onnx": 0.78, "django_web": 0.8, "science": 0.72}
"""Fixtures with real packages, and the most that may be left of their slugs."""

pytestmark = pytest.mark.index


@dataclass(frozen=True)
class Built:
    """A built fixture: report.json, the slug unpacked, and the build cache (not slimmed)."""

    report: Mapping[str, Any]
    log: str
    output: Path
    app: Path
    cache: Path

    def python(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the slug's own Python as its .profile.d sets it up."""
        script = 'cd "$HOME"; for f in .profile.d/*.sh; do . "$f"; done; exec python "$@"'
        return subprocess.run(
            ["bash", "-c", script, "bash", *arguments],
            env={"HOME": str(self.app), "PATH": "/usr/local/bin:/usr/bin:/bin", "DYNO": "run.1"},
            capture_output=True,
            text=True,
            check=False,
        )


def slugfit(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ROOT / "bin/slugfit", *arguments], capture_output=True, text=True, check=False
    )


def build(app: Path, folder: Path, *options: str) -> Built:
    output, cache = folder / "output", folder / "cache"
    done = slugfit("build", app, "--output", output, "--cache", cache, "--json", *options)
    assert done.returncode == 0, done.stdout + done.stderr
    with tarfile.open(output / "slug.tgz") as slug:
        if sys.version_info >= (3, 12):
            slug.extractall(folder, filter="fully_trusted")  # noqa: S202 - our own slug
        else:
            slug.extractall(folder)  # noqa: S202 - our own slug
    return Built(json.loads(done.stdout), done.stderr, output, folder / "app", cache)


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(name, id=name, marks=pytest.mark.xdist_group(name)) for name in sorted(REAL)
    ],
)
def real(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Built:
    name = str(request.param)
    return build(FIXTURES / name, tmp_path_factory.mktemp(name), "--boot")


def test_a_real_app_is_built_and_boots_from_its_slug(real: Built) -> None:
    assert real.report["boot"]["status"] == 200
    assert real.report["undone"] is None
    assert real.report["verification"]["known_failures"] == []
    assert real.report["verification"]["imported"] > 5


def test_the_measured_size_is_that_of_the_written_slug(real: Built) -> None:
    written = (real.output / "slug.tgz").stat().st_size
    assert real.report["slug"]["bytes"] == written
    assert real.report["after"]["compressed"] == pytest.approx(written, rel=0.01)


def test_the_slug_is_as_large_as_the_platforms_own_tar_and_gzip_make_it(real: Built) -> None:
    packed = subprocess.run(
        ["bash", "-c", "tar c ./app | gzip -6 | wc -c"],
        cwd=real.app.parent,
        capture_output=True,
        check=True,
    )
    written = (real.output / "slug.tgz").stat().st_size
    assert written == pytest.approx(int(packed.stdout), rel=0.01)


def test_the_slug_is_much_smaller(real: Built, request: pytest.FixtureRequest) -> None:
    most = REAL[request.node.callspec.params["real"]]
    assert real.report["after"]["compressed"] <= most * real.report["before"]["compressed"]


def test_every_module_that_could_be_imported_before_can_be_imported_after(real: Built) -> None:
    before, after = real.cache / ".heroku/python", real.app / ".heroku/python"
    modules = importable(after)
    suspects = sorted(failing(after, modules) - failing(before, modules))
    # One that only fails after certain others is tried alone, in both trees.
    broken = {
        failure.step.name: failure.error
        for failure in run_steps(child(after), [Step("import", name) for name in suspects])
        if not run_steps(child(before), [failure.step])
    }
    assert broken == {}
    assert len(modules) > 500


def importable(prefix: Path) -> list[str]:
    """Every module of site-packages by name."""
    places = layout_of(prefix)
    paths = [entry.path for entry in scan_tree(prefix).files()]
    return sorted(
        module.name
        for module in importable_modules(paths, places)
        if places.scope(module.path)[0] == "site" and not module.name.endswith("__main__")
    )


def child(prefix: Path) -> StepContext:
    return StepContext(prefix, layout_of(prefix), None)


def failing(prefix: Path, modules: list[str]) -> set[str]:
    """Those of ``modules`` that cannot be imported, one after the other in few processes."""
    failed: set[str] = set()
    waiting = list(modules)
    while waiting:
        answers = run_child(child(prefix), [Step("import", name) for name in waiting], 1800)
        assert answers.began, f"the probe did not start: {answers.ending}"
        answered = {name: answer["error"] for (_, name), answer in answers.by_step.items()}
        failed |= {name for name, error in answered.items() if error}
        waiting = [name for name in waiting if name not in answered]
        if waiting:
            failed.add(waiting.pop(0))
    return failed


def test_pip_finds_nothing_missing_or_broken(real: Built) -> None:
    done = real.python("-m", "pip", "check")
    assert (done.returncode, done.stdout) == (0, "No broken requirements found.\n"), done.stderr


def test_metadata_names_only_files_that_are_there(real: Built) -> None:
    program = (
        "import importlib.metadata as m, json;"
        "print(json.dumps(sorted(str(f.locate()) for d in m.distributions()"
        " for f in d.files or () if not f.locate().exists())))"
    )
    assert json.loads(real.python("-B", "-c", program).stdout) == []


def test_the_cache_stays_whole(real: Built) -> None:
    kept = list((real.cache / ".heroku/python").rglob("*.pyc"))
    assert len(kept) > 500
    assert all(file.stat().st_nlink == 1 for file in kept[:50])


def test_a_second_build_reuses_the_cache_and_writes_the_same_slug(
    real: Built, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    name = request.node.callspec.params["real"]
    (tmp_path / "cache").symlink_to(real.cache)
    # Booted as the first: what a boot loads belongs to the slug then.
    again = build(FIXTURES / name, tmp_path, "--boot")
    assert "Restoring cache" in again.log
    assert "Installing collected packages" not in again.log
    assert again.report["slug"]["sha256"] == real.report["slug"]["sha256"]


@pytest.mark.xdist_group("django_web")
@pytest.mark.parametrize("real", ["django_web"], indirect=True)
@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        pytest.param(("manage.py", "check"), "no issues", id="manage.py check"),
        pytest.param(("manage.py", "test", "shop"), "OK", id="its own tests"),
    ],
)
def test_the_django_app_still_works(real: Built, arguments: tuple[str, ...], expected: str) -> None:
    done = real.python(*arguments)
    assert done.returncode == 0, done.stderr
    assert expected in done.stdout + done.stderr


@pytest.mark.parametrize(
    "manager",
    [pytest.param(name, id=name, marks=pytest.mark.xdist_group(name)) for name in MANAGERS],
)
def test_a_small_app_of_each_package_manager_builds_and_boots(manager: str, tmp_path: Path) -> None:
    built = build(small_app(manager, tmp_path / "source"), tmp_path, "--boot")
    assert built.report["boot"]["status"] == 200
    assert built.report["verdict"] == "fits"


def test_an_app_without_packages_builds_and_boots(tmp_path: Path) -> None:
    built = build(FIXTURES / "pip_empty", tmp_path, "--boot")
    assert built.report["boot"]["status"] == 200
    assert built.report["verdict"] == "fits"


def test_an_app_that_is_not_python_is_refused_with_what_to_do(tmp_path: Path) -> None:
    done = slugfit("build", FIXTURES / "no_python", "--output", tmp_path / "output")
    assert done.returncode == 6
    assert "is not a Python app" in done.stderr
    assert "requirements.txt" in done.stderr


def test_an_app_without_requirements_is_told_what_to_add(tmp_path: Path) -> None:
    done = slugfit("build", FIXTURES / "no_requirements", "--output", tmp_path / "output")
    assert done.returncode == 8
    assert "requirements.txt" in done.stdout + done.stderr


def test_a_slug_over_the_limit_says_so_and_fails_only_when_asked(tmp_path: Path) -> None:
    app = FIXTURES / "pip_empty"
    options = ("--cache", tmp_path / "cache", "--limit", "1M")
    warned = slugfit("build", app, "--output", tmp_path / "a", *options)
    assert warned.returncode == 0
    assert "TOO LARGE" in warned.stdout
    failed = slugfit(
        *("build", app, "--output", tmp_path / "b", *options),
        *("--config", "SLUGFIT_OVER_LIMIT=fail"),
    )
    assert failed.returncode == 3
    assert "SLUGFIT_OVER_LIMIT" in failed.stdout + failed.stderr


def test_loosened_rules_bring_files_back_in_the_next_build(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    app = FIXTURES / "pip_empty"
    slimmed = slugfit("build", app, "--output", tmp_path / "a", "--cache", cache, "--json")
    kept = slugfit(
        *("build", app, "--output", tmp_path / "b", "--cache", cache, "--json"),
        *("--config", "SLUGFIT_BYTECODE=keep"),
    )
    sizes = [json.loads(done.stdout)["after"]["uncompressed"] for done in (slimmed, kept)]
    assert sizes[1] > sizes[0] + 1_000_000
    assert os.path.exists(cache / ".heroku/python")
