"""Evidence for programs: those for Windows, and the installer that makes virtual environments."""

from __future__ import annotations

import fnmatch
from typing import TYPE_CHECKING

from slugfit.catalog.launchers import WINDOWS_LAUNCHERS
from slugfit.evidence.lack import Lack
from slugfit.evidence.signs import INSTALLER
from slugfit.scan.owners import APP

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from slugfit.evidence.surroundings import Surroundings
    from slugfit.refer.candidates import Candidate


def lacking_launchers(
    surroundings: Surroundings, candidates: Iterable[Candidate]
) -> Iterator[tuple[str, Lack]]:
    """The programs that are not known to serve Windows alone: others may be sent there."""
    for candidate in candidates:
        _, inner = surroundings.layout.scope(candidate.path)
        if not any(fnmatch.fnmatchcase(inner, pattern) for pattern in WINDOWS_LAUNCHERS):
            yield candidate.path, Lack("not for Windows")


def lacking_venv(
    surroundings: Surroundings, candidates: Iterable[Candidate]
) -> Iterator[tuple[str, Lack]]:
    """The installer, where code that is kept makes virtual environments: ``venv`` starts it."""
    own = [
        candidate.path
        for candidate in candidates
        if surroundings.layout.scope(candidate.path)[1].startswith(f"{INSTALLER}/")
    ]
    maker = _maker(surroundings) if own else ""
    if maker:
        yield from ((path, Lack("venv", maker)) for path in own)


def _maker(surroundings: Surroundings) -> str:
    """A module outside of the standard library that imports venv, or starts it by ``-m``."""
    for owner, modules in sorted(surroundings.staying.items()):
        for module in modules:
            if surroundings.layout.scope(module.path)[0] == "stdlib":
                continue
            makes = surroundings.reader.signs_of(module.path).makes
            # pip makes environments without an installer.
            if makes == "venv with pip" or (makes and owner == APP):
                return module.path
    return ""
