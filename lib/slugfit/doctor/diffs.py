"""Edits as unified diffs, and as the files that they leave. Pure."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from slugfit.doctor.finding import Edit


def edited(text: str, edits: Iterable[Edit]) -> str | None:
    """``text`` with these edits of one file; None if the file goes."""
    lines = text.splitlines(keepends=True)
    end = "\r\n" if lines and lines[0].endswith("\r\n") else "\n"
    # From the last line on: the numbers of those before stay what they are.
    for edit in sorted(set(edits), key=lambda edit: -(edit.line or len(lines) + 1)):
        if edit.lines is None:
            return None
        new = [f"{line}{end}" for line in edit.lines]
        if edit.line:
            lines[edit.line - 1 : edit.line - 1 + edit.count] = new
        else:
            if lines and not lines[-1].endswith(("\n", "\r")):
                lines[-1] += end
            lines += new
    return "".join(lines)


def changed_files(edits: Iterable[Edit], texts: Mapping[str, str]) -> Mapping[str, str | None]:
    """What each file says after ``edits``; None for a file that goes."""
    by_file: dict[str, list[Edit]] = {}
    for edit in edits:
        by_file.setdefault(edit.file, []).append(edit)
    return {file: edited(texts.get(file, ""), items) for file, items in by_file.items()}


def unified(edits: Iterable[Edit], texts: Mapping[str, str]) -> Iterator[str]:
    """The lines of the diff, as ``git apply`` reads them."""
    for file, after in changed_files(edits, texts).items():
        before = texts.get(file, "")
        names = (
            f"a/{file}" if file in texts else "/dev/null",
            "/dev/null" if after is None else f"b/{file}",
        )
        lines = difflib.unified_diff(
            before.splitlines(), (after or "").splitlines(), *names, n=1, lineterm=""
        )
        yield from lines
