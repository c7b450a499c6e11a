"""The tree as it was, for a look at it while a transaction is open.

What was moved gets its old name back as a second name, so that whoever reads it under ``old``
meanwhile is not disturbed. Killed in between, it is put back like any open transaction.
"""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

from slugfit.apply.journal import (
    OPEN_JOURNAL,
    created_files,
    journal_folders,
    moved_files,
    written_files,
)
from slugfit.apply.moves import NO_LINKS, make_folders, remove_if_empty

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from slugfit.base.paths import Places


@contextmanager
def tree_shown_whole(places: Places, folder: Path) -> Iterator[None]:
    """Show what lies under ``folder``/old; raise OSError, and TreeError as ``places`` does."""
    emptied = journal_folders(folder / OPEN_JOURNAL)
    written = written_files(folder / OPEN_JOURNAL)
    created, _ = created_files(folder / OPEN_JOURNAL)
    shown: list[Path] = []
    aside: list[tuple[Path, Path]] = []
    (folder / "shown").mkdir()
    try:
        for number, path in enumerate(created):
            if os.path.lexists(places.of(path)):
                _set_aside(places.of(path), folder / "shown" / f"created{number}", aside)
        make_folders(reversed(emptied), folder, places)
        for number, path in enumerate(moved_files(folder / "old")):
            place = places.of(path)
            if path in written:
                _set_aside(place, folder / "shown" / str(number), aside)
            _name(folder / "old" / path, place)
            shown.append(place)
        yield
    finally:
        for place in shown:
            place.unlink()
        for made, place in aside:
            made.rename(place)
        for path, *_ in emptied:
            remove_if_empty(places.of(path))
        (folder / "shown").rmdir()


def _set_aside(place: Path, target: Path, aside: list[tuple[Path, Path]]) -> None:
    place.rename(target)
    aside.append((target, place))


def _name(file: Path, place: Path) -> None:
    """Give ``file`` a second name, or else make a copy."""
    try:
        os.link(file, place, follow_symlinks=False)
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        shutil.copy2(file, place, follow_symlinks=False)
