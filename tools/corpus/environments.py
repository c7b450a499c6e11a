"""Virtual environments of the sets, copies of them by hard links, and proof that none changed."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
import subprocess
import sys
import sysconfig
import venv
from dataclasses import dataclass
from typing import TYPE_CHECKING

from corpus import editables
from corpus.sets import WORK

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from corpus.sets import Set

PREFIX = ".heroku/python"
"""Where a slug has its Python."""
SITE = f"lib/python{sys.version_info[0]}.{sys.version_info[1]}/site-packages"


@dataclass(frozen=True, slots=True)
class Environment:
    """A tree with an interpreter; ``original`` is the one that it was copied from, or itself."""

    root: Path
    original: Path

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.root / "bin/python"

    @property
    def slug(self) -> Path:
        """The slug of a copy."""
        return self.root.parent.parent

    @property
    def site(self) -> Path:
        """Where its packages are."""
        return self.root / SITE


def build(chosen: Set) -> Environment:
    """The set's environment, made once for its pins and this Python."""
    root = WORK / f"{chosen.name}-{chosen.digest}"
    if not manifest_of(root).is_file():
        shutil.rmtree(root, ignore_errors=True)
        venv.create(root, symlinks=True, with_pip=False)
        install(["--requirement", str(chosen.requirements)], ["--python", str(root / "bin/python")])
        for source in chosen.sources:
            editables.add(root, source)
        manifest_of(root).write_text(json.dumps(manifest(root)), "utf-8")
    return Environment(root, root)


def install(wanted: list[str], where: list[str]) -> None:
    """Have pip install exactly ``wanted``; raise CalledProcessError if it does not."""
    pip = [sys.executable, "-m", "pip", *where[: 2 * ("--python" in where)], "install"]
    where = where[2 * ("--python" in where) :]
    quiet = [
        "--quiet",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
        "--root-user-action=ignore",
    ]
    subprocess.run([*pip, *quiet, *where, *wanted], check=True)


def copy(environment: Environment, name: str) -> Environment:
    """A copy as the Python of a slug; it shares inodes, as a build shares them with its cache."""
    target = empty_slug(environment, name) / PREFIX
    target.parent.mkdir()
    subprocess.run(["cp", "--archive", "--link", environment.root, target], check=True)
    copied = Environment(target, environment.original)
    editables.move(copied.site, environment.root, target)
    return copied


def empty_slug(environment: Environment, name: str) -> Path:
    """The folder of a copy, emptied."""
    slug = WORK / "copies" / f"{environment.original.name}-{name}"
    shutil.rmtree(slug, ignore_errors=True)
    slug.mkdir(parents=True)
    return slug


def files(root: Path) -> Iterator[tuple[str, os.stat_result]]:
    """Every file and link below ``root``, sorted, with its lstat; no link is followed."""
    for folder, folders, names in os.walk(root):
        folders.sort()
        links = [name for name in folders if os.path.islink(os.path.join(folder, name))]
        for name in sorted(names + links):
            path = os.path.join(folder, name)
            yield os.path.relpath(path, root), os.lstat(path)


def manifest(root: Path) -> Mapping[str, list[object]]:
    """What would show that a file was touched: its inode, mode, time and content."""
    found: dict[str, list[object]] = {}
    for path, state in files(root):
        content = b""
        if stat.S_ISREG(state.st_mode):
            with open(root / path, "rb") as file:
                digest = hashlib.sha256()
                while chunk := file.read(1 << 20):
                    digest.update(chunk)
                content = digest.digest()
        elif stat.S_ISLNK(state.st_mode):
            content = os.fsencode(os.readlink(root / path))
        found[path] = [state.st_ino, state.st_mode, state.st_mtime_ns, content.hex()]
    return found


def manifest_of(root: Path) -> Path:
    """Where the manifest of an environment is kept; it is complete when this exists."""
    return root.with_name(f"{root.name}.manifest")


def changes(environment: Environment) -> tuple[str, ...]:
    """Files of the original that are no longer as they were installed.

    New ones do not count: some packages write a cache beside themselves when they are imported.
    """
    was = json.loads(manifest_of(environment.original).read_text("utf-8"))
    now = manifest(environment.original)
    return tuple(sorted(path for path in was if was[path] != now.get(path)))


def platform_tag() -> str:
    """The Python and machine that a table speaks of."""
    version = ".".join(map(str, sys.version_info[:3]))
    return f"CPython {version}, {sysconfig.get_platform()}"
