"""Usage, as root on Debian: make pythons

Gets the Pythons that Debian testing has into .work/pythons, in one to eight minutes, and prints
what SLUGFIT_TEST_PYTHONS has to be for tests/scan/test_every_python.py.
"""

from __future__ import annotations

import os
import platform
import shutil
import sys
from pathlib import Path

from stack import debian, packages
from stack.programs import UnavailableError, run

VERSIONS = ("3.14", "3.15")
SUITE = "forky"
SCRIPT = "/usr/share/debootstrap/scripts/sid"
"""debootstrap's own for every release that is newer than debootstrap."""
WORK = Path(__file__).resolve().parent.parent / ".work/pythons"
UNAVAILABLE = 2
_SECONDS = 1800
_WRAPPER = '#!/bin/sh\nexec "{loader}" --library-path "{libraries}" "{program}" "$@"\n'
"""A program of a newer Debian, with that Debian's C library: man 8 ld.so."""


def main() -> int:
    """0 and the variable's value on stdout, or 2 and why these Pythons cannot be had here."""
    try:
        programs = pythons(WORK)
    except UnavailableError as error:
        _say(str(error))
        return UNAVAILABLE
    print(os.pathsep.join(map(str, programs)))
    return 0


def pythons(work: Path) -> list[Path]:
    """The programs python3.N, which start the ones of the tree below ``work``; made if need be."""
    root = work / "debian"
    if not root.exists():
        _fetch(root)
    programs = []
    for version in VERSIONS:
        program = work / f"python{version}"
        program.write_text(wrapper(root, version))
        program.chmod(0o755)
        ended = run((program, "-I", "-S", "-c", "import sys; print(sys.version_info[:2])"))
        if ended.code or ended.out.strip() != str(tuple(map(int, version.split(".")))):
            raise UnavailableError(f"{program} does not start: {ended.last_line}")
        programs.append(program)
    return programs


def wrapper(root: Path, version: str) -> str:
    """The text of a program that starts the tree's Python of this version from outside of it."""
    loaders = sorted(root.glob("usr/lib*/ld-linux*.so.*"))
    libraries = sorted(root.glob("usr/lib/*-linux-gnu*"))
    if not (loaders and libraries):
        raise UnavailableError(f"{root} holds no C library; remove it and try again")
    return _WRAPPER.format(
        loader=loaders[0],
        libraries=os.pathsep.join(map(str, libraries)),
        program=root / f"usr/bin/python{version}",
    )


def _fetch(root: Path) -> None:
    system = platform.freedesktop_os_release().get("ID", "linux")
    if system != "debian":
        raise UnavailableError(f"Debian's mirrors are known to Debian alone, and this is {system}")
    if os.geteuid() != 0:
        raise UnavailableError("debootstrap needs root")
    mirror = debian.suite(_say).mirror
    new = root.with_name("debian.new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    _say(f"Getting {' and '.join(VERSIONS)} from Debian's {SUITE}: some minutes.")
    include = f"--include={','.join(f'python{version}' for version in VERSIONS)}"
    command = ("debootstrap", "--variant=minbase", include, SUITE, new, mirror, SCRIPT)
    ended = run(command, _SECONDS, variables=packages.QUIET)
    if ended.code:
        raise UnavailableError(f"debootstrap failed: {ended.last_line}")
    new.rename(root)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
