"""Slugfit as a part of an app: bin/slugfit.pyz, and the line of bin/post_compile that runs it."""

from __future__ import annotations

import re
import zipfile
from typing import TYPE_CHECKING

from slugfit import __version__, ignores, single, whole
from slugfit.errors import TreeError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOOK = "bin/post_compile"
FILE = f"bin/{single.NAME}"
LINE = f'python3 -I -S -B "${{BUILD_DIR:-.}}/{FILE}" hook "${{BUILD_DIR:-.}}"'
_NEW = f"""\
#!/usr/bin/env bash
# Runs in the build directory when everything is installed.
set -euo pipefail

{LINE}
"""
_SHELL = re.compile(rb"#!\s*\S*(/env\s+(-S\s+)?)?(/|\b)(ba|da|k|z|a)?sh\b")
_VERSION = re.compile(rb'^__version__ = "([^"]+)"', re.MULTILINE)


def install(app: Path) -> Iterator[str]:
    """Write the file and the line; what was done, in sentences.

    Raises UsageError if bin/post_compile is nothing that a line can be added to, and TreeError if
    it cannot be written. Nothing is written then.
    """
    hook = _planned_hook(app)
    _write(app, hook)
    yield f"{FILE} is Slugfit {__version__}, {len(single.content()) // 1000} kB."
    if hook is None:
        yield f"{HOOK} runs it already."
    else:
        yield f"{HOOK} runs it now, as its last line."
    if ignores.slugignore(app).excludes(FILE):
        yield f"! .slugignore names {FILE}: take it out there, or the build will not find it."
    yield f"Next: git add {HOOK} {FILE}, commit and deploy."


def update(app: Path) -> Iterator[str]:
    """Bring file and line to this version; raises UsageError if there is none to update."""
    before = version(app / FILE)
    if before is None:
        raise UsageError(
            f"There is no {FILE} in {app}.", todo=f"`slugfit install-hook {app}` puts one there."
        )
    hook = _planned_hook(app)
    _write(app, hook)
    yield f"{FILE} is Slugfit {__version__} now (it was {before})."
    if hook is not None:
        yield f"{HOOK} runs it now, as its last line."


def version(file: Path) -> str | None:
    """The version of a vendored file, "unknown" if it does not tell, None if there is none."""
    if not file.is_file():
        return None
    try:
        with zipfile.ZipFile(file) as archive:
            found = _VERSION.search(archive.read("slugfit/__init__.py"))
    except (OSError, KeyError, zipfile.BadZipFile):
        found = None
    return found[1].decode() if found else "unknown"


def _planned_hook(app: Path) -> bytes | None:
    """What bin/post_compile is to hold; None if it can stay as it is."""
    if not app.is_dir():
        raise UsageError(f"{app} is no folder.", todo="Name the folder of the app.")
    hook = app / HOOK
    for place in (app / "bin", hook):
        if place.is_symlink() or (place.exists() and place.is_dir() != (place != hook)):
            raise _stranger(f"{place} is not the app's own {'file' if place == hook else 'folder'}")
    if not hook.exists():
        return _NEW.encode()
    try:
        text = hook.read_bytes()
    except OSError as error:
        raise TreeError(f"{hook} cannot be read.", str(error)) from error
    if text.startswith(b"#!") and not _SHELL.match(text):
        raise _stranger(f"{HOOK} is no shell script")
    if any(single.NAME.encode() in line.split(b"#")[0] for line in text.splitlines()):
        return None
    last = next((line for line in reversed(text.splitlines()) if line.strip()), b"").split()
    if last[:1] in ([b"exit"], [b"exec"]):
        raise _stranger(f"{HOOK} ends with {b' '.join(last).decode('utf-8', 'replace')!r}")
    end = b"" if text.endswith(b"\n") or not text else b"\n"
    return text + end + LINE.encode() + b"\n"


def _stranger(why: str) -> UsageError:
    return UsageError(
        f"No line could be added: {why}.",
        "Nothing was written.",
        f"Put this call where it runs last, and run this command again: {LINE}",
    )


def _write(app: Path, hook: bytes | None) -> None:
    """The file first: a line without it would fail a build."""
    try:
        (app / "bin").mkdir(exist_ok=True)
        single.write(app / FILE)
        if hook is not None:
            place = app / HOOK
            whole.write(place, hook, place.stat().st_mode & 0o7777 if place.exists() else 0o755)
    except OSError as error:
        raise TreeError(
            f"{app}/bin cannot be written.", str(error), "Run as a user who may write there."
        ) from error
