"""DigitalOcean App Platform, in its order: the buildpack, the build command, then the image.

The platform runs the standard buildpack under a shim in /workspace, with the variables of the build
as files, and keeps the buildpack's cache; then the build command, in the environment that the
buildpack left to others; what is in the folder then becomes the image. It knows no .slugignore.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import yaml

import web
from installed_truth import TRUTH
from pythons import ROOT
from slugfit.deploy.hook_files import VENDORED_FILE, install_hook
from slugfit.deploy.single_file import write_single_file
from trees import plant

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


FIXTURE = ROOT / "fixtures/digitalocean_app"
SPECS: dict[str, dict[str, Any]] = {
    "app": yaml.safe_load((FIXTURE / ".do/app.yaml").read_text()),
    "template": yaml.safe_load((FIXTURE / ".do/deploy.template.yaml").read_text())["spec"],
}
RECIPES = {
    "build command": ("app", False),
    "hook": ("template", True),
    "hook and build command": ("app", True),
}
"""The spec that is deployed, and whether the app has the hook."""
RUNS = {"RUN_TIME", "RUN_AND_BUILD_TIME"}
BUILDS = {"BUILD_TIME", "RUN_AND_BUILD_TIME"}
PATH = "/usr/local/bin:/usr/bin:/bin"


@dataclass(frozen=True)
class Image:
    """What one deploy left: the folder of the image, its files' bytes, and the log."""

    root: Path
    size: int
    log: str

    @property
    def site(self) -> Path:
        return next((self.root / ".heroku/python/lib").glob("python3.*/site-packages"))


@dataclass(frozen=True)
class Platform:
    """One app there: its spec, its repository, and what outlives a deploy."""

    spec: Mapping[str, Any]
    folder: Path

    @property
    def repository(self) -> Path:
        return self.folder / "repository"

    @property
    def service(self) -> Mapping[str, Any]:
        (found,) = self.spec["services"]
        service: Mapping[str, Any] = found
        return service

    def variables(self, scopes: set[str]) -> dict[str, str]:
        return {env["key"]: env["value"] for env in self.service["envs"] if env["scope"] in scopes}

    def deploy(self, name: str, **more: str) -> Image:
        """``more`` are variables of the build, beside the spec's."""
        workspace = self.folder / "build" / "workspace"
        shutil.copytree(self.repository, workspace)
        variables = {**self.variables(BUILDS), **more}
        standin, log = self.buildpack(workspace, name, variables)
        if command := self.service.get("build_command"):
            log += self.build_command(workspace, standin, command, variables)
        # The image lies elsewhere, and what it was built from is gone.
        image = self.folder / name / "workspace"
        shutil.copytree(workspace, image, symlinks=True)
        shutil.rmtree(workspace)
        size = sum(file.lstat().st_size for file in image.rglob("*") if not file.is_dir())
        return Image(image, size, log)

    def buildpack(
        self, workspace: Path, name: str, variables: Mapping[str, str]
    ) -> tuple[Path, str]:
        """The shim runs a copy of the buildpack, and keeps its cache in a layer."""
        env_dir = plant(self.folder / name / "platform/env", dict(variables))
        standin = self.folder / name / "buildpack"
        shutil.copytree(ROOT / "lib/standin", standin)
        (standin / "export").unlink(missing_ok=True)
        return standin, run(standin / "bin/compile", workspace, self.folder / "cache", env_dir)

    def build_command(
        self, workspace: Path, standin: Path, command: str, variables: Mapping[str, str]
    ) -> str:
        script = f'source "{standin}/export"\n{command}\n'
        given = {"PATH": PATH, "HOME": str(self.folder), **variables}
        return run("bash", "-c", script, cwd=workspace, environment=given)

    def ask(self, image: Image) -> tuple[int, str]:
        """Start the run command as the image does: the profile's scripts first."""
        script = f"for file in .profile.d/*.sh; do . $file; done; {self.service['run_command']}"
        given = {"PATH": PATH, "HOME": str(image.root), **self.variables(RUNS)}
        return web.answer(script, image.root, given)


