"""Archives unpacked as a process of the app will do it, and compared with what was packed."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from slugfit.base.errors import TreeError
from slugfit.base.paths import PACKED_FOLDER
from slugfit.packing.archive import tar_stream, unpacked_time
from slugfit.packing.unpack_script import SCRIPT
from slugfit.scan.tree import scan_tree

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from slugfit.packing.units import Bundle


_LONGEST = 600
"""Seconds after which something must be wrong: a web process has 60 to bind its port."""


def unpacking_seconds(
    files: Mapping[str, Path],
    expected: Sequence[tuple[Bundle, str]],
    python: Path | None,
    seconds: float,
) -> float:
    """How long unpacking ``files``, by their names in the folder of archives, takes.

    ``expected`` are the bundles with the SHA-256 of their streams, ``python`` is the slug's.
    Raises OSError, and TreeError if what comes out is not the same, byte for byte, or if it takes
    longer than ``seconds``.
    """
    with tempfile.TemporaryDirectory(prefix="slugfit-pack-") as folder:
        home = Path(folder)
        (home / PACKED_FOLDER).mkdir(parents=True)
        for bundle, _ in expected:
            (home / bundle.site).mkdir(parents=True, exist_ok=True)
        for name, file in files.items():
            _lay(file, home / PACKED_FOLDER / name)
        started = time.monotonic()
        _unpack(home, python, seconds)
        spent = time.monotonic() - started
        tree = scan_tree(home)
        for bundle, digest in expected:
            units = frozenset(unit.path for unit in bundle.units)
            if tar_stream(tree, bundle.site, units, unpacked_time).digest != digest:
                raise TreeError(
                    f"What was packed of {bundle.owner} is not the same when it is unpacked"
                )
        return spent


def _lay(file: Path, place: Path) -> None:
    """A second name, or a copy on another file system: the program zstd passes over links."""
    try:
        place.hardlink_to(file)
    except OSError:
        shutil.copyfile(file, place)


def _unpack(home: Path, python: Path | None, seconds: float) -> None:
    try:
        done = subprocess.run(
            ["/usr/bin/env", "bash", home / PACKED_FOLDER / SCRIPT, *filter(None, [python])],
            env={"PATH": os.environ.get("PATH", os.defpath), "HOME": str(home)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=min(seconds, _LONGEST),
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise TreeError("There was no time to try what was packed") from error
    if done.returncode:
        told = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise TreeError("What was packed cannot be unpacked", told[0] if told else "")
