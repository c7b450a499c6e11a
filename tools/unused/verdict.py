"""What an app lost: lines that its program no longer prints, distributions that went. Pure."""

from __future__ import annotations

import csv
import difflib
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from corpus.children import Ended
    from unused.slugs import Slimmed

LAST_WORD = "ok"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One app after slimming. ``fault`` is why nothing is proved, or None."""

    name: str
    slimmed: Slimmed
    gone: tuple[str, ...]
    differences: tuple[str, ...]
    fault: str | None
    seconds: float = 0.0

    @property
    def is_bad(self) -> bool:
        """Whether something was lost, or nothing was proved."""
        return bool(self.differences or self.fault)


def fault_of(before: Ended) -> str | None:
    """Why a program proves nothing: it did not work with everything there."""
    if before.fault:
        return before.fault
    lines = before.out.split()
    return None if lines and lines[-1] == LAST_WORD else "it ended without its last word"


def differences(before: Ended, after: Ended) -> tuple[str, ...]:
    """Lines that are said only before (-) or only after (+), and how it ended if that differs."""
    found = [
        line
        for line in difflib.unified_diff(
            before.out.splitlines(), after.out.splitlines(), lineterm="", n=0
        )
        if not line.startswith(("---", "+++", "@@"))
    ]
    if before.code != after.code:
        found.append(f"+ ended: {after.fault}")
    return tuple(found)


def importable_files(site: Path) -> Mapping[str, tuple[str, ...]]:
    """The modules of each distribution, by RECORD, as paths below ``site``."""
    found = {}
    for record in sorted(site.glob("*.dist-info/RECORD")):
        with open(record, encoding="utf-8", newline="") as file:
            paths = [row[0] for row in csv.reader(file) if row]
        name = record.parent.name.removesuffix(".dist-info").replace("-", " ", 1)
        found[name] = tuple(
            path
            for path in paths
            if path.endswith((".py", ".so")) and not path.startswith((".", "/"))
        )
    return found


def gone(was: Mapping[str, tuple[str, ...]], site: Path) -> tuple[str, ...]:
    """The distributions of which no module is left."""
    return tuple(
        name
        for name, files in was.items()
        if files and not any(os.path.lexists(site / path) for path in files)
    )
