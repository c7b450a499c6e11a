"""Paths of a tree as the log shows them: those of packages as seen from their site-packages."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def short_path(path: str, sites: Iterable[str]) -> str:
    """``path`` without the folder of ``sites`` that it lies in; ``slugfit why`` takes it so."""
    return next((path[len(site) + 1 :] for site in sites if path.startswith(f"{site}/")), path)


def with_short_paths(text: str, sites: Iterable[str]) -> str:
    """A sentence with the paths in it shortened so."""
    for site in sites:
        text = text.replace(f"{site}/", "")
    return text
