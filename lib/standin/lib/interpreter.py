"""Copies the Python that runs it into a prefix that works wherever the slug is unpacked.

Usage, with ``python3.X -I -S -B``:
  interpreter.py about          version, base prefix and executable, one a line
  interpreter.py copy PREFIX    the interpreter, its library and its headers, into PREFIX
What is left out follows Heroku's own archive of Python. No file is ever changed in place.
"""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import sys
import sysconfig
from pathlib import Path

_NAME = f"python3.{sys.version_info.minor}"


def copy(prefix: Path) -> None:
    """Copy this Python, or the one its environment is based on; OSError when that fails."""
    library = prefix / "lib" / _NAME
    for part in dict.fromkeys(map(sysconfig.get_path, ("stdlib", "platstdlib"))):
        copy_tree(Path(part), library)
    (library / "site-packages").mkdir(exist_ok=True)
    if sys.platlibdir != "lib":
        (prefix / sys.platlibdir).symlink_to("lib")
    copy_commands(prefix / "bin")
    copy_headers(prefix / "include" / _NAME)
    copy_shared(prefix / "lib")


def copy_commands(folder: Path) -> None:
    """Copy the interpreter and python3-config, with their relative links."""
    executable = Path(getattr(sys, "_base_executable", None) or sys.executable).resolve()
    copy_file(executable, folder / _NAME)
    (folder / "python3").symlink_to(_NAME)
    (folder / "python").symlink_to("python3")
    config = executable.with_name(f"{_NAME}-config")
    # As a shell script it finds its prefix by itself; as a Python script it names a path.
    if config.is_file() and config.read_bytes().startswith(b"#!/bin/sh"):
        copy_file(config, folder / config.name)
        (folder / "python3-config").symlink_to(config.name)


def copy_headers(folder: Path) -> None:
    """Copy the C headers, where this machine has them."""
    headers, config = Path(sysconfig.get_path("include")), Path(sysconfig.get_config_h_filename())
    if headers.is_dir() and config.is_file():
        copy_tree(headers, folder)
        # A multi-arch distribution's pyconfig.h only includes another one, outside the prefix.
        copy_file(config, folder / "pyconfig.h")


def copy_shared(folder: Path) -> None:
    """Copy libpython if the interpreter loads it, and the pkg-config files there are."""
    base = Path(sys.base_prefix, "lib")
    # A static interpreter's machine may have the library all the same: 8 MB of no use here.
    shared = f"lib{_NAME}.so".encode() in (folder.parent / "bin" / _NAME).read_bytes()
    for library in dict.fromkeys((base, Path(sysconfig.get_config_var("LIBDIR") or base))):
        for file in (*library.glob(f"lib{_NAME}.so*"), library / "libpython3.so"):
            if shared:
                copy_entry(file, folder / file.name)
        for file in library.glob(f"pkgconfig/python-{_NAME[6:]}*.pc"):
            copy_file(file, folder / "pkgconfig" / file.name)


def copy_tree(source: Path, target: Path) -> None:
    """Copy what belongs into the slug, with plain modes; links out of the tree become files."""
    for folder, folders, names in os.walk(source):
        here = Path(folder).relative_to(source)
        folders[:] = [name for name in folders if not left_out(here, name)]
        for name in names:
            if not left_out(here, name):
                copy_entry(Path(folder, name), target / here / name)


def left_out(folder: Path, name: str) -> bool:
    """Whether Heroku's Python lacks this part of the library, or it is this machine's own."""
    machine = {"EXTERNALLY-MANAGED", "dist-packages", "site-packages", "sitecustomize.py"}
    if folder == Path() and name in machine:
        return True
    if folder == Path("lib-dynload") and sys.version_info >= (3, 11):
        return name.startswith(("_test", "_ctypes_test", "_xxtestfuzz", "xxlimited"))
    if folder.name.startswith("config-") and name.startswith("libpython"):
        return True
    return name in {"__pycache__", "test", "tests", "idle_test"} or name.endswith((".a", ".pyc"))


def copy_entry(source: Path, target: Path) -> None:
    """Copy a file, or a link that stays in its folder as a link; broken links are left out."""
    link = source.readlink() if source.is_symlink() else None
    if link is not None and source.exists() and len(link.parts) == 1:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)
        target.symlink_to(link)
    elif source.is_file():
        copy_file(source, target)


def copy_file(source: Path, target: Path) -> None:
    """Copy a file; a program or shared library without its symbols, as Heroku builds Python."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    with source.open("rb") as file:
        head = file.read(18)
    loadable = head[:6] == b"\x7fELF\x02\x01" and head[16] in (2, 3)
    if not (loadable and strip(source, target)):
        shutil.copyfile(source, target)
    target.chmod(0o755 if loadable or os.access(source, os.X_OK) else 0o644)


def strip(source: Path, target: Path) -> bool:
    """Write ``source`` without symbols to ``target``; False if that cannot be done safely."""
    tool = shutil.which("strip")
    if tool is None:
        return False
    command = [tool, "--strip-all", "-o", os.fspath(target), os.fspath(source)]
    if subprocess.run(command, capture_output=True, check=False).returncode != 0:
        return False
    data = target.read_bytes()
    start, size, count = (*struct.unpack_from("<Q", data, 32), *struct.unpack_from("<HH", data, 54))
    for at in range(start, start + size * count, size):
        kind, _flags, offset, address = struct.unpack_from("<IIQQ", data, at)
        (align,) = struct.unpack_from("<Q", data, at + 48)
        if kind == 1 and align and (offset - address) % align:
            return False  # strip moved a segment that patchelf had laid out: it would not load.
    return True


def main(arguments: list[str]) -> None:
    """Run one command; SystemExit with a sentence when it fails."""
    try:
        match arguments:
            case ["about"]:
                version = ".".join(map(str, sys.version_info[:3]))
                sys.stdout.write(f"{version}\n{sys.base_prefix}\n{sys.executable}\n")
            case ["copy", prefix]:
                copy(Path(prefix))
            case _:
                sys.exit(__doc__)
    except OSError as error:
        sys.exit(f"This machine's Python could not be copied: {error}")


if __name__ == "__main__":
    main(sys.argv[1:])
