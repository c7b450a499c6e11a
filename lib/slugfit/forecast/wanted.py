"""What is to be installed: one distribution, and the file that it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Source = Literal["wheel", "archive", "repository", "local"]
"""A wheel; sources in an archive; a repository; a folder beside the list."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One distribution of a resolved set."""

    name: str
    """Normalised: https://packaging.python.org/en/latest/specifications/name-normalization/."""
    version: str
    source: Source
    url: str = ""
    """Where its file is; it can hold credentials. "" if no index has one for the target."""
    digest: str = ""
    """Its hash, such as ``sha256=…``; "" if nothing names one."""
    size: int = 0
    """Bytes of the file, 0 if nothing says it."""
    required_by: tuple[str, ...] = ()
    """Who requires it, of the set; () where nothing says so."""
    why: str = ""
    """Why there is no file, without credentials."""


def source_of(url: str) -> Source:
    """What lies at a URL, by its name."""
    path = url.partition("#")[0].partition("?")[0]
    if path.endswith(".whl"):
        return "wheel"
    if path.endswith((".tar.gz", ".zip", ".tar.bz2", ".tgz", ".tar.xz")):
        return "archive"
    return "local" if path.startswith("file:") else "repository"
