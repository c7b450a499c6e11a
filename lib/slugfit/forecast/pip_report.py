"""Plain requirements resolved by pip, which installs nothing, and its report read.

The report's form: https://pip.pypa.io/en/stable/reference/installation-report/.
"""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slugfit.base.urls import redact
from slugfit.forecast.errors import ForecastError
from slugfit.forecast.wanted import Wanted, source_of
from slugfit.scan.distributions import normalise_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_SECONDS = 600
_LAST_LINES = 6
_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)")


@dataclass(frozen=True, slots=True)
class Pip:
    """How pip is started, and what it is told."""

    command: tuple[str, ...] = ("python3", "-m", "pip")
    options: tuple[str, ...] = ()
    """Options for indexes and the target."""


def resolve_with_pip(file: Path, pip: Pip) -> tuple[Wanted, ...]:
    """What pip would install for a requirements file; raises ForecastError."""
    with tempfile.TemporaryDirectory(prefix="slugfit-") as folder:
        report = Path(folder) / "report.json"
        _start(
            [
                *pip.command,
                *("--disable-pip-version-check", "--no-input", "install"),
                *("--dry-run", "--ignore-installed", "--quiet", "--report", str(report)),
                *pip.options,
                *("-r", str(file.absolute())),
            ],
            file,
        )
        try:
            return wanted_of_report(json.loads(report.read_text("utf-8")))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise ForecastError(
                "pip's report could not be read.",
                "It has no --report, or another form of it.",
                "Use pip 23.1 or newer.",
            ) from error


def _start(command: Sequence[str], file: Path) -> None:
    try:
        done = subprocess.run(
            command,
            cwd=file.absolute().parent,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_SECONDS,
            check=False,
        )
    except OSError as error:
        raise ForecastError(
            f"{command[0]} could not be started.", error.strerror or str(error), _NO_PIP
        ) from error
    except subprocess.TimeoutExpired as error:
        raise ForecastError(
            "pip did not end.", f"It was given {_SECONDS} seconds.", "Is the index reachable?"
        ) from error
    if done.returncode:
        raise ForecastError(
            f"pip could not resolve {file}.", _said(done.stderr), _todo(done.stderr)
        )


_NO_PIP = "Install Python with pip, or forecast a lock file, which needs none."


def _said(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip() and "WARNING" not in line]
    return redact(" ".join(lines[-_LAST_LINES:]))


def _todo(text: str) -> str:
    return _NO_PIP if "No module named pip" in text else ""


def wanted_of_report(document: Mapping[str, Any]) -> tuple[Wanted, ...]:
    """The distributions that a report of pip's lists."""
    users: dict[str, set[str]] = {}
    for item in document["install"]:
        meta = item["metadata"]
        for name in _required(meta.get("requires_dist") or ()):
            users.setdefault(name, set()).add(normalise_name(meta["name"]))
    return tuple(_wanted(item, users) for item in document["install"])


def _wanted(item: Mapping[str, Any], users: Mapping[str, set[str]]) -> Wanted:
    name = normalise_name(item["metadata"]["name"])
    place = item["download_info"]
    url = str(place["url"])
    hashes = place.get("archive_info", {}).get("hashes", {})
    return Wanted(
        name,
        str(item["metadata"]["version"]),
        "repository" if "vcs_info" in place else source_of(url),
        url,
        f"sha256={hashes['sha256']}" if "sha256" in hashes else "",
        required_by=tuple(sorted(users.get(name, ()))),
    )


def _required(lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        match = _REQUIREMENT.match(line)
        if match and "extra ==" not in line:
            yield normalise_name(match[1])
