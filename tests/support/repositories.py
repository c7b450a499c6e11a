"""git repositories for tests."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def git(folder: Path, *arguments: str) -> str:
    """What git answers in ``folder``, as somebody who has no settings."""
    told = ("-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=main")
    command = ("git", *told, *arguments)
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout
