"""Ways of slimming, side by side: Slugfit, and the rules that others publish.

The others' are written anew from what their documentation says they do. Each says of a path
below site-packages whether it goes.
"""

from __future__ import annotations

import fnmatch
import json
import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from corpus import environments

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from corpus.environments import Environment


@dataclass(frozen=True, slots=True)
class Rival:
    """Somebody else's rule: what goes, and whether shared libraries are stripped."""

    name: str
    title: str
    goes: Callable[[str], bool]
    strips: bool = False


@dataclass(frozen=True, slots=True)
class Applied:
    """What a treatment tells about itself."""

    seconds: float
    told: Mapping[str, Any] = field(default_factory=dict)


def naive(path: str) -> bool:
    """The line that most write-ups share: find folders by name, delete them, and the bytecode."""
    named = {"test", "tests", "doc", "docs", "example", "examples", "__pycache__"}
    return not named.isdisjoint(path.split("/")[:-1]) or path.endswith((".pyc", ".pyo"))


def serverless(path: str) -> bool:
    """`slim: true` of serverless-python-requirements, by its README ("Slim Package").

    Shared libraries are stripped; ``**/*.py[c|o]``, ``**/__pycache__*`` and ``**/*.dist-info*`` go.
    """
    patterns = ("*.py[c|o]", "__pycache__*", "*.dist-info*")
    parts = path.split("/")
    return any(fnmatch.fnmatchcase(part, pattern) for part in parts for pattern in patterns)


def recipe(path: str) -> bool:
    """The recipe for large Lambda packages that AWS's guides and samples publish.

    Folders named tests and ``__pycache__``, all ``*.dist-info``, and the AWS SDK, which Lambda's
    own image has: ``boto3*``, ``botocore*``, ``s3transfer*`` at the top.
    """
    folders = path.split("/")[:-1]
    return (
        not {"tests", "__pycache__"}.isdisjoint(folders)
        or any(folder.endswith(".dist-info") for folder in folders)
        or path.startswith(("boto3", "botocore", "s3transfer"))
    )


def pyodide(path: str) -> bool:
    """What pyodide-build takes out of wheels as tests ("unvendor-tests" in its recipe format)."""
    *folders, name = path.split("/")
    return not {"test", "tests"}.isdisjoint(folders) or bool(
        re.fullmatch(r"test_.*\.py|.*_test\.py|conftest\.py", name)
    )


RIVALS = (
    Rival("naive", "naive find", naive),
    Rival("serverless", "serverless slim", serverless, strips=True),
    Rival("recipe", "Lambda recipe", recipe),
    Rival("pyodide", "pyodide's test rule", pyodide),
)


def apply(rival: Rival, environment: Environment) -> Applied:
    """Do to a copy what ``rival`` does; shared libraries get a new file, never a write in place."""
    began = time.monotonic()
    site = environment.site
    gone = [path for path, _ in environments.files(site) if rival.goes(path)]
    for path in gone:
        os.unlink(site / path)
    for folder in sorted({path.rpartition("/")[0] for path in gone}, key=len, reverse=True):
        _remove_emptied(site, folder)
    if rival.strips:
        for path, _ in environments.files(site):
            if path.endswith(".so") and not os.path.islink(site / path):
                strip(site / path)
    return Applied(time.monotonic() - began)


def _remove_emptied(site: Path, folder: str) -> None:
    while folder and os.path.isdir(site / folder) and not os.listdir(site / folder):
        os.rmdir(site / folder)
        folder = folder.rpartition("/")[0]


def strip(library: Path) -> None:
    """GNU strip with its defaults; what it cannot read stays as it is."""
    new = library.with_name(library.name + ".stripped")
    done = subprocess.run(["strip", "-o", new, library], capture_output=True, check=False)
    if done.returncode == 0:
        os.replace(new, library)
    elif new.exists():
        new.unlink()


def slugfit(engine: Path, environment: Environment, program: Path) -> Applied:
    """``slugfit slim`` as it is by default, on a slug whose app is the set's program."""
    shutil.copy(program, environment.slug / "app.py")
    began = time.monotonic()
    command = [sys.executable, "-I", "-S", "-B", str(engine)]
    command += ["slim", str(environment.slug), "--json"]
    plain = {name: text for name, text in os.environ.items() if not name.startswith("SLUGFIT_")}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=plain)
    return Applied(time.monotonic() - began, json.loads(done.stdout))
