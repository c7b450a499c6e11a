"""Another requirements file than the one the standard buildpack looks for.

That buildpack installs what the app's ``requirements.txt`` says and compares that file alone, byte
for byte, with the last build's. So for its run the app gets one that leads to the chosen file and
holds the digest of every file that pip will read: a change in any of them is a change in this one.
"""

from __future__ import annotations

import hashlib
import os
import posixpath
import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slugfit.base.errors import UsageError
from slugfit.base.paths import path_inside
from slugfit.base.text import decode_text
from slugfit.scan.requirement_lines import included_path, requirement_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path


REQUIREMENTS_FILE = "requirements.txt"
OTHER_LOCKS: Mapping[str, str] = {
    "Pipfile": "Pipenv",
    "Pipfile.lock": "Pipenv",
    "poetry.lock": "Poetry",
    "uv.lock": "uv",
}
"""What makes the standard buildpack choose another package manager, and which."""
_PYLOCK = re.compile(r"pylock(\.[^.\s]+)?\.toml")
"""A lock file for every package manager: https://peps.python.org/pep-0751/#file-name."""


@dataclass(frozen=True, slots=True)
class IncludedFile:
    """One file that pip will read: its path from the app's root, and what it says.

    ``digest`` is a sha256 in hexadecimal; empty for what is not there or lies outside the app.
    """

    path: str
    digest: str
    lines: tuple[str, ...] = ()


def other_locks(root: Path) -> Iterator[str]:
    """The files in ``root`` from which something else than the requirements could be installed."""
    yield from (name for name in OTHER_LOCKS if os.path.lexists(root / name))
    # Pipenv prefers them to its own: https://pipenv.pypa.io/en/latest/pylock.html.
    yield from sorted(filter(_PYLOCK.fullmatch, os.listdir(root)))


def check_requirements(root: Path, name: str) -> None:
    """Raise UsageError unless ``name``, a clean relative path, is a file of the app in ``root``."""
    file = root / name
    if name in OTHER_LOCKS:
        why = f"That is a file of {OTHER_LOCKS[name]}'s, which pip cannot read."
    elif _PYLOCK.fullmatch(posixpath.basename(name)):
        why = "That is a lock file, which pip cannot read where a requirements file leads to it."
    elif not os.path.lexists(file):
        why = "There is no such file."
    elif not _is_inside(root, file):
        why = "It is a link that leads out of the app, or nowhere."
    elif not file.is_file():
        why = "It is a folder." if file.is_dir() else "It is not a regular file."
    else:
        return
    raise UsageError(
        f"The requirements file {name!r} cannot be used.",
        f"SLUGFIT_REQUIREMENTS (or PIP_REQUIREMENTS_FILE) names it. {why}",
        "Name a file of the app as seen from its root, such as requirements-heroku.txt, and check "
        "that it is committed and not in .slugignore.",
    )


def requirements_closure(root: Path, name: str) -> tuple[IncludedFile, ...]:
    """The file and all that it includes, each once, in the order in which pip comes to them."""
    files: dict[str, IncludedFile] = {}
    waiting = [name]
    while waiting:
        path = waiting.pop(0)
        if path not in files:
            files[path] = _read(root, path)
            folder = posixpath.dirname(path)
            for other in map(included_path, files[path].lines):
                place = path_inside(folder, other) if other else None
                if place is not None:
                    waiting.append(place)
    return tuple(files.values())


def _read(root: Path, path: str) -> IncludedFile:
    file = root / path
    if not (file.is_file() and _is_inside(root, file)):
        return IncludedFile(path, "")
    try:
        data = file.read_bytes()
    except OSError:
        return IncludedFile(path, "")
    text = decode_text(data, "replace").text
    return IncludedFile(
        path, hashlib.sha256(data).hexdigest(), tuple(line for _, line in requirement_lines(text))
    )


def _is_inside(root: Path, file: Path) -> bool:
    base = os.path.realpath(root)
    real = os.path.realpath(file)
    return os.path.exists(real) and os.path.commonpath((base, real)) == base


def requirements_text(root: Path, name: str, more: str = "") -> bytes:
    """What the app's requirements.txt says while the standard buildpack runs.

    ``more`` are lines of options, in ASCII. Where the file is that requirements.txt itself, they
    follow what it says, in its encoding.
    """
    notes = "".join(
        f"# sha256:{item.digest or 'not in the app'}  {item.path!a}\n"
        for item in requirements_closure(root, name)
        if item.path != REQUIREMENTS_FILE
    )
    head = "# Written by Slugfit for this build alone.\n"
    if name != REQUIREMENTS_FILE:
        return f"{head}-r {shlex.quote(name)}\n{more}{notes}".encode()
    own = (root / name).read_bytes()
    encoding = decode_text(own, "replace").encoding
    return own + f"\n{head}{more}{notes}".encode(encoding)


def is_hashed(reads: Iterable[IncludedFile]) -> bool:
    """Whether pip accepts only files whose digests these name."""
    return any(
        "--hash" in line or "--require-hashes" in line for read in reads for line in read.lines
    )
