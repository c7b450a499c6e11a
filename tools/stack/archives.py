"""Archives of Python for the real standard buildpack, which would download them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stack.programs import BrokenError

if TYPE_CHECKING:
    from pathlib import Path

_NAME = re.compile(r"python-(\d+)\.(\d+)\.(\d+)-ubuntu-.*\.tar\.zst")


def version(folder: Path) -> str:
    """The newest Python in a folder of archives; BrokenError if it holds none."""
    names = (_NAME.fullmatch(file.name) for file in folder.iterdir())
    found = sorted(tuple(map(int, match.groups())) for match in names if match)
    if not found:
        raise BrokenError(
            f"{folder} has no file named like python-3.13.9-ubuntu-24.04-amd64.tar.zst"
        )
    return ".".join(map(str, found[-1]))
