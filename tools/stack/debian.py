"""A Debian as like the platform's images as it matters here, made by debootstrap."""

from __future__ import annotations

import contextlib
import os
import platform
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stack import packages
from stack.programs import BrokenError, Ended, UnavailableError, run

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from typing import IO

    from stack.programs import Say

PACKAGES = (
    *("binutils", "bzip2", "ca-certificates", "curl", "file", "git", "jq", "locales", "openssl"),
    *("procps", "python3", "unzip", "xz-utils", "zip", "zstd"),
)
"""What heroku-24-build has and a buildpack may count on; no compiler, so wheels are needed."""
LOCALE = ("localedef", "--inputfile=en_US", "--charmap=UTF-8", "en_US.UTF-8")
RECIPE = (PACKAGES, LOCALE, 1)
"""All that decides what the images are like; the number is for changes of the code below."""
SYSTEMS = frozenset({"debian", "ubuntu"})
_SECONDS = 900


@dataclass(frozen=True, slots=True)
class Suite:
    """A release: ``bookworm``, and where its packages come from."""

    codename: str
    mirror: str


def suite(say: Say) -> Suite:
    """This machine's own release, from where this machine gets it.

    Raises UnavailableError on other systems, where debootstrap cannot be installed, and where apt
    has no mirror of this release.
    """
    known = platform.freedesktop_os_release()
    name, codename = known.get("ID", "linux"), known.get("VERSION_CODENAME", "")
    if name not in SYSTEMS or not codename:
        raise UnavailableError(f"debootstrap needs Debian or Ubuntu, and this is {name} {codename}")
    if os.geteuid() != 0:
        raise UnavailableError("no registry can be reached, and debootstrap needs root")
    packages.need("debootstrap", "debootstrap", say)
    wanted = ("--format", "$(REPO_URI) $(RELEASE) $(COMPONENT)", "Created-By: Packages")
    listed = run(("apt-get", "indextargets", *wanted))
    found = mirror(listed.out, codename)
    if found is None:
        raise UnavailableError(f"apt names no mirror that debootstrap could take {codename} from")
    return Suite(codename, found)


def mirror(listed: str, codename: str) -> str | None:
    """Where apt gets a release from, out of its lines of address, release and component."""
    for line in listed.splitlines():
        address, _, rest = line.partition(" ")
        if rest == f"{codename} main" and address.startswith(("http:", "https:", "file:")):
            return address.rstrip("/")
    return None


def command(chosen: Suite, root: Path) -> tuple[str, ...]:
    """debootstrap's command line."""
    include = f"--include={','.join(PACKAGES)}"
    return ("debootstrap", "--variant=minbase", include, chosen.codename, str(root), chosen.mirror)


def make(chosen: Suite, root: Path) -> None:
    """The build image's tree in the empty folder ``root``, in one to two minutes."""
    _must(run(command(chosen, root), _SECONDS, variables=packages.QUIET), "debootstrap failed")
    _inside(root, LOCALE)


def without_python(_chosen: Suite, root: Path) -> None:
    """Turn the build image's tree into the run image's: the libraries stay, Python goes."""
    show = ("dpkg-query", "--show", "--showformat=${Package}\n")
    names = _inside(root, show).out.split()
    python = [name for name in names if name.startswith(("python3", "libpython3"))]
    _inside(root, ("dpkg", "--purge", "--force-depends", "git", *python))


@contextlib.contextmanager
def packed(root: Path) -> Iterator[IO[bytes]]:
    """A tree as a tar stream, without what apt has downloaded."""
    leave = ("--exclude=./var/cache/apt", "--exclude=./var/lib/apt/lists", "--exclude=./dev/*")
    pack = ("tar", "--create", "--numeric-owner", *leave, "--directory", str(root), ".")
    with subprocess.Popen(pack, stdout=subprocess.PIPE) as process:
        if process.stdout is None:
            raise BrokenError("tar has no output")
        yield process.stdout
    if process.returncode:
        raise UnavailableError(f"tar could not pack {root} (status {process.returncode})")


def _inside(root: Path, inner: Sequence[str]) -> Ended:
    ended = run(("chroot", root, *inner), _SECONDS, variables=packages.QUIET)
    return _must(ended, f"{inner[0]} failed in Debian's tree")


def _must(ended: Ended, sentence: str) -> Ended:
    if ended.code:
        raise UnavailableError(f"{sentence}: {ended.last_line}")
    return ended
