"""The lines of a requirements file as pip reads them, with their numbers.

https://pip.pypa.io/en/stable/reference/requirements-file-format/
"""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


_OPTION = re.compile(r"(?:-r|-c|--requirement|--constraint)(?=[\s=]|(?<=-[rc]))[\s=]*(?P<path>.+)")
_COMMENT = re.compile(r"(?:^|\s+)#.*$")


def requirement_lines(text: str) -> Iterator[tuple[int, str]]:
    """Logical lines, joined where a backslash ends one, without comments.

    Each with the number of the line that it begins on, from 1.
    """
    held, start = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        start = start or number
        if line.endswith("\\") and not line.lstrip().startswith("#"):
            held += line[:-1]
            continue
        # A comment ends what a backslash joined.
        whole = _COMMENT.sub("", held + (f" {line}" if line.lstrip().startswith("#") else line))
        if whole.strip():
            yield start, whole.strip()
        held, start = "", 0
    if _COMMENT.sub("", held).strip():
        yield start, _COMMENT.sub("", held).strip()


def included_path(line: str) -> str | None:
    """The path that a logical line includes; None for other lines and for URLs."""
    match = _OPTION.match(line)
    if match is None:
        return None
    try:
        path = shlex.split(match["path"])[0]
    except (ValueError, IndexError):
        return None
    return None if "://" in path or path.startswith("file:") else path
