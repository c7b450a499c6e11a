"""The Python that Pipenv's files ask for, where nothing else does."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING

from slugfit.base.errors import UsageError
from slugfit.base.text import decode_text

if TYPE_CHECKING:
    from pathlib import Path


_VERSION = re.compile(r"\d+\.\d+(?:\.\d+)?")
_FIELD = re.compile(r"""\s*(?P<name>python_(?:full_)?version)\s*=\s*["'](?P<value>[^"']+)["']""")


def pipenv_python(root: Path) -> str | None:
    """The Python that only the Pipenv files ask for; None if nothing or another file does.

    The standard buildpack reads runtime.txt and .python-version whatever installs the packages,
    but Pipfile.lock only for Pipenv. A Pipfile counts where there is no lock file.
    """
    if any(os.path.lexists(root / name) for name in ("runtime.txt", ".python-version")):
        return None
    wanted = _from_lock(root / "Pipfile.lock")
    if not (root / "Pipfile.lock").exists():
        wanted = _from_pipfile(root / "Pipfile")
    if wanted and not _VERSION.fullmatch(wanted):
        raise UsageError(
            "The Python version that the Pipenv files ask for cannot be used.",
            "It must be of the form 3.12 or 3.12.4.",
            "Correct [requires] in the Pipfile and lock again, or add a .python-version file.",
        )
    return wanted or None


def _from_lock(file: Path) -> str:
    try:
        requires = json.loads(file.read_text("utf-8"))["_meta"]["requires"]
        return str(requires.get("python_full_version") or requires.get("python_version") or "")
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return ""


def _from_pipfile(file: Path) -> str:
    """Of the ``[requires]`` table; by hand, because Python 3.10 reads no TOML."""
    try:
        lines = decode_text(file.read_bytes(), "replace").text.splitlines()
    except OSError:
        return ""
    values: dict[str, str] = {}
    header = ""
    for line in lines:
        if line.lstrip().startswith("["):
            header = line.strip()
        pair = _FIELD.match(line)
        if pair and header.startswith("[requires]"):
            values[pair["name"]] = pair["value"]
    return values.get("python_full_version") or values.get("python_version") or ""