def run(
    *command: str | Path, cwd: Path | None = None, environment: Mapping[str, str] | None = None
) -> str:
    done = subprocess.run(
        command,
        cwd=cwd,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def platform(recipe: str, folder: Path) -> Platform:
    spec, has_hook = RECIPES[recipe]
    made = Platform(SPECS[spec], folder)
    shutil.copytree(FIXTURE, made.repository)
    if has_hook:
        list(install_hook(made.repository))
    else:
        (made.repository / "bin").mkdir()
        write_single_file(made.repository / VENDORED_FILE)
    return made


def expect(image: Image, *, sources: bool) -> None:
    """lxml with or without its headers, and metadata that is true of it."""
    assert (image.site / "lxml/includes/libxml/tree.h").exists() == sources
    python = image.root / ".heroku/python/bin/python"
    given = {"PATH": PATH, "LD_LIBRARY_PATH": f"{image.root}/.heroku/python/lib"}
    _, missing, changed, stray = json.loads(
        run(python, "-B", "-c", TRUTH, "lxml", environment=given)
    )
    assert (missing, changed, stray) == ([], [], [])


def told(log: str) -> float:
    """The last verdict's part of the advised size."""
    said = re.findall(
        r"1073\.7 MB uncompressed \(digitalocean, 1 GiB advised\): fits, ([0-9.]+)% of it used",
        " ".join(log.split()),
    )
    return float(said[-1]) / 100


@pytest.mark.index
@pytest.mark.parametrize("recipe", RECIPES)
def test_three_deploys_one_of_them_with_a_looser_rule(recipe: str, tmp_path: Path) -> None:
    app = platform(recipe, tmp_path)
    first = app.deploy("first")
    assert told(first.log) == pytest.approx(first.size / 2**30, abs=0.001)
    assert "Verified: " in first.log
    assert "Put back" not in first.log
    expect(first, sources=False)
    # The platform left them in; they are the app's own files, and its list names them.
    assert not (first.root / "design").exists()
    assert not list(first.root.rglob("*.ipynb"))
    assert (first.root / "feeds/news.xml").is_file()
    status, body = app.ask(first)
    assert status == 200, body
    assert json.loads(body) == {"title": "Weather", "stories": 3, "build_settings": []}

    second = app.deploy("second", SLUGFIT_RULES_OFF="sources")
    assert "Restoring cache" in second.log
    assert "Installing collected packages" not in second.log
    expect(second, sources=True)
    assert app.ask(second)[0] == 200

    third = app.deploy("third")
    expect(third, sources=False)
    assert (third.size, app.ask(third)) == (first.size, (status, body))


@pytest.mark.index
def test_the_second_of_two_finds_nothing_left_to_take(tmp_path: Path) -> None:
    app = platform("hook and build command", tmp_path)
    log = app.deploy("only").log
    first, second = (
        part.partition("What went (MB)")[2].partition("\n\n")[0]
        for part in log.split("Slimmed\n", 2)[1:]
    )
    assert "sources" in first
    assert "sources" not in second
    assert "bytecode" not in second


def test_its_settings_are_there_in_the_build() -> None:
    for spec in SPECS.values():
        for service in spec["services"]:
            scopes = {env["key"]: env["scope"] for env in service["envs"]}
            ours = {scope for key, scope in scopes.items() if key.startswith("SLUGFIT_")}
            assert ours <= BUILDS
            assert set(scopes.values()) <= RUNS | BUILDS


def test_both_specs_are_of_one_app() -> None:
    services = [spec["services"][0] for spec in SPECS.values()]
    build_command = services[0].pop("build_command")
    assert VENDORED_FILE in build_command
    for service, source in zip(services, ("github", "git"), strict=True):
        assert service.pop(source)["branch"] == "main"
    assert services[0] == services[1]
