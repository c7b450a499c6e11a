"""What a transaction writes down about itself, and what can be told from where its files lie."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from slugfit.base.errors import TreeError
from slugfit.base.paths import PACKED_FOLDER, UNPACK_PROFILE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slugfit.apply.change import Change
    from slugfit.apply.moves import Emptied
    from slugfit.base.paths import Places


OPEN_JOURNAL = "journal.json"
KEPT_JOURNAL = "kept.json"
DONE_JOURNAL = "done.json"
_IDS = 0xFFFFFFFF
"""How many users, or groups, there can be; the last number means none."""


def write_journal(folder: Path, change: Change, places: Places) -> None:
    """Write the journal so that it is on the disk, whole, before the first move; raise OSError."""
    owners = [places.of(path).lstat() for path, _ in change.emptied]
    text = json.dumps(
        {
            "version": 1,
            "removed": change.removed,
            "written": change.written,
            "created": [*change.created],
            "made": [*change.made],
            "emptied": [
                (*emptied, owner.st_uid, owner.st_gid)
                for emptied, owner in zip(change.emptied, owners, strict=True)
            ],
        }
    )
    draft = folder / "journal.draft"
    with draft.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(folder / OPEN_JOURNAL)


def moved_files(old: Path) -> Sequence[str]:
    """The files and links under old/, all found before the first of them leaves."""
    if old.is_symlink():
        raise TreeError(f"{old} is a link", "Slugfit makes a folder there.")
    found: list[str] = []
    for above, folders, files in os.walk(old, onerror=_raise):
        # os.walk counts links to folders among the folders.
        links = [name for name in folders if Path(above, name).is_symlink()]
        found += [os.path.relpath(os.path.join(above, name), old) for name in files + links]
    return found


def written_files(journal: Path) -> frozenset[str]:
    """The files that an open journal's own transaction made anew."""
    return frozenset(json.loads(journal.read_text("utf-8"))["written"])


def created_files(journal: Path) -> tuple[Sequence[str], Sequence[str]]:
    """The files and the folders that a journal's transaction added to the tree.

    They are bytecode, or what is packed. Raises ValueError if Slugfit did not write it: nothing
    else may be deleted for its sake.
    """
    try:
        found = json.loads(journal.read_text("utf-8"))
        files = [str(path) for path in found.get("created", ())]
        folders = [str(path) for path in found.get("made", ())]
    except (AttributeError, TypeError, RecursionError) as error:
        raise ValueError(f"{journal} was not written by Slugfit: {error}") from error
    if not all(map(_is_made, files)):
        raise ValueError(f"{journal} was not written by Slugfit: it made more than bytecode")
    return files, folders


def _is_made(path: str) -> bool:
    packed = path.startswith(f"{PACKED_FOLDER}/") or path == UNPACK_PROFILE
    return packed or path.endswith(".pyc")


def journal_folders(journal: Path) -> Sequence[Emptied]:
    """The folders of a journal; raise ValueError if Slugfit did not write it."""
    try:
        found = json.loads(journal.read_text("utf-8"))["emptied"]
        return [
            (str(path), int(mode) & 0o7777, int(user) % _IDS, int(group) % _IDS)
            for path, mode, user, group in found
        ]
    except (KeyError, TypeError, OverflowError, RecursionError) as error:
        raise ValueError(f"{journal} was not written by Slugfit: {error}") from error


def _raise(error: OSError) -> None:
    """For what os.walk would pass over in silence, and whoever discards the stash then delete."""
    raise error
