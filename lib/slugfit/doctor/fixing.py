"""The changes that can be made without a person's judgement: chosen, checked, written."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slugfit.base.atomic import write_atomically
from slugfit.base.errors import TreeError, UsageError
from slugfit.base.git import ask_git, names_of
from slugfit.base.text import Text, decode_text, encode_text
from slugfit.base.words import printable
from slugfit.doctor.diffs import changed_files

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from slugfit.doctor.finding import Edit, Finding


@dataclass(frozen=True)
class Fix:
    """What is to be written."""

    edits: tuple[Edit, ...]
    """All of them, none about the lines of another."""
    files: Mapping[str, str | None]
    """What each file says then; None for one that goes."""
    later: tuple[Finding, ...]
    """Whose edits are about lines that these change: a second run makes them."""


def fix_of(findings: Iterable[Finding], texts: Mapping[str, str]) -> Fix:
    """The mechanical edits of ``findings``, those of the first finding where lines overlap."""
    chosen: list[Edit] = []
    later: list[Finding] = []
    for item in findings:
        if not item.edits or not item.mechanical:
            continue
        new = [edit for edit in item.edits if edit not in chosen]
        if any(_overlap(edit, other) for edit in new for other in chosen):
            later.append(item)
        else:
            chosen += new
    return Fix(tuple(chosen), changed_files(chosen, texts), tuple(later))


def _overlap(one: Edit, other: Edit) -> bool:
    if one.file != other.file:
        return False
    if one.lines is None or other.lines is None:
        return True
    if not one.line or not other.line:
        return False
    return one.line < other.line + other.count and other.line < one.line + one.count


def require_committed(folder: Path, files: Iterable[str]) -> None:
    """Raise UsageError unless git has all that these files say now; new ones are no loss."""
    names = sorted(files)
    there = {name for name in names if os.path.lexists(folder / name)}
    try:
        status = _asked(folder, "status", *_ALL_CHANGES, "--", *names)
        tracked = _asked(folder, "ls-files", "-v", "-z", "--", *names)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UsageError("--fix needs git.", str(error), "Make the changes by hand.") from error
    # What git was told not to look at, and what a repository within this one has, is not "H".
    known = {item[2:] for item in tracked if item.startswith("H ")}
    changed = sorted({item[3:] for item in status} | (there - known))
    if changed:
        raise UsageError(
            f"Uncommitted changes in {', '.join(map(printable, changed))}.",
            "--fix changes only what can be taken back.",
            "Commit them, or put them aside with git stash.",
        )


_ALL_CHANGES = ("--porcelain", "-z", "--ignored=matching", "--untracked-files=all", "--no-renames")
"""Whatever the user's settings leave out."""


def _asked(folder: Path, *arguments: str) -> list[str]:
    done = ask_git(folder, *arguments, variables={"GIT_LITERAL_PATHSPECS": "1"})
    if done.returncode:
        raise UsageError(
            f"{folder} is not in a git repository that can be read.",
            "--fix changes only what can be taken back.",
            "Commit the app with git, or make the changes by hand.",
        )
    return names_of(done)


def write_fix(folder: Path, fix: Fix, texts: Mapping[str, str]) -> None:
    """Write every file, each whole or not at all; new ones before those that go.

    Raises TreeError before the first one if a file is not what was read.
    """
    forms = {name: _same(folder / name, texts.get(name)) for name in fix.files}
    for name, text in sorted(fix.files.items(), key=lambda item: item[1] is None):
        place = folder / name
        try:
            if text is None:
                place.unlink()
            else:
                mode = place.stat().st_mode & 0o7777 if name in texts else None
                write_atomically(place, encode_text(text, forms[name]), mode)
        except OSError as error:
            raise TreeError(f"{place} cannot be written.", error.strerror or str(error)) from error


def _same(place: Path, text: str | None) -> Text:
    """How a file says what was read, which it still has to, as a file of its own; None for none."""
    linked = place.is_symlink() or os.path.realpath(place.parent) != os.path.abspath(place.parent)
    try:
        found = decode_text(place.read_bytes()) if os.path.lexists(place) else None
    except UnicodeDecodeError:
        linked, found = True, None
    except OSError as error:
        raise TreeError(f"{place} cannot be read.", error.strerror or str(error)) from error
    if linked or (found.text if found else None) != text:
        raise TreeError(
            f"{place} cannot be changed.",
            "It is a link, is not text in UTF-8 or UTF-16, or has changed since it was read.",
            "Make this change by hand.",
        )
    return found or Text("", "utf-8", marked=False)
