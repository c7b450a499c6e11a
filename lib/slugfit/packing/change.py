"""The Change that takes folders out of the tree and brings archives, and what unpacks them."""

from __future__ import annotations

import posixpath
from itertools import accumulate
from stat import S_IMODE
from typing import TYPE_CHECKING

from slugfit.apply.change import Change
from slugfit.base.errors import TreeError
from slugfit.base.paths import PACKED_FOLDER, UNPACK_PROFILE
from slugfit.measure.members import top_entry
from slugfit.packing.manifest import MANIFEST, manifest_text
from slugfit.packing.unpack_script import (
    LIST,
    PROFILE,
    PROFILE_TEXT,
    SCRIPT,
    list_text,
    script_text,
)
from slugfit.packing.zstd import BY_PYTHON, python_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from slugfit.packing.outcome import PackedBundle
    from slugfit.scan.tree import Tree


def written_texts(packed: Sequence[PackedBundle], scratch: Path) -> Mapping[str, Path]:
    """What lies beside the archives, and starts the unpacking, written to ``scratch``."""
    texts = {
        LIST: list_text(packed),
        MANIFEST: manifest_text(packed),
        SCRIPT: script_text(),
        BY_PYTHON: python_text(),
        PROFILE: PROFILE_TEXT,
    }
    for name, text in texts.items():
        (scratch / name).write_text(text, "utf-8")
    return {name: scratch / name for name in texts}


def change_of_packing(
    tree: Tree, packed: Sequence[PackedBundle], files: Mapping[str, Path]
) -> Change:
    """The Change of ``tree`` that takes the folders away and brings ``files``, by their names.

    Raises TreeError if something of the app's own stands where one of these belongs.
    """
    folders = {unit.path for item in packed for unit in item.bundle.units}
    sites = {item.bundle.site for item in packed}
    gone = [entry for entry in tree.entries if top_entry(entry.path, sites) in folders]
    emptied = sorted(
        ((entry.path, S_IMODE(entry.mode)) for entry in gone if entry.kind == "folder"),
        key=lambda item: (-item[0].count("/"), item[0]),
    )
    brought = {
        UNPACK_PROFILE if name == PROFILE else f"{PACKED_FOLDER}/{name}": file
        for name, file in files.items()
    }
    above = [*accumulate(PACKED_FOLDER.split("/"), posixpath.join)]
    above.append(posixpath.dirname(UNPACK_PROFILE))
    present = {entry.path: entry.kind for entry in tree.entries}
    for path in (*above, *brought):
        # Looked for here: a transaction that is put back deletes what it says that it made.
        if path in present and not (path in above and present[path] == "folder"):
            raise TreeError(f"{path} is in the way", "It belongs to the app.", "Rename it.")
    return Change(
        tuple(entry.path for entry in gone if entry.kind != "folder"),
        {},
        {},
        tuple(emptied),
        created=dict.fromkeys(sorted(brought), 0o644),
        made={path: 0o755 for path in above if path not in present},
        brought=brought,
    )
