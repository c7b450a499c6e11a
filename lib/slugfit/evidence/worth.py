"""Is it worth its risk? What a rule takes from one distribution has to save more than a threshold.

A removal that nobody could notice in the size of the slug is not worth anybody's evening.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from slugfit.refer.candidates import Candidate

_MOST_RATIO = 20
"""No group of files was seen to shrink to less than a twentieth (measured: tests 6, headers 8)."""
_LEVEL = 1


def not_worth(
    root: Path,
    candidates: Iterable[Candidate],
    owners: Mapping[str, str],
    sizes: Mapping[str, int],
    least: int,
) -> frozenset[tuple[str, str]]:
    """The (distribution, rule) that save fewer than ``least`` compressed bytes. Raises no OSError.

    ``owners`` are the distributions and ``sizes`` the bytes of files, by path.
    """
    paths: dict[tuple[str, str], list[str]] = defaultdict(list)
    for candidate in candidates:
        paths[owners.get(candidate.path, ""), candidate.rule].append(candidate.path)
    return frozenset(
        group for group, own in paths.items() if _is_less(root, sorted(own), sizes, least)
    )


def _is_less(root: Path, paths: list[str], sizes: Mapping[str, int], least: int) -> bool:
    """Whether these files deflate to fewer than ``least`` bytes."""
    total = sum(sizes.get(path, 0) for path in paths)
    if total < least or total > least * _MOST_RATIO:
        return total < least
    engine = zlib.compressobj(_LEVEL)
    packed = 0
    for path in paths:
        packed += len(engine.compress(_content(root / path)))
        if packed >= least:
            return False
    return packed + len(engine.flush()) < least


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes() if file.is_file() and not file.is_symlink() else b""
    except OSError:
        return b""
