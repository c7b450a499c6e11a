"""Slugfit as a part of an app: bin/slugfit.pyz, and the line of bin/post_compile that runs it."""

from __future__ import annotations

import re
import zipfile
from typing import TYPE_CHECKING

from slugfit import __version__
from slugfit.base.atomic import write_atomically
from slugfit.base.errors import TreeError, UsageError
from slugfit.deploy.single_file import SINGLE_FILE, single_file_content, write_single_file
from slugfit.scan.ignore_files import read_slugignore

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


HOOK_PATH = "bin/post_compile"
VENDORED_FILE = f"bin/{SINGLE_FILE}"
HOOK_LINE = f'python3 -I -S -B "${{BUILD_DIR:-.}}/{VENDORED_FILE}" hook "${{BUILD_DIR:-.}}"'
_NEW = f"""\
#!/usr/bin/env bash
# Runs in the build directory when everything is installed.
set -euo pipefail

{HOOK_LINE}
"""
_SHELL = re.compile(rb"#!\s*\S*(/env\s+(-S\s+)?)?(/|\b)(ba|da|k|z|a)?sh\b")
_VERSION = re.compile(rb'^__version__ = "([^"]+)"', re.MULTILINE)


def install_hook(app: Path) -> Iterator[str]:
    """Write the file and the line; what was done, in sentences.

    Raises UsageError if bin/post_compile is nothing that a line can be added to, and TreeError if
    it cannot be written. Nothing is written then.
    """
    hook = _planned_hook(app)
    _write(app, hook)
    yield f"{VENDORED_FILE} is Slugfit {__version__}, {len(single_file_content()) // 1000} kB."
    if hook is None:
        yield f"{HOOK_PATH} runs it already."
    else:
        yield f"{HOOK_PATH} runs it now, as its last line."
    if read_slugignore(app).excludes(VENDORED_FILE):
        yield (
            f"! .slugignore names {VENDORED_FILE}: remove that line, or the build will not find it."
        )
    yield f"Next: git add {HOOK_PATH} {VENDORED_FILE}, commit and deploy."


def update_hook(app: Path) -> Iterator[str]:
    """Bring file and line to this version; raises UsageError if there is none to update."""
    before = vendored_version(app / VENDORED_FILE)
    if before is None:
        raise UsageError(
            f"There is no {VENDORED_FILE} in {app}.",
            todo=f"`slugfit install-hook {app}` puts one there.",
        )
    hook = _planned_hook(app)
    _write(app, hook)
    yield f"{VENDORED_FILE} is Slugfit {__version__} now (it was {before})."
    if hook is not None:
        yield f"{HOOK_PATH} runs it now, as its last line."


def remove_hook(app: Path) -> Iterator[str]:
    """Take the file and the line out again; what was done, in sentences.

    The rest of bin/post_compile stays; if that is only what install_hook wrote, it goes.
    Raises UsageError if there is nothing of ours, or a line that calls the file in another way,
    and TreeError if something cannot be removed.
    """
    hook, vendored = app / HOOK_PATH, app / VENDORED_FILE
    is_there = vendored_version(vendored) is not None
    text = _text_of(hook)
    left = _without_line(text)
    if not is_there and left == text:
        raise UsageError(f"There is no hook of Slugfit's in {app}.", todo="Name the app's folder.")
    other = [line for line in (left or b"").splitlines() if _calls_it(line)]
    if other:
        line = other[0].decode("utf-8", "replace")
        raise UsageError(
            f"{HOOK_PATH} has a line that Slugfit did not write: {line}",
            "Nothing was removed.",
            f"Take out what calls {VENDORED_FILE} there, and run this command again.",
        )
    try:
        # The line first: without the file it would fail a build.
        if left is not None and left != text:
            yield _rid_of_line(hook, left)
        if is_there:
            vendored.unlink()
            yield f"{VENDORED_FILE} is gone."
        if not any((app / "bin").iterdir()):
            (app / "bin").rmdir()
    except OSError as error:
        raise TreeError(
            f"{app}/bin cannot be written.", str(error), "Run as a user who may write there."
        ) from error
    yield (
        "The build cache still holds the slimmed packages. Before you deploy this, deploy once "
        "more with SLUGFIT_LEVEL=measure, which gives everything back, or purge the cache."
    )


def _text_of(hook: Path) -> bytes | None:
    """What bin/post_compile holds; None if it is no file of the app's."""
    if hook.is_symlink() or not hook.is_file():
        return None
    try:
        return hook.read_bytes()
    except OSError as error:
        raise TreeError(f"{hook} cannot be read.", str(error)) from error


def _without_line(text: bytes | None) -> bytes | None:
    if text is None:
        return None
    ours = HOOK_LINE.encode()
    return b"".join(line for line in text.splitlines(keepends=True) if line.strip() != ours)


def _rid_of_line(hook: Path, left: bytes) -> str:
    if left.strip() == _NEW.replace(HOOK_LINE, "").strip().encode():
        hook.unlink()
        return f"{HOOK_PATH} is gone: there was nothing else in it."
    write_atomically(hook, left, hook.stat().st_mode & 0o7777)
    return f"{HOOK_PATH} no longer runs it."


def _calls_it(line: bytes) -> bool:
    return SINGLE_FILE.encode() in line.split(b"#")[0]


def vendored_version(file: Path) -> str | None:
    """The version of a vendored file, "unknown" if it does not tell, None if there is none."""
    if not file.is_file():
        return None
    try:
        with zipfile.ZipFile(file) as archive:
            version = _VERSION.search(archive.read("slugfit/__init__.py"))
    except (OSError, KeyError, zipfile.BadZipFile):
        version = None
    return version[1].decode() if version else "unknown"


def _planned_hook(app: Path) -> bytes | None:
    """What bin/post_compile is to hold; None if it can stay as it is."""
    if not app.is_dir():
        raise UsageError(f"{app} is not a folder.", todo="Name the folder of the app.")
    hook = app / HOOK_PATH
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
        raise _stranger(f"{HOOK_PATH} is not a shell script")
    if any(_calls_it(line) for line in text.splitlines()):
        return None
    last = next((line for line in reversed(text.splitlines()) if line.strip()), b"").split()
    if last[:1] in ([b"exit"], [b"exec"]):
        raise _stranger(f"{HOOK_PATH} ends with {b' '.join(last).decode('utf-8', 'replace')!r}")
    end = b"" if text.endswith(b"\n") or not text else b"\n"
    return text + end + HOOK_LINE.encode() + b"\n"


def _stranger(why: str) -> UsageError:
    return UsageError(
        f"No line could be added: {why}.",
        "Nothing was written.",
        f"Put this call where it runs last, and run this command again: {HOOK_LINE}",
    )


def _write(app: Path, hook: bytes | None) -> None:
    """The file first: a line without it would fail a build."""
    try:
        (app / "bin").mkdir(exist_ok=True)
        write_single_file(app / VENDORED_FILE)
        if hook is not None:
            place = app / HOOK_PATH
            write_atomically(
                place, hook, place.stat().st_mode & 0o7777 if place.exists() else 0o755
            )
    except OSError as error:
        raise TreeError(
            f"{app}/bin cannot be written.", str(error), "Run as a user who may write there."
        ) from error
