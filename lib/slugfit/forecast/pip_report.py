"""Plain requirements resolved by pip, which installs nothing, and its report read.

The report's form: https://pip.pypa.io/en/stable/reference/installation-report/.
"""

from __future__ import annotations

import json
import os
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

    from slugfit.forecast.target import Target

_SECONDS = 600
_LAST_LINES = 6
_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)")


@dataclass(frozen=True, slots=True)
class Pip:
    """A Python that has pip."""

    command: tuple[str, ...]
    python: tuple[int, int]
    arch: str
    """As wheels name it."""
    version: str


def find_pip(target: Target) -> Pip:
    """The target's own Python if it is on PATH with pip, or else any; raises ForecastError."""
    for program in (f"python{target.version}", "python3"):
        try:
            done = _run((program, "-c", _ASK))
        except OSError:
            continue
        words = done.stdout.split()
        if not done.returncode and len(words) == _ANSWERS:
            python = (int(words[0]), int(words[1]))
            return Pip((program, "-m", "pip"), python, words[2], words[3])
    raise ForecastError("No pip was found.", "Plain requirements are resolved by pip.", _NO_PIP)


_ASK = (
    "import pip, platform, sys; print(*sys.version_info[:2], platform.machine(), pip.__version__)"
)
_ANSWERS = 4


def target_options(pip: Pip, target: Target) -> tuple[str, ...]:
    """What tells pip of a target that is not its own; () if it is.

    https://pip.pypa.io/en/stable/cli/pip_download/#cmdoption-platform
    """
    if (pip.python, pip.arch) == (target.python, target.arch):
        return ()
    platforms = (part for platform in target.platforms() for part in ("--platform", platform))
    own = ("--python-version", target.version, "--implementation", "cp")
    # pip install knows these options only with a folder to install into.
    return ("--only-binary=:all:", "--target", "slugfit-forecast", *own, *platforms)


def resolve_with_pip(
    file: Path,
    pip: Pip,
    options: Sequence[str],
    variables: Mapping[str, str] | None = None,
) -> tuple[Wanted, ...]:
    """What pip would install for a requirements file; raises ForecastError.

    ``variables`` are set for it beside those of this process.
    """
    with tempfile.TemporaryDirectory(prefix="slugfit-") as folder:
        report = Path(folder) / "report.json"
        _start(
            [
                *pip.command,
                *("--disable-pip-version-check", "--no-input", "install"),
                *("--dry-run", "--ignore-installed", "--quiet", "--report", str(report)),
                *options,
                *("-r", str(file.absolute())),
            ],
            file,
            variables,
        )
        try:
            return wanted_of_report(json.loads(report.read_text("utf-8")))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise ForecastError(
                "pip's report could not be read.",
                f"pip {pip.version} has no --report, or another form of it.",
                "Use pip 23.1 or newer.",
            ) from error


def _start(command: Sequence[str], file: Path, variables: Mapping[str, str] | None) -> None:
    try:
        done = _run(command, file.absolute().parent, variables)
    except OSError as error:
        why = error.strerror or str(error)
        raise ForecastError(f"{command[0]} could not be started.", why, _NO_PIP) from error
    except subprocess.TimeoutExpired as error:
        raise ForecastError(
            "pip did not end.", f"It was given {_SECONDS} seconds.", "Is the index reachable?"
        ) from error
    if done.returncode:
        raise ForecastError(
            f"pip could not resolve {file}.",
            _said(done.stderr),
            _ONLY_WHEELS if "--only-binary=:all:" in command else "",
        )


def _run(
    command: Sequence[str],
    folder: Path | None = None,
    variables: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        env={**os.environ, **(variables or {})},
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=_SECONDS,
        check=False,
    )


_ONLY_WHEELS = (
    "For another Python or processor pip takes wheels only: put the target's own Python on PATH, "
    "or forecast a lock file."
)
_NO_PIP = "Install Python with pip, or forecast a lock file, which needs none."


def _said(text: str) -> str:
    """The end of what pip says; of a failure inside pip the error alone."""
    lines = [line for line in text.splitlines() if line.strip() and "WARNING" not in line]
    last = 1 if any(line.startswith("Traceback") for line in lines) else _LAST_LINES
    return redact(" ".join(lines[-last:]))


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
