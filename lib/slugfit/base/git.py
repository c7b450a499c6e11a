"""git, asked about the folder that is named and no other."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_ELSEWHERE = frozenset({"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"})
"""What a surrounding git command (a hook) sets: it would point this one at its own repository."""
_SECONDS = 120
_SAFELY = ("-c", "core.fsmonitor=false", "-c", "safe.bareRepository=explicit")
"""No program of the repository's own settings is run, and no folder of an app, which another person
may have changed, is taken for a repository's inner files: https://git-scm.com/docs/git-config."""


def ask_git(
    folder: Path, *arguments: str, variables: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """What git answers in ``folder``; raises OSError without git, subprocess.TimeoutExpired."""
    environment = {name: value for name, value in os.environ.items() if name not in _ELSEWHERE}
    command = ("git", *_SAFELY, *arguments)
    return subprocess.run(
        command,
        cwd=folder,
        env={**environment, "GIT_OPTIONAL_LOCKS": "0", **(variables or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=_SECONDS,
    )


def pushed_names(folder: Path) -> list[str] | None:
    """What git knows of a folder, and what it would take next; None without git or a repository."""
    try:
        done = ask_git(folder, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    except (OSError, subprocess.TimeoutExpired):
        return None
    names = names_of(done)
    return sorted(set(names)) if not done.returncode and names else None


def names_of(answer: subprocess.CompletedProcess[bytes]) -> list[str]:
    """The paths of an answer that was asked for with ``-z``."""
    return [os.fsdecode(name) for name in answer.stdout.split(b"\0") if name]
