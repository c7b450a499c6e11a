"""The new files of a change, written beside the tree: cut libraries, then true RECORDs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slugfit.apply.moves import adopt, need_file
from slugfit.apply.record import record_digest
from slugfit.base.errors import TreeError
from slugfit.elf.truncate import write_truncated

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from slugfit.apply.change import Change
    from slugfit.apply.record import RewrittenRecord
    from slugfit.base.paths import Places


def write_new_files(change: Change, places: Places, folder: Path) -> Mapping[str, Path]:
    """Write what ``change`` replaces into ``folder``; the new file of each path.

    A new file has its old one's owner, mode and attributes. The old one is only read. Raises
    OSError and TreeError, also if an old file is not what it was when the tree was read.
    """
    new = {path: folder / str(number) for number, path in enumerate(change.written)}
    for path in new:
        need_file(places.of(path))
    recorded = {path for item in change.records.values() for _, path in item.cut_rows.values()}
    digests = {}
    for path, tail in change.cut.items():
        write_truncated(places.of(path), new[path], tail)
        if path in recorded:
            digests[path] = record_digest(new[path])
    for path, record in change.records.items():
        _write_record(places.of(path), new[path], record, digests)
    for path, file in new.items():
        adopt(places.of(path), file)
    return new


def _write_record(
    old: Path, new: Path, record: RewrittenRecord, digests: Mapping[str, tuple[str, int]]
) -> None:
    if old.read_bytes() != record.before:
        raise TreeError(f"{old} cannot be rewritten", "It has changed since it was read.")
    new.write_bytes(record.with_digests(digests))
