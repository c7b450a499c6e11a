"""Packages live in lib/python3.X/site-packages, whatever the copied Python's maker patched.

Debian's and Ubuntu's `site` module (frozen into the interpreter) looks into dist-packages only.
The stand-in puts this file beside the standard library, and a .pth file that imports it into a
folder that such an interpreter does look into.
"""

from __future__ import annotations

import site
import sys

TYPE_CHECKING = False  # `typing` is too slow to import at every start
if TYPE_CHECKING:
    from collections.abc import Iterable


def getsitepackages(prefixes: Iterable[str] | None = None) -> list[str]:
    """Name the folders that packages are installed into, one for each prefix."""
    tail = f"lib/python3.{sys.version_info.minor}/site-packages"
    found = [sys.prefix, sys.exec_prefix] if prefixes is None else prefixes
    return list(dict.fromkeys(f"{prefix}/{tail}" for prefix in found if prefix))


site.getsitepackages = getsitepackages
for _folder in getsitepackages():
    site.addsitedir(_folder)
