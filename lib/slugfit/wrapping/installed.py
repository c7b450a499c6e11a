"""What the build has installed, by the names of its metadata folders."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from slugfit.scan.distributions import normalise_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


_FOLDERS = ".heroku/python/lib/python3.*/site-packages/*.dist-info"
_REQUIRES = re.compile(r"Requires-Dist:\s*([A-Za-z0-9][A-Za-z0-9._-]*)(?P<rest>.*)")
_EXTRA = re.compile(r"\bextra\s*==")


@dataclass(frozen=True, slots=True)
class Installed:
    """Versions by normalised name, and what each distribution requires without its extras."""

    versions: Mapping[str, str] = field(default_factory=dict)
    requires: Mapping[str, frozenset[str]] = field(default_factory=dict)


def read_installed(root: Path) -> Installed:
    """The distributions in a built slug; what cannot be read is left out."""
    versions: dict[str, str] = {}
    requires: dict[str, frozenset[str]] = {}
    for folder in sorted(root.glob(_FOLDERS)):
        name, dash, version = folder.name.removesuffix(".dist-info").partition("-")
        if dash:
            versions[normalise_name(name)] = version
            requires[normalise_name(name)] = frozenset(_requires(folder / "METADATA"))
    return Installed(versions, requires)


def _requires(file: Path) -> Iterator[str]:
    try:
        header = file.read_text("utf-8", "replace").partition("\n\n")[0]
    except OSError:
        return
    for requirement in _REQUIRES.finditer(header):
        if not _EXTRA.search(requirement["rest"]):
            yield normalise_name(requirement[1])
