"""A folder of wheels for an app, so that its build needs no network."""

from __future__ import annotations

import hashlib
import re
import shutil
import sys
from typing import TYPE_CHECKING

from packaging.requirements import InvalidRequirement, Requirement

from stack.programs import BrokenError, run

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from stack.image import Python

OLDEST_GLIBC = 17
"""Wheels for glibc 2.17 (manylinux2014) are the oldest that are still built."""
_SECONDS = 1200
_PIN = re.compile(r"(PIP|SETUPTOOLS)_VERSION=[\"']?([0-9.]+)")


def fill(app: Path, buildpack: Path, python: Python, work: Path) -> Path:
    """The folder with all wheels that ``buildpack`` needs to build ``app`` with ``python``.

    It is made once for the same wishes. Raises BrokenError if a wheel cannot be had.
    """
    wanted = [*requirements(app, python), *tools(buildpack, python)]
    key = repr((sorted(wanted), python)).encode()
    folder = work / "wheelhouse" / hashlib.sha256(key).hexdigest()[:12]
    if not folder.is_dir():
        draft = folder.with_suffix(".draft")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        ended = run(command(wanted, python, draft), _SECONDS)
        if ended.code:
            raise BrokenError("pip could not download the app's wheels", ended.said)
        draft.rename(folder)
    return folder


def requirements(app: Path, python: Python) -> list[str]:
    """Lines of requirements.txt that hold for ``python``, without their markers.

    The markers are read here because pip reads them for the Python that runs it. Raises
    BrokenError if there is no such file, or if it holds more than names and versions.
    """
    file = app / "requirements.txt"
    if not file.is_file():
        raise BrokenError(
            f"{app.name} has no requirements.txt; wheels are gathered for apps that use pip only"
        )
    lines = (line.split(" #")[0].strip() for line in file.read_text("utf-8").splitlines())
    found = (_applies(line, python) for line in lines if line and not line.startswith("#"))
    return [line for line in found if line]


def _applies(line: str, python: Python) -> str:
    try:
        wanted = Requirement(line)
    except InvalidRequirement as error:
        raise BrokenError(f"this line of requirements.txt is not understood: {line}") from error
    # The rest is as on this machine: a Linux, and CPython.
    environment = {
        "python_version": python.series,
        "python_full_version": python.version,
        "platform_machine": python.machine,
    }
    holds = wanted.marker is None or wanted.marker.evaluate(environment)
    wanted.marker = None
    return str(wanted) if holds else ""


def tools(buildpack: Path, python: Python) -> list[str]:
    """The installers that the buildpack installs first, in the versions that it names."""
    files = (buildpack / "lib/pip.sh", buildpack / "requirements/pip.txt")
    text = "\n".join(file.read_text("utf-8") for file in files if file.is_file())
    pins = dict(_PIN.findall(text))
    if named := re.search(r"^pip==([0-9.]+)", text, re.MULTILINE):
        pins["PIP"] = named[1]
    # From Python 3.13 on setuptools is left out.
    new = int(python.series.split(".")[1]) > 12
    return [
        f"{name.lower()}=={pins[name]}" for name in sorted(pins) if not (new and name[0] == "S")
    ]


def command(wanted: Sequence[str], python: Python, folder: Path) -> tuple[str, ...]:
    """pip's command line: wheels for the container's Python, whichever runs here."""
    digits = python.series.replace(".", "")
    return (
        *(sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"),
        *("--only-binary=:all:", "--dest", str(folder)),
        *("--python-version", python.version, "--implementation", "cp"),
        *(f"--abi={abi}" for abi in (f"cp{digits}", "abi3", "none")),
        *(f"--platform={tag}" for tag in platforms(python)),
        *wanted,
    )


def platforms(python: Python) -> list[str]:
    """Platform tags of wheels that its glibc can run, the newest first."""
    newest = int(python.libc.split(".")[1])
    tags = [
        f"manylinux_2_{minor}_{python.machine}" for minor in range(newest, OLDEST_GLIBC - 1, -1)
    ]
    return [*tags, f"manylinux2014_{python.machine}"]
