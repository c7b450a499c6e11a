"""The lifecycle of Cloud Native Buildpacks, emulated by its specification (buildpack API 0.12).

https://github.com/buildpacks/spec/blob/main/buildpack.md
"""

from __future__ import annotations

import contextlib
import functools
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from pythons import ROOT
from trees import Content, plant

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FIXED = 315_532_801
"""The time of every file in a layer that the lifecycle restores: 1 January 1980, and a second."""
NOBODY = 65534
SITE: dict[str, Content] = {
    "pkg/__init__.py": "",
    "pkg/core.py": "from pkg import helper\n",
    "pkg/helper.py": "VALUE = 42\n",
    "pkg/tests/test_a.py": "",
    "pkg/tests/used.py": "",
    "pkg-1.dist-info/METADATA": "Metadata-Version: 2.1\nName: pkg\nVersion: 1\n",
    "pkg-1.dist-info/RECORD": "".join(
        f"pkg/{name},,\n"
        for name in ("__init__.py", "core.py", "helper.py", "tests/test_a.py", "tests/used.py")
    ),
    "gunicorn/__init__.py": "",
    "gunicorn-23.dist-info/METADATA": "Metadata-Version: 2.1\nName: gunicorn\nVersion: 23\n",
    "gunicorn-23.dist-info/RECORD": "gunicorn/__init__.py,,\n",
}
APP: dict[str, Content] = {
    "requirements.txt": "pkg\n",
    "app.py": "from pkg import core\nfrom pkg.tests import used\n",
}


@functools.cache
def builder() -> tuple[str, int | None]:
    """A Python that another user can run, and that user; this one, where there is none."""
    if os.geteuid() == 0:
        check = ("-c", "import sys; sys.exit(sys.version_info < (3, 10))")
        for python in (os.path.realpath(sys.executable), "/usr/bin/python3"):
            with contextlib.suppress(OSError):
                if not subprocess.run([python, *check], user=NOBODY, check=False).returncode:
                    return python, NOBODY
    return sys.executable, None


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Lifecycle:
    """The build container of one app: everything that outlives a build lies in ``folder``."""

    folder: Path
    cached: bool

    @property
    def app(self) -> Path:
        return self.folder / "workspace"

    @property
    def layers(self) -> Path:
        return self.folder / "layers"

    @property
    def own(self) -> Path:
        return self.layers / "slugfit_slugfit"

    @property
    def environment(self) -> Path:
        return self.layers / "heroku_python/venv"

    @property
    def site(self) -> Path:
        (found,) = self.environment.glob("lib/python3.*/site-packages")
        return found

    def start(self, **variables: str) -> None:
        """What is there before detection: the buildpack, the platform's folder, the app."""
        pack = self.folder / "cnb/buildpacks/slugfit"
        if not pack.exists():
            pack.mkdir(parents=True)
            for name in ("bin", "lib"):
                shutil.copytree(
                    ROOT / name, pack / name, ignore=shutil.ignore_patterns("__pycache__")
                )
            shutil.copy(ROOT / "buildpack.toml", pack)
        shutil.rmtree(self.folder / "platform", ignore_errors=True)
        # The package is small: what goes of it is worth it all the same.
        plant(self.folder / "platform/env", {"SLUGFIT_WORTH": "0", **variables})
        for place in (pack, self.folder / "platform"):
            self.own_by(place, 0o555)

    def own_by(self, place: Path, mode: int | None = None) -> None:
        """Give a folder to the user who builds; with a mode for its folders, to read only."""
        for above, _, files in os.walk(place):
            if builder()[1] is not None and mode is None:
                for name in (above, *(os.path.join(above, file) for file in files)):
                    os.chown(name, NOBODY, NOBODY, follow_symlinks=False)
            if mode is not None:
                os.chmod(above, mode)

    def python_buildpack(self) -> None:
        """As heroku/python: its layer is made anew (pip), or comes from the cache (Poetry, uv)."""
        if not (self.cached and self.environment.exists()):
            shutil.rmtree(self.environment, ignore_errors=True)
            python, _ = builder()
            made = (python, "-m", "venv", "--without-pip", self.environment)
            subprocess.run(made, check=True)
            plant(self.site, SITE)
            compiled = (self.environment / "bin/python", "-m", "compileall", "-q", self.site)
            epoch = {"SOURCE_DATE_EPOCH": str(FIXED)}
            subprocess.run(compiled, env={**os.environ, **epoch}, check=True)
        kept = "true" if self.cached else "false"
        text = f"[types]\nlaunch = true\nbuild = true\ncache = {kept}\n"
        self.environment.with_suffix(".toml").write_text(text)

    def run(self, script: str, exec_env: str = "production", **variables: str) -> Ran:
        """Run a script of the buildpack's for an image that is to be used as ``exec_env`` says."""
        pack = self.folder / "cnb/buildpacks/slugfit"
        # Since 0.12 it is among the variables that the specification lists for both scripts.
        api = re.search(
            r'^api = "(\d+)\.(\d+)"$', (pack / "buildpack.toml").read_text(), re.MULTILINE
        )
        told = api is not None and (int(api[1]), int(api[2])) >= (0, 12)
        home = self.folder / "home"
        for place in (home, self.own, self.app, self.layers):
            place.mkdir(parents=True, exist_ok=True)
            self.own_by(place)
        given = {
            "PATH": f"{self.environment}/bin:/usr/local/bin:/usr/bin:/bin:{os.environ['PATH']}",
            "HOME": str(home),
            "TMPDIR": str(home),
            "CNB_BUILDPACK_DIR": str(pack),
            "CNB_PLATFORM_DIR": str(self.folder / "platform"),
            "CNB_TARGET_OS": "linux",
            "CNB_EXEC_ENV": exec_env if told else "",
            **{
                "detect": {"CNB_BUILD_PLAN_PATH": str(home / "plan.toml")},
                "build": {
                    "CNB_LAYERS_DIR": str(self.own),
                    "CNB_BP_PLAN_PATH": str(home / "plan.toml"),
                    "VIRTUAL_ENV": str(self.environment),
                    "SOURCE_DATE_EPOCH": str(FIXED),
                },
            }[script],
            **variables,
        }
        (home / "plan.toml").touch()
        done = subprocess.run(
            [pack / "bin" / script],
            cwd=self.app,
            env={name: value for name, value in given.items() if value},
            user=builder()[1],
            group=builder()[1],
            capture_output=True,
            text=True,
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    def types(self, layer: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = tables((self.own / f"{layer}.toml").read_text())["types"]
        return found

    def restore(self) -> None:
        """What the next build finds: cached layers, their metadata without types, fixed times."""
        for place in (self.own, self.layers / "heroku_python"):
            for file in [*place.glob("*.toml")]:
                layer = file.with_suffix("")
                kept = tables(file.read_text()).get("types", {}).get("cache", False)
                if layer.is_dir() and not kept:
                    shutil.rmtree(layer)
                if kept:
                    file.write_text("[metadata]\n")
                else:
                    file.unlink()
            for above, _, files in os.walk(place):
                for name in files:
                    os.utime(os.path.join(above, name), (FIXED, FIXED), follow_symlinks=False)
        shutil.rmtree(self.app)


def tables(text: str) -> dict[str, Any]:
    """TOML, strictly; by the standard library's reader where there is one."""
    tomllib = pytest.importorskip("tomllib")
    found: dict[str, Any] = tomllib.loads(text)
    return found
