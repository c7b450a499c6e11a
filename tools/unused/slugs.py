"""Slugs of the sample apps: laid out, used by their programs, slimmed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpus import children, environments
from unused import parts
from unused.samples import SUPPORT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from corpus.children import Ended
    from corpus.environments import Environment
    from unused.samples import Sample

PYTHON_FOLDER = environments.PREFIX.partition("/")[0]
MINUTES = 5
"""For one run of a program."""


@dataclass(frozen=True, slots=True)
class Slimmed:
    """What the engine said of one slug, and how long it took."""

    seconds: float
    told: Mapping[str, Any] = field(default_factory=dict)

    def bytes(self, when: str, how: str) -> int:
        """``before`` or ``after``, ``compressed`` or ``uncompressed``."""
        return int(self.told.get(when, {}).get(how, 0))

    @property
    def undone(self) -> bool:
        """Whether everything was put back: such a slug proves nothing."""
        return bool(self.told.get("undone"))

    @property
    def put_back(self) -> int:
        """How many findings the verification had put back."""
        return len(self.told.get("verification", {}).get("put_back", ()))


def make(environment: Environment, sample: Sample, *, whole: bool = False) -> Environment:
    """A new slug of the app, its Python a copy of the environment.

    It has what the app's requirements ask for, or the whole environment.
    """
    if whole:
        copied = environments.copy(environment, sample.name)
    else:
        names = parts.required(environment.site, sample.requirements)
        copied = parts.copy_part(environment, sample.name, names)
    point_scripts_at(copied)
    for wheel in sorted((sample.folder / "site").glob("*/")):
        _install(wheel, copied.site)
    lay_app(copied, sample)
    return copied


def _install(wheel: Path, site: Path) -> None:
    """Install the files of a wheel of the app's own, as pip would: with a RECORD."""
    paths = sorted(
        str(path.relative_to(wheel))
        for path in wheel.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    )
    for path in paths:
        (site / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(wheel / path, site / path)
    folder = next(path.partition("/")[0] for path in paths if ".dist-info/" in path)
    rows = "".join(f"{path},,\n" for path in (*paths, f"{folder}/INSTALLER", f"{folder}/RECORD"))
    (site / folder / "INSTALLER").write_text("pip\n", "utf-8")
    (site / folder / "RECORD").write_text(rows, "utf-8")


def lay_app(slug: Environment, sample: Sample) -> None:
    """Have the app's files in the slug as they are deployed, and nothing else beside Python."""
    for name in os.listdir(slug.slug):
        if name != PYTHON_FOLDER:
            path = slug.slug / name
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(sample.folder / "app", slug.slug, dirs_exist_ok=True, ignore=ignore)


def point_scripts_at(copied: Environment) -> None:
    """Let the scripts run the copy's Python; those of the original would hide every loss.

    A copy shares its files with the original, so each gets a new file.
    """
    was = os.fsencode(copied.original / "bin") + b"/"
    now = os.fsencode(copied.root / "bin") + b"/"
    for script in (copied.root / "bin").iterdir():
        if script.is_symlink() or not script.is_file():
            continue
        content = script.read_bytes()
        if was in content:
            new = script.with_name(f"{script.name}.new")
            new.write_bytes(content.replace(was, now))
            shutil.copystat(script, new)
            os.replace(new, script)


def use(slug: Environment, sample: Sample) -> Ended:
    """Run the app's program, as a dyno would run the app."""
    variables = {
        **sample.variables,
        "PATH": f"{slug.root / 'bin'}:/usr/local/bin:/usr/bin:/bin",
        "PYTHONPATH": f"{slug.slug}:{SUPPORT}",
        "PYTHONDONTWRITEBYTECODE": "1",
        "SLUG": str(slug.slug),
        "DYNO": "web.1",
    }
    program = [str(slug.python), "-B", str(sample.program)]
    return children.run(program, MINUTES * 60, variables=variables, folder=slug.slug)


def slim(
    engine: Path, slug: Path, variables: Mapping[str, str], settings: Sequence[str]
) -> Slimmed:
    """``slugfit slim`` with the app's config vars and ``settings``; raise CalledProcessError."""
    with tempfile.TemporaryDirectory(prefix="unused-") as folder:
        for name, value in variables.items():
            Path(folder, name).write_text(value, "utf-8")
        command = [sys.executable, "-I", "-S", "-B", str(engine), "slim", str(slug), "--json"]
        command += ["--env-dir", folder]
        for setting in settings:
            command += ["--config", setting]
        plain = {name: text for name, text in os.environ.items() if not name.startswith("SLUGFIT_")}
        began = time.monotonic()
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=plain)
        return Slimmed(time.monotonic() - began, json.loads(done.stdout))
