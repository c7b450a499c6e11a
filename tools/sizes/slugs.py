"""The apps: what lies in their slugs, the slugs as a build makes them, and copies of those."""

from __future__ import annotations

import ast
import hashlib
import os
import platform
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from corpus import environments
from corpus.environments import Environment
from corpus.sets import ROOT

HERE = Path(__file__).resolve().parent
APPS = HERE / "apps"
SMOKE = APPS / "smoke"
WORK = ROOT / ".work" / "sizes"
"""Slugs, copies and results; never part of the project."""
COPIES = "copies"
COMPILE = ROOT / "lib/standin/bin/compile"


@dataclass(frozen=True, slots=True)
class App:
    """One app: ``app/`` is what is deployed, or the fixture of its name; ``program.py`` uses it."""

    folder: Path

    @property
    def name(self) -> str:
        """How it is called."""
        return self.folder.name

    @property
    def source(self) -> Path:
        """What is deployed."""
        own = self.folder / "app"
        return own if own.is_dir() else ROOT / "fixtures" / self.name

    @property
    def program(self) -> Path:
        """What uses it from outside; it prints the same lines each time, and ``ok`` last."""
        return self.folder / "program.py"

    @property
    def title(self) -> str:
        """What it is: the first line of its program's docstring."""
        told = ast.get_docstring(ast.parse(self.program.read_text("utf-8"))) or ""
        return told.partition("\n")[0].rstrip(".")

    @property
    def digest(self) -> str:
        """Of all that decides what its slug holds, but for the package index."""
        made = hashlib.sha256(platform.python_version().encode())
        for path, _ in environments.files(self.source):
            if "__pycache__" not in path:
                made.update(os.fsencode(path) + b"\0" + (self.source / path).read_bytes() + b"\0")
        return made.hexdigest()[:12]


def every(folder: Path = APPS) -> tuple[App, ...]:
    """All apps, by name."""
    return tuple(App(file.parent) for file in sorted(folder.glob("*/program.py")))


def chosen(names: list[str], folder: Path = APPS) -> tuple[App, ...]:
    """Those of these names, or all; raise KeyError for a name that is none."""
    known = {app.name: app for app in every(folder)}
    return tuple(known[name] for name in names) or every(folder)


def build(app: App, work: Path = WORK) -> Path:
    """The app's slug before slimming, built once; raise CalledProcessError if it cannot be."""
    slug = build_place(app, work)
    if not slug.is_dir():
        work.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=work, prefix="building-") as folder:
            made = Path(folder, "built")
            shutil.copytree(app.source, made, ignore=shutil.ignore_patterns("__pycache__"))
            command = [COMPILE, made, Path(folder, "cache"), Path(folder, "env")]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            os.replace(made, slug)
    return slug


def build_place(app: App, work: Path) -> Path:
    """Where its slug lies when it is built."""
    return work / f"{app.name}-{app.digest}"


def copy_place(slug: Path, name: str) -> Path:
    """Where a copy of this name lies."""
    folder = slug.parent if slug.parent.name == COPIES else slug.parent / COPIES
    return folder / f"{slug.name}-{name}"


def copy(slug: Path, name: str) -> Path:
    """A copy of a slug, or of a copy; it shares inodes, as a build shares them with its cache."""
    target = copy_place(slug, name)
    shutil.rmtree(target, ignore_errors=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cp", "--archive", "--link", slug, target], check=True)
    return target


def environment(slug: Path) -> Environment:
    """Its Python, as the treatments of the corpus take one."""
    root = slug / environments.PREFIX
    return Environment(root, root)


def kept(app: App, work: Path) -> Path:
    """Where the results of this slug and this program are kept."""
    program = hashlib.sha256(app.program.read_bytes()).hexdigest()[:8]
    return work / "results" / f"{app.name}-{app.digest}-{program}.json"
