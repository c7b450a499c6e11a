"""File systems that are mounted below a folder of ours."""

from __future__ import annotations

from pathlib import Path

from stack.programs import run


def release(folder: Path) -> None:
    """Take away what a program that was killed has left mounted below ``folder``."""
    for place in below(Path("/proc/self/mountinfo").read_text("utf-8"), folder):
        run(("umount", "--lazy", place), 30)


def below(table: str, folder: Path) -> list[str]:
    """Mount points below ``folder``, the deepest first, from the text of a mountinfo file."""
    # The fifth field; the kernel writes blanks in it as \\040.
    places = [line.split()[4].replace("\\040", " ") for line in table.splitlines() if line]
    found = [place for place in places if place.startswith(f"{folder}/")]
    return sorted(found, key=len, reverse=True)
