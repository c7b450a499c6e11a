"""An app as a revision of its repository has it."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

from slugfit.base.errors import UsageError
from slugfit.base.git import ask_git


def check_out(app: Path, revision: str, target: Path) -> Path:
    """The folder of ``app`` as ``revision`` has it, below ``target``; it may not be there.

    The repository, its index and its work tree stay as they are. Raises UsageError if there is no
    repository, or no such revision in it.
    """
    top = Path(os.fsdecode(_top(app)))
    commit = _asked(app, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}").decode()
    with tempfile.TemporaryDirectory(prefix="slugfit-index-") as place:
        index = {"GIT_INDEX_FILE": os.path.join(place, "index")}
        _asked(top, "read-tree", commit, variables=index)
        _asked(top, "checkout-index", "--all", f"--prefix={target}/", variables=index)
    return target / app.resolve().relative_to(top.resolve())


def _top(app: Path) -> bytes:
    try:
        answer = ask_git(app, "rev-parse", "--show-toplevel")
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UsageError(f"git could not be asked about {app}.", str(error)) from error
    if answer.returncode:
        told = answer.stderr.decode("utf-8", "replace").strip().splitlines()
        raise UsageError(
            f"{app} is not in a git repository that can be read, and has no revisions to compare.",
            told[-1] if told else "",
            "slugfit forecast APP --compare OTHER compares two folders.",
        )
    return answer.stdout.rstrip(b"\n")


def _asked(folder: Path, *arguments: str, variables: dict[str, str] | None = None) -> bytes:
    try:
        answer = ask_git(folder, *arguments, variables=variables)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UsageError(f"git could not be asked about {folder}.", str(error)) from error
    if answer.returncode:
        told = answer.stderr.decode("utf-8", "replace").strip().splitlines()
        raise UsageError(
            f"git knows no answer in {folder}: git {' '.join(arguments[:3])}",
            told[-1] if told else "It does not know that revision.",
            "In CI, fetch the base as well (actions/checkout: fetch-depth: 0).",
        )
    return answer.stdout.rstrip(b"\n")
