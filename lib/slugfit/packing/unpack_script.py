"""What a slug carries to unpack itself: a list for the script, the script, and what starts it."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

from slugfit.base.paths import PACKED_FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slugfit.packing.outcome import PackedBundle


LIST = "list"
SCRIPT = "unpack.sh"
PROFILE = "profile.sh"
"""Names of these; the last one's text lies in .profile.d."""

PROFILE_TEXT = f"""\
# Written by Slugfit: unpacks the packages that the slug holds packed, before anything needs one.
bash "${{HOME}}/{PACKED_FOLDER}/{SCRIPT}" || exit 1
"""


def script_text() -> str:
    """The script; it stands beside this module."""
    return resources.files("slugfit").joinpath(f"packing/{SCRIPT}").read_text("utf-8")


def list_text(packed: Iterable[PackedBundle]) -> str:
    """A line for each archive, the largest first, in words that hold no space.

    Its name, the bytes of its files, the folder of packages, and the folders there.
    """
    lines = []
    for item in sorted(packed, key=lambda item: (-item.bundle.size, item.archive)):
        site = item.bundle.site
        units = [unit.path[len(site) + 1 :] for unit in item.bundle.units]
        lines.append(" ".join((item.archive, str(item.bundle.size), site, *units)))
    return "".join(f"{line}\n" for line in lines)
