"""What the platform receives: an app's source as a push carries it, and its config vars."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from stack.programs import BrokenError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "venv", "__pycache__")


@dataclass(frozen=True, slots=True)
class App:
    """An app: its name, its folder, and the config vars that it is built and run with."""

    name: str
    folder: Path
    config: Mapping[str, str] = field(default_factory=dict)

    @property
    def web(self) -> str:
        """The command of its web process; BrokenError if it declares none."""
        file = self.folder / "Procfile"
        lines = file.read_text("utf-8").splitlines() if file.is_file() else []
        for line in lines:
            name, colon, command = line.partition(":")
            if name == "web" and colon:
                return command.strip()
        raise BrokenError(f"{self.name} has no Procfile with a line `web: …`")

    def copy(self, target: Path) -> None:
        """Copy the source to ``target`` as a push carries it, less what .slugignore names.

        What git tracks or would track; of a folder that git does not know, all but what no push
        carries. .slugignore is read by git itself, which is not how Slugfit reads it.
        """
        names = self._listed("--cached", "--others", "--exclude-standard")
        if not names:
            shutil.copytree(self.folder, target, symlinks=True, ignore=LEFT_OUT)
            return
        ignored: set[str] = set()
        if (self.folder / ".slugignore").is_file():
            ignored = self._listed(
                "--cached", "--others", "--ignored", "--exclude-from=.slugignore"
            )
        target.mkdir(parents=True)
        for name in sorted(names - ignored):
            place = target / name
            place.parent.mkdir(parents=True, exist_ok=True)
            if os.path.lexists(self.folder / name):
                shutil.copy2(self.folder / name, place, follow_symlinks=False)

    def _listed(self, *options: str) -> set[str]:
        command = ("git", "-C", str(self.folder), "ls-files", "-z", *options)
        done = subprocess.run(command, capture_output=True, check=False)
        return {os.fsdecode(name) for name in done.stdout.split(b"\0") if name}


def write_config(config: Mapping[str, str], folder: Path) -> None:
    """ENV_DIR: a file for each config var, without a line break at its end."""
    folder.mkdir(parents=True)
    for name, value in config.items():
        (folder / name).write_text(value, "utf-8")
