"""Debian's packages, installed on this machine where that is allowed."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from stack.programs import Ended, UnavailableError, run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stack.programs import Say

QUIET = {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}


def need(package: str, program: str, say: Say) -> None:
    """Have ``program`` on this machine, from ``package`` if it is not there yet.

    Raises UnavailableError, with the reason and the way out, if it cannot be installed.
    """
    if shutil.which(program):
        return
    if os.geteuid() != 0:
        raise UnavailableError(
            f"{program} is not installed, and only root may install it"
            f" (as root: apt-get install {package})"
        )
    if shutil.which("apt-get") is None:
        raise UnavailableError(f"{program} is not installed, and this machine has no apt-get")
    say(f"Installing {package} with apt-get.")
    ended = _apt("install", package)
    if ended.code:
        # The lists may be missing, or too old to name a file that is still served.
        _apt("update")
        ended = _apt("install", package)
    if ended.code or not shutil.which(program):
        raise UnavailableError(f"apt-get could not install {package}: {ended.last_line}")


def _apt(action: str, *packages: str) -> Ended:
    return run(command(action, packages), 600, variables=QUIET)


def command(action: str, packages: Sequence[str]) -> tuple[str, ...]:
    """apt-get's command line: no questions, and no packages that are only recommended."""
    extra = ("--yes", "--no-install-recommends") if action == "install" else ()
    return ("apt-get", action, "--quiet=2", *extra, *packages)
