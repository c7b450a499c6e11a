"""What compresses here, and will decompress where the app runs: a program, or the app's Python."""

from __future__ import annotations

import os
import shutil
import subprocess
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from slugfit.scan.layout import Layout

PROGRAMS = ("bash", "flock", "tar")
"""What unpacking takes beside zstd."""
BY_PYTHON = "python_zstd.py"
"""What does the work of the program zstd, started by a Python of 3.14 or newer."""


def python_of_slug(layout: Layout) -> Path | None:
    """The Python that a start of the slug finds before anything is unpacked; None if there is none.

    The standard library is never packed: see units.
    """
    return None if layout.python is None else layout.python.with_name("python3")


def zstd_command(python: Path | None) -> tuple[str, ...] | None:
    """How a command line of zstd starts here; None if nothing can.

    The platform's images are built from one list (catalog/limits.py), so that where this machine
    has the program, what runs the app has it. Where it has not, the app's own Python alone is known
    to be there.
    """
    if shutil.which("zstd") is not None:
        # What the environment sets as level and threads does not count.
        return ("env", "--unset=ZSTD_CLEVEL", "--unset=ZSTD_NBTHREADS", "zstd")
    if python is None:
        return None
    paths = [str(python.parent.with_name("lib")), os.environ.get("LD_LIBRARY_PATH", "")]
    path = ":".join(filter(None, paths))
    command = ("env", f"LD_LIBRARY_PATH={path}", str(python), "-I", "-S", "-B", "-c", python_text())
    return command if release_of_zstd(command) else None


def python_text() -> str:
    """The program of BY_PYTHON; it stands beside this module."""
    return resources.files("slugfit").joinpath(f"packing/{BY_PYTHON}").read_text("utf-8")


def release_of_zstd(command: tuple[str, ...]) -> bytes:
    """What it says that it is; nothing if it does not work."""
    try:
        told = subprocess.run(
            [*command, "--version"], capture_output=True, stdin=subprocess.DEVNULL, check=False
        )
    except OSError:
        return b""
    return b"" if told.returncode else told.stdout


def missing_programs(python: Path | None) -> tuple[str, ...]:
    """What unpacking takes and is not here; ``python`` is the slug's."""
    missing = [name for name in PROGRAMS if shutil.which(name) is None]
    if zstd_command(python) is None:
        missing.append("zstd")
    return tuple(missing)
