"""What came of SLUGFIT_PACK, in words and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slugfit.base.words import megabytes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from slugfit.packing.outcome import PackedBundle, Packing, Refusal


_LISTED = 6


def packing_sentences(packing: Packing) -> Iterator[str]:
    """What was packed and what that costs, or why nothing was."""
    if packing.refusal is not None:
        yield refusal_sentence(packing.refusal)
        return
    packed = sorted(packing.packed, key=lambda item: -item.saved)
    size = sum(item.bundle.size for item in packed)
    before = sum(item.bundle.compressed for item in packed)
    after = sum(item.compressed for item in packed)
    named = ", ".join(f"{item.bundle.owner} {megabytes(item.saved)}" for item in packed[:_LISTED])
    more = len(packed) - _LISTED
    if packing.expected:
        yield (
            f"To be packed with zstd: {megabytes(size)} MB, about {megabytes(before - after)} MB "
            f"less in the slug ({named}{f', and {more} more' if more > 0 else ''}). Each start of "
            "a process would unpack them first; slim measures both."
        )
        return
    yield (
        f"Packed with zstd: {megabytes(size)} MB take {megabytes(after)} MB of the slug in place "
        f"of {megabytes(before)}, {megabytes(before - after)} MB less ({named}"
        f"{f', and {more} more' if more > 0 else ''})."
    )
    yield (
        "Each start of a process unpacks them first, which took "
        f"{packing.seconds:.1f} s here; what came out is the same, byte for byte."
    )


def refusal_sentence(refusal: Refusal) -> str:
    """Why nothing was packed."""
    detail = refusal.detail
    return (
        "Not packed: "
        + {
            "fits": "the slug is under its limit without that (SLUGFIT_PACK=auto).",
            "cached tree": "this tree is what the platform's next build starts from, and no "
            "installer would bring the packages back. Use Slugfit as a buildpack.",
            "not a slug": "only a slug with its Python in .heroku/python is unpacked when it "
            "starts; registries compress images and layers themselves.",
            "platform": f"{detail} does not unpack a slug when it starts, or compares its limit "
            "with what is unpacked.",
            "not slimmed": "everything was put back.",
            "nothing large": "no package is large enough, or gets smaller.",
            "no program": f"there is no {detail} here, so nothing says that the app can unpack."
            + (" (The app's own Python would do from 3.14 on.)" if "zstd" in detail else ""),
            "failed": f"{detail}. The app ships unpacked.",
        }[refusal.kind]
    )


def packing_document(packing: Packing | None) -> Mapping[str, Any] | None:
    """The same as a JSON object; sizes in bytes."""
    if packing is None:
        return None
    return {
        "archives": [_archive(item) for item in packing.packed],
        "saved": sum(item.saved for item in packing.packed),
        "boot_seconds": packing.seconds,
        "expected": packing.expected,
        "refused": None if packing.refusal is None else refusal_sentence(packing.refusal),
    }


def _archive(item: PackedBundle) -> Mapping[str, Any]:
    return {
        "distribution": item.bundle.owner,
        "archive": item.archive,
        "sha256": item.sha256,
        "folders": [unit.path for unit in item.bundle.units],
        "files": sum(unit.files for unit in item.bundle.units),
        "uncompressed": item.bundle.size,
        "compressed_before": item.bundle.compressed,
        "compressed": item.compressed,
    }
