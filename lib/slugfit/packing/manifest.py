"""What a packed slug says of itself: which archive holds which folder."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from slugfit.base.paths import PACKED_FOLDER, path_inside

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from slugfit.packing.outcome import PackedBundle


MANIFEST = "manifest.json"


def manifest_text(packed: Iterable[PackedBundle]) -> str:
    """The manifest as JSON text, the same for the same archives."""
    archives = [
        {
            "archive": item.archive,
            "sha256": item.sha256,
            "bytes": item.compressed,
            "distribution": item.bundle.owner,
            "folders": [
                {"path": unit.path, "bytes": unit.size, "files": unit.files}
                for unit in item.bundle.units
            ],
        }
        for item in packed
    ]
    ordered = sorted(archives, key=lambda item: str(item["archive"]))
    return json.dumps({"version": 1, "archives": ordered}, indent=2) + "\n"


def is_packed(root: Path) -> bool:
    """Whether the tree at ``root`` holds packages that are packed."""
    return (root / PACKED_FOLDER / MANIFEST).is_file()


def archive_of(root: Path, path: str) -> str:
    """The archive that holds a path of the tree at ``root``; "" if none does."""
    try:
        found: Any = json.loads((root / PACKED_FOLDER / MANIFEST).read_text("utf-8"))
        for archive in found["archives"]:
            for folder in archive["folders"]:
                if f"{path}/".startswith(f"{folder['path']}/"):
                    return path_inside("", str(archive["archive"])) or ""
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return ""
