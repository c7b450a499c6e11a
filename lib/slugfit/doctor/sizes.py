"""What distributions weigh, by what told it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Size:
    """Bytes, and what they are bytes of."""

    bytes: int
    of: Literal["slug", "wheel", "unpacked", "files"]
    """Compressed in the slug; as wheels; as installed; as they lie in the repository."""


def total(sizes: Iterable[Size | None]) -> Size | None:
    """The sum of those that are known and of the kind of the first; None if none is."""
    known = [size for size in sizes if size is not None]
    if not known:
        return None
    return Size(sum(size.bytes for size in known if size.of == known[0].of), known[0].of)
