"""The whole engine as one file, slugfit.pyz: to be vendored into an app or copied into an image."""

from __future__ import annotations

import io
import os
import zipfile
from importlib import resources
from typing import TYPE_CHECKING

from slugfit.base.atomic import write_atomically

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.abc import Traversable
    from pathlib import Path


SINGLE_FILE = "slugfit.pyz"
CARRIED = (".py", ".sh", ".html", ".css", ".js")
"""How the names of the engine's files end: its code, and what it writes into slugs and pages."""
_START = b"""import sys

from slugfit.__main__ import start

sys.exit(start())
"""
_FIRST_LINE = b"#!/usr/bin/env python3\n"
_DATE = (1980, 1, 1, 0, 0, 0)


def single_file_content() -> bytes:
    """The archive of the running engine, whatever form that has: the same bytes each time."""
    packed = io.BytesIO()
    packed.write(_FIRST_LINE)
    with zipfile.ZipFile(packed, "a", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        _add(archive, "__main__.py", _START)
        for name, source in sorted(_sources(resources.files("slugfit"), "slugfit")):
            _add(archive, name, source)
    return packed.getvalue()


def _sources(folder: Traversable, name: str) -> Iterator[tuple[str, bytes]]:
    for item in folder.iterdir():
        place = f"{name}/{item.name}"
        if item.is_dir():
            yield from _sources(item, place)
        elif place.endswith(CARRIED):
            yield place, item.read_bytes()


def _add(archive: zipfile.ZipFile, name: str, source: bytes) -> None:
    entry = zipfile.ZipInfo(name, _DATE)
    entry.external_attr = 0o644 << 16
    entry.create_system = 3
    archive.writestr(entry, source, zipfile.ZIP_DEFLATED, 9)


def write_single_file(target: Path) -> None:
    """Write the archive to ``target``, executable, whole or not at all; raises OSError."""
    write_atomically(target, single_file_content(), 0o755)


def engine_location() -> str:
    """What to give a Python to start this very engine: its archive, or its folder."""
    folder = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    archive = os.path.dirname(folder)
    return archive if os.path.isfile(archive) else folder
