"""The transaction: move aside by rename, journal first, then commit, or else everything goes back.

The order on disk makes every moment recoverable: the journal (what will be moved) is complete
before the first rename, and the state of each file is told by where it lies (see stash). Nothing
is ever written in place: the standard buildpack's cache shares these files' inodes.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slugfit.apply.journal import write_journal
from slugfit.apply.moves import give_owner, move_file, need_file_or_link, remove_if_empty
from slugfit.apply.new_files import write_created_files, write_new_files
from slugfit.apply.stash import Stash, all_stashes, new_stash
from slugfit.apply.whole_tree import tree_shown_whole
from slugfit.base.errors import RollBackError, TreeError
from slugfit.base.paths import WORK_FOLDER, Places

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from slugfit.apply.change import Change


@dataclass(slots=True)
class Transaction:
    """One open change of a tree; ``transaction`` makes it and ends it."""

    stash: Stash
    """Its folder in the tree."""
    ended: bool = False
    """Whether it was committed, or its roll-back was begun."""

    @property
    def old(self) -> Path:
        """Where the moved files lie, under their own names."""
        return self.stash.old

    def apply(self, change: Change) -> None:
        """Move everything. Raises TreeError; what was moved by then is still moved."""
        stash = self.stash
        try:
            places = Places(stash.root)
            write_journal(stash.folder, change, places)
            new = write_new_files(change, places, stash.new)
            created = write_created_files(change, places, stash.new)
            for path in change.removed:
                need_file_or_link(places.of(path))
                move_file(places.of(path), stash.old / path)
            for path, file in new.items():
                move_file(places.of(path), stash.old / path)
                file.rename(places.of(path))
            for path, mode in change.made.items():
                places.of(path).mkdir()
                places.of(path).chmod(mode)
                give_owner(places.of(path), places.of(path).parent)
            for path, file in created.items():
                file.rename(places.of(path))
            for path, _ in change.emptied:
                remove_if_empty(places.of(path))
        except (OSError, TreeError) as error:
            raise TreeError(
                "The files could not be moved aside",
                str(error),
                "Check free disk space and permissions, then build again.",
            ) from error

    @contextmanager
    def shown_whole(self) -> Iterator[None]:
        """For a while the tree is as it was, and what was moved can still be read in ``old``.

        Raises OSError or TreeError, then or at the end; the transaction cannot be committed after.
        """
        with tree_shown_whole(Places(self.stash.root), self.stash.folder):
            yield

    def commit(self, *, keep: bool) -> None:
        """Make it final; with ``keep`` what was moved stays for a later ``restore``.

        Raises OSError if it could not be done; then it will be put back.
        """
        self.stash.close(keep=keep)
        self.ended = True
        if not keep:
            self.stash.discard()

    def end(self) -> None:
        """Put everything back unless it was committed; raise RollBackError.

        It is tried once. What an interruption leaves of it, ``recover_tree`` finishes.
        """
        try:
            # If a commit was interrupted, only the disk knows whether it was done.
            if not self.ended and not self.stash.is_kept:
                self.ended = True
                self.stash.roll_back()
        finally:
            self.stash.unlock()


@contextmanager
def transaction(root: Path) -> Iterator[Transaction]:
    """A transaction of the tree at ``root``; whatever the body does not commit is put back.

    Raises TreeError if the root cannot be written, and RollBackError, with the stash kept and
    named, if putting back fails. An OSError or TreeError of the body becomes a TreeError that says
    that everything was put back; any other exception stays what it is.
    """
    opened = Transaction(new_stash(root))
    try:
        yield opened
    except RollBackError:
        # It comes from a transaction within this one, whose files may lie where these belong.
        opened.stash.unlock()
        raise
    except BaseException as error:
        committed = opened.ended
        opened.end()
        if committed or not isinstance(error, (OSError, TreeError)):
            raise
        raise _put_back(error) from error
    opened.end()


def _put_back(error: OSError | TreeError) -> TreeError:
    """What is told about ``error`` once it is undone."""
    if not isinstance(error, TreeError):
        error = TreeError("The change could not be completed", str(error))
    return TreeError(f"{error.what}; everything was put back", error.why, error.todo)


def recover_tree(root: Path) -> int:
    """Finish what an interrupted run left: committed work is completed, open work put back.

    Returns how many transactions were put back; raises TreeError if a run is still at work, and
    RollBackError.
    """
    undone = 0
    for stash in reversed(all_stashes(root)):
        if stash.is_done:
            stash.discard()
        elif not stash.is_kept:
            stash.lock()
            stash.roll_back()
            undone += 1
    remove_if_empty(root / WORK_FOLDER)
    return undone


def restore_tree(root: Path) -> int:
    """Put back what committed runs kept, newest first; returns the number of files.

    Raises TreeError if a run is still at work, and RollBackError.
    """
    count = 0
    for stash in reversed(all_stashes(root)):
        if stash.is_kept:
            stash.lock()
            stash.reopen()
            count += stash.roll_back()
    return count


def has_kept(root: Path) -> bool:
    """Whether a ``restore`` would find something."""
    return any(stash.is_kept for stash in all_stashes(root))
