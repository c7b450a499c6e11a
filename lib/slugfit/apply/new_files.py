"""The new files of a change, written beside the tree: cut libraries, bytecode, true RECORDs."""

from __future__ import annotations

import filecmp
import os
import shutil
from typing import TYPE_CHECKING

from slugfit.apply.moves import NO_LINKS, adopt, give_owner, need_file
from slugfit.apply.record import record_digest
from slugfit.base.errors import TreeError
from slugfit.elf.truncate import write_truncated
from slugfit.scan.bytecode import source_of

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
    bytecode = change.bytecode
    new = {path: folder / str(number) for number, path in enumerate(change.written)}
    for path in new:
        need_file(places.of(path))
    recorded = {path for item in change.records.values() for _, path in item.cut_rows.values()}
    for path, tail in change.cut.items():
        write_truncated(places.of(path), new[path], tail)
    for path, head in bytecode.headers.items():
        new[path].write_bytes(head + places.of(path).read_bytes()[len(head) :])
    for path in bytecode.compiled.keys() & new.keys():
        new[path].write_bytes(bytecode.compiled[path])
    for path, twin in change.linked.items():
        # The twin itself, or what takes its place: nothing is written to either after this.
        _link(path, twin, new, places)
    digests = {path: record_digest(new[path]) for path in recorded & new.keys()}
    for path, record in change.records.items():
        _write_record(places.of(path), new[path], record, digests)
    for path, file in new.items():
        if path in change.linked:
            continue  # what it shares with its twin may be the build cache's too
        adopt(places.of(path), file)
        if path.endswith(".pyc"):
            _date(path, file, places)
    return new


def _link(path: str, twin: str, new: Mapping[str, Path], places: Places) -> None:
    """Make the new file of ``path`` a hard link; raise TreeError if the two differ by now."""
    need_file(places.of(twin))
    if not filecmp.cmp(places.of(path), places.of(twin), shallow=False):
        raise TreeError(f"{places.of(path)} cannot become a link", "It is not what it was.")
    source = new.get(twin) or places.of(twin)
    try:
        os.link(source, new[path], follow_symlinks=False)
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        shutil.copy2(source, new[path], follow_symlinks=False)


def write_created_files(change: Change, places: Places, folder: Path) -> Mapping[str, Path]:
    """Write what was not there before into ``folder``; the new file of each path.

    Each has the owner of its source. Raises OSError, and TreeError if something stands there now.
    """
    created = {path: folder / f"created{number}" for number, path in enumerate(change.created)}
    for path, file in created.items():
        if os.path.lexists(places.of(path)):
            raise TreeError(f"{places.of(path)} is in the way", "It was not there before.")
        if path in change.brought:
            # A copy: what it is copied from may be the build cache's.
            shutil.copyfile(change.brought[path], file)
            give_owner(file, places.root)
        else:
            file.write_bytes(change.bytecode.compiled[path])
            give_owner(file, places.of(source_of(path) or path))
            _date(path, file, places)
        file.chmod(change.created[path])
    return created


def _date(path: str, file: Path, places: Places) -> None:
    """Give bytecode its source's time: two builds of the same make the same."""
    time = places.of(source_of(path) or path).lstat().st_mtime_ns
    os.utime(file, ns=(time, time))


def _write_record(
    old: Path, new: Path, record: RewrittenRecord, digests: Mapping[str, tuple[str, int]]
) -> None:
    if old.read_bytes() != record.before:
        raise TreeError(f"{old} cannot be rewritten", "It has changed since it was read.")
    new.write_bytes(record.with_digests(digests))
