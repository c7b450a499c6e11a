"""Reads and writes the files of an app and its build that need parsing.

Usage, with ``python3 -I -S -B``:
  app.py version BUILD_DIR     the Python asked for and the file that asks, one a line, if any
  app.py relocate PREFIX       scripts start this slug's Python wherever it lies; RECORD stays true
  app.py report FILE           the facts of a build as one flat JSON object
No file is changed in place: the build cache may share its inode.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import json
import os
import re
import sys
from pathlib import Path

_VERSION = re.compile(r"(?:python-)?3\.(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*))?")


def version(folder: Path) -> tuple[str, str] | None:
    """Return the version an app asks for, and the file; ValueError if it cannot be one."""
    for name in ("runtime.txt", ".python-version"):
        if (folder / name).is_file():
            text = (folder / name).read_text("utf-8", errors="replace")
            found = [line for line in map(str.strip, text.splitlines()) if line and line[0] != "#"]
            if len(found) != 1 or not _VERSION.fullmatch(found[0]):
                told = ", ".join(repr(line) for line in found) or "nothing"
                raise ValueError(f"{name} says {told}; one version such as 3.13 is wanted.")
            return found[0].removeprefix("python-"), name
    lock = folder / "Pipfile.lock"
    if not lock.is_file():
        return None
    return locked_version(lock.read_text("utf-8", errors="replace"))


def locked_version(text: str) -> tuple[str, str] | None:
    """Return the version that a Pipfile.lock asks for, if any; ValueError for broken JSON."""
    try:
        requires = json.loads(text)["_meta"]["requires"]
        asked = requires.get("python_full_version") or requires.get("python_version")
    except (KeyError, TypeError, AttributeError):
        return None
    except json.JSONDecodeError as error:
        raise ValueError(f"Pipfile.lock is not JSON: {error}.") from error
    if asked is None:
        return None
    if not isinstance(asked, str) or not _VERSION.fullmatch(asked):
        raise ValueError(f"Pipfile.lock says {asked!r}; one version such as 3.13 is wanted.")
    return asked, "Pipfile.lock"


def relocate(prefix: Path) -> None:
    """Make the scripts in ``bin`` find their Python through PATH; OSError when that fails."""
    changed: dict[Path, bytes] = {}
    for file in sorted((prefix / "bin").iterdir()):
        if file.is_file() and not file.is_symlink():
            script = relocated(file.read_bytes(), os.fsencode(prefix))
            if script is not None:
                replace(file, script)
                changed[file] = script
    if changed:
        for record in sorted(prefix.glob("lib/python3.*/site-packages/*.dist-info/RECORD")):
            update_record(record, changed)


def relocated(script: bytes, prefix: bytes) -> bytes | None:
    """Return a script without its interpreter's path, or None if it names none in ``prefix``."""
    if not script.startswith(b"#!"):
        return None
    first, _end, rest = script.partition(b"\n")
    words = first[2:].strip()
    if words == b"/bin/sh" and rest.startswith(b"'''exec' "):
        # A path with spaces, or too long for the kernel, is written as a shell's command.
        words, _end, rest = rest.removeprefix(b"'''exec' ").partition(b"\n")
        words = words.replace(b'"$0" "$@"', b"").translate(None, b"\"'").strip()
        rest = rest.removeprefix(b"' '''\n")
    start = prefix + b"/bin/"
    if not words.startswith(start + b"python"):
        return None
    command = words[len(start) :].split()
    flag = b"-S " if len(command) > 1 else b""
    return b"#!/usr/bin/env " + flag + b" ".join(command) + b"\n" + rest


def replace(file: Path, data: bytes) -> None:
    """Put a new file of the same mode in the place of ``file``."""
    new = file.with_name(f".{file.name}.new")
    new.write_bytes(data)
    new.chmod(file.stat().st_mode & 0o7777)
    new.replace(file)


def update_record(record: Path, changed: dict[Path, bytes]) -> None:
    """Write the changed files' hashes and sizes into a RECORD, every other line as it was."""
    site_packages = record.parent.parent
    before = record.read_bytes().decode("utf-8", "surrogateescape")
    after = "".join(
        updated_row(line, site_packages, changed) for line in before.splitlines(keepends=True)
    )
    if after != before:
        replace(record, after.encode("utf-8", "surrogateescape"))


def updated_row(line: str, site_packages: Path, changed: dict[Path, bytes]) -> str:
    """Return one line of RECORD with the hash and size of the file as it is now."""
    row = next(csv.reader([line]), [])
    file = Path(os.path.normpath(site_packages / row[0])) if row else site_packages
    if file not in changed:
        return line
    data = changed[file]
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
    name = line[: line.rindex(",", 0, line.rindex(","))] if len(row) > 1 else row[0]
    ending = line[len(line.rstrip("\r\n")) :]
    return f"{name},sha256={digest},{len(data)}{ending}"


def report(file: Path) -> str:
    """Return the facts in ``file`` (lines of ``KEY<tab>KIND<tab>VALUE``, the last wins) as JSON."""
    facts: dict[str, object] = {}
    for line in file.read_text("utf-8", errors="replace").splitlines() if file.is_file() else []:
        key, kind, value = line.split("\t", 2)
        facts[key] = json.loads(value) if kind == "raw" else value
    return json.dumps(facts, indent=2, sort_keys=True)


def main(arguments: list[str]) -> None:
    """Run one command; SystemExit with a sentence when it fails."""
    try:
        match arguments:
            case ["version", folder]:
                sys.stdout.write("".join(f"{line}\n" for line in version(Path(folder)) or ()))
            case ["relocate", prefix]:
                relocate(Path(prefix))
            case ["report", file]:
                sys.stdout.write(report(Path(file)) + "\n")
            case _:
                sys.exit(__doc__)
    except (OSError, ValueError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(sys.argv[1:])
