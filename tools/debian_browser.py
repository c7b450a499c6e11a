"""Usage, as root on Debian: make browser

Has Chromium on this machine, for the tests that look at report.html. With --or-skip it is no
failure that there is none to be had: these tests say so then and are left out.
"""

from __future__ import annotations

import shutil
import sys

from stack import packages
from stack.programs import UnavailableError

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
"""What the tests look for."""
UNAVAILABLE = 2


def main(arguments: list[str]) -> int:
    """0 where there is a browser, or none has to be."""
    if any(map(shutil.which, PROGRAMS)):
        return 0
    try:
        packages.need("chromium", "chromium", print)
    except UnavailableError as error:
        print(f"No browser: {error}")
        return 0 if "--or-skip" in arguments else UNAVAILABLE
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
