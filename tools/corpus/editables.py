"""Editable installs, as ``pip install -e git+…`` leaves them: repositories below ``src/``."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.sets import HERE

if TYPE_CHECKING:
    from collections.abc import Iterator

_AUTHOR = ("-c", "user.name=corpus", "-c", "user.email=corpus@example.invalid")
_PATH_FILES = ("*.pth", "__editable__*")
"""The files of site-packages that hold the absolute path of an editable install."""


def add(root: Path, source: str) -> None:
    """Install ``source``, a pin or a folder beside this file, in the environment at ``root``.

    Raises CalledProcessError if git or pip does not do it.
    """
    with tempfile.TemporaryDirectory() as folder:
        repository = _repository(source, Path(folder))
        name = source.partition("==")[0].rpartition("/")[2]
        command = [sys.executable, "-m", "pip", "--python", str(root / "bin/python"), "install"]
        quiet = ("--quiet", "--disable-pip-version-check", "--no-deps")
        wanted = ("--src", str(root / "src"), "--editable", f"git+file://{repository}#egg={name}")
        subprocess.run([*command, *quiet, *wanted], check=True)


def move(site: Path, before: Path, after: Path) -> None:
    """Make the path files of ``site`` name ``after`` for ``before``; what links to them stays."""
    for file in _path_files(site):
        text = file.read_bytes()
        if str(before).encode() in text:
            file.unlink()
            file.write_bytes(text.replace(str(before).encode(), str(after).encode()))


def _path_files(site: Path) -> Iterator[Path]:
    for pattern in _PATH_FILES:
        yield from (file for file in site.glob(pattern) if file.is_file())


def _repository(source: str, folder: Path) -> Path:
    repository = folder / "repository"
    if "==" in source:
        wanted = ["--no-deps", "--no-binary", ":all:", "--dest", str(folder / "sdist"), source]
        subprocess.run([sys.executable, "-m", "pip", "--quiet", "download", *wanted], check=True)
        shutil.unpack_archive(next((folder / "sdist").iterdir()), folder / "unpacked")
        next((folder / "unpacked").iterdir()).rename(repository)
    else:
        shutil.copytree(HERE / source, repository)
    for words in (("init", "--quiet"), ("add", "--all"), ("commit", "--quiet", "--message", "All")):
        subprocess.run(["git", *_AUTHOR, *words], cwd=repository, check=True)
    return repository
