"""What came of SLUGFIT_PACK, as data; words come from report/."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from slugfit.measure.sizes import Bytes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slugfit.measure.sizes import Sizes
    from slugfit.packing.units import Bundle

RefusalKind = Literal[
    "fits",  # ``auto``, and the slug is under its limit
    "cached tree",  # the next build's installer would start from the packed tree
    "not a slug",  # nothing sources .profile.d, or what is unpacked is what counts
    "platform",  # the platform of ``detail`` cannot, or need not, unpack
    "not slimmed",  # everything was put back
    "nothing large",  # no folder is large enough, or gets smaller
    "no program",  # ``detail`` is what unpacking takes and is not there
    "failed",  # ``detail`` says what happened; the tree is as it was
]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why nothing was packed."""

    kind: RefusalKind
    detail: str = ""


@dataclass(frozen=True, slots=True)
class PackedBundle:
    """One archive, and what it holds."""

    bundle: Bundle
    """The folders."""
    archive: str
    """Its name in the folder of archives."""
    sha256: str
    """Its SHA-256 in hexadecimal."""
    compressed: int
    """Its bytes; no compression of the slug makes them fewer."""

    @property
    def saved(self) -> int:
        """How much smaller the slug is for it, in bytes."""
        return self.bundle.compressed - self.compressed


@dataclass(frozen=True, slots=True)
class Packing:
    """What was packed, or why nothing was."""

    packed: tuple[PackedBundle, ...] = ()
    """The archives, in the order in which they were made."""
    seconds: float = 0.0
    """What unpacking all took here: about what each start of a process takes longer."""
    refusal: Refusal | None = None
    """None if something was packed."""
    expected: bool = False
    """Whether it is what a plan expects, and nothing was packed yet."""

    @property
    def is_failed(self) -> bool:
        """Whether it was to be done and could not."""
        return self.refusal is not None and self.refusal.kind in ("failed", "no program")


def sizes_when_packed(sizes: Sizes, packed: Sequence[PackedBundle]) -> Sizes:
    """The sizes of the slug with these archives in place of what they hold."""
    kept = dict(sizes.kept)
    saved: dict[str, int] = {}
    folders = {unit.path for item in packed for unit in item.bundle.units}
    changes = [
        (owner, size.compressed) for (top, owner), size in sizes.tops.items() if top in folders
    ]
    changes += [(item.bundle.owner, -item.compressed) for item in packed]
    for owner, less in changes:
        kept[owner] = Bytes(kept[owner].uncompressed, kept[owner].compressed - less)
        saved[owner] = saved.get(owner, 0) + less
    return replace(sizes, kept=kept, packed=saved)
