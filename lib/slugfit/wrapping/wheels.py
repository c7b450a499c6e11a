"""The wheels that a build compiled, kept for the next: what stays in the installers' caches.

One folder for each package manager, its own cache. What can be downloaded again goes, because the
build cache is packed and moved with every build. Of the rest the least recently used go first.

    pip/, pipenv/     wheels/…/NAME.whl beside http…, selfcheck, …
    poetry/           artifacts/…/ with an sdist and the wheel made of it; the other folders there
                      hold downloads, and so does cache/
    uv/               sdists-…/KIND/…/NAME.whl, once `uv cache prune --ci` has run
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from slugfit.scan.distributions import normalise_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


WHEELS_LIMIT = 200_000_000
"""Bytes of wheels that are worth their place in the build cache."""
_SDISTS = (".tar.gz", ".zip", ".tar.bz2", ".tgz", ".tar.xz")
_MOVING = frozenset({"path", "editable"})
"""What uv built from folders; their names are those of one build."""


@dataclass(frozen=True, slots=True)
class Wheel:
    """A wheel and the folder that goes with it; bytes of the folder, seconds of its last use."""

    name: str
    version: str
    folder: Path
    size: int
    used: float


def prune_wheels(
    caches: Path, installed: Mapping[str, str], limit: int = WHEELS_LIMIT
) -> tuple[Wheel, ...]:
    """Leave only wheels that were built, ``limit`` bytes of them; returns those in use now.

    ``installed`` are versions by normalised name: a wheel of one of them counts as just used.
    """
    for manager in ("pip", "pipenv"):
        _keep_only(caches / manager, "wheels")
    _keep_only(caches / "poetry", "artifacts")
    for folder in list(_folders(caches / "poetry")):
        if not _was_built(os.listdir(folder)):
            _remove_files(folder)
    _keep_only(caches / "uv", "sdists-")
    for kind in (caches / "uv").glob("sdists-*/*"):
        if kind.name in _MOVING:
            shutil.rmtree(kind, ignore_errors=True)
    wheels = sorted(_wheels(caches), key=lambda wheel: (-wheel.used, wheel.folder))
    in_use = [wheel for wheel in wheels if installed.get(wheel.name) == wheel.version]
    for wheel in in_use:
        os.utime(wheel.folder)
    room = limit
    kept = []
    for wheel in (*in_use, *(wheel for wheel in wheels if wheel not in in_use)):
        room -= wheel.size
        if room < 0:
            shutil.rmtree(wheel.folder, ignore_errors=True)
        elif wheel in in_use:
            kept.append(wheel)
    _drop_empty(caches)
    return tuple(kept)


def kept_wheels_line(kept: Iterable[Wheel]) -> str:
    """One line for the log; empty if nothing was kept."""
    wheels = sorted({(wheel.name, wheel.version): wheel for wheel in kept}.items())
    if not wheels:
        return ""
    names = ", ".join(f"{name} {version}" for (name, version), _ in wheels)
    size = sum(wheel.size for _, wheel in wheels) / 1e6
    return f"Compiled wheels kept for the next builds: {names} ({size:.1f} MB)"


def _keep_only(folder: Path, beginning: str) -> None:
    for entry in _entries(folder):
        if not entry.name.startswith(beginning):
            if entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry.path, ignore_errors=True)
            else:
                os.unlink(entry.path)


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []


def _folders(top: Path) -> Iterator[Path]:
    for folder, _, files in os.walk(top):
        if files:
            yield Path(folder)


def _was_built(names: list[str]) -> bool:
    return any(name.endswith(_SDISTS) for name in names) and any(
        name.endswith(".whl") for name in names
    )


def _remove_files(folder: Path) -> None:
    for entry in _entries(folder):
        if not entry.is_dir(follow_symlinks=False):
            os.unlink(entry.path)


def _wheels(caches: Path) -> Iterator[Wheel]:
    for folder in _folders(caches):
        for name in sorted(os.listdir(folder)):
            parts = name.split("-")
            if name.endswith(".whl") and len(parts) >= 5:  # noqa: PLR2004 - as wheels are named
                # uv knows a version by the folder above: its pointer to this one goes with it.
                whole = folder.parent if (caches / "uv") in folder.parents else folder
                size = sum(file.lstat().st_size for file in whole.rglob("*"))
                used = whole.stat().st_mtime
                yield Wheel(normalise_name(parts[0]), parts[1], whole, size, used)


def _drop_empty(top: Path) -> None:
    for folder, _, _ in os.walk(top, topdown=False):
        if Path(folder) != top and not os.listdir(folder):
            os.rmdir(folder)
