"""The digest of all that is not the app's own source: what is installed, and what is set."""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from typing import TYPE_CHECKING

from slugfit.base.hashing import sha256_if_readable
from slugfit.rebuild.engine import engine_digest
from slugfit.scan.app_words import may_say
from slugfit.scan.notebooks import NOTEBOOK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slugfit.plan.reading import ReadTree
    from slugfit.scan.layout import Layout
    from slugfit.scan.tree import Entry, Tree
    from slugfit.settings.config import Config
    from slugfit.settings.current_run import Run


def installed_digest(read: ReadTree, config: Config, run: Run) -> bytes:
    """32 bytes that change with any file that is installed, any setting and any name of the app's.

    A file that is installed is told by its size and times, and by what its distribution's RECORD
    says. Raises OSError.
    """
    digest = hashlib.sha256(engine_digest())
    for value in _told(read, config, run):
        digest.update(repr(value).encode("utf-8", "surrogateescape") + b"\0")
    for value in tree_facts(read.tree, read.layout):
        digest.update(repr(value).encode("utf-8", "surrogateescape") + b"\0")
    return digest.digest()


def _told(read: ReadTree, config: Config, run: Run) -> Iterator[object]:
    # Neither says which file goes, and the second can hold credentials.
    yield replace(config, report="", upstream="")
    yield (run.tree_is_cached, run.slugignore_applied, run.app, sorted(run.config_vars.names))
    yield replace(read.layout, python=None)
    yield python_facts(read.tree, read.layout)
    for lines in (read.lists.slugignore, read.lists.slugfitignore, read.lists.keep):
        yield tuple(pattern.text for pattern in lines.patterns)
    yield sorted(read.ignored)
    yield (read.tree.unreadable, read.tree.mounts)
    for dist in read.owners.distributions:
        yield (dist.name, dist.info, sha256_if_readable(read.tree.root / dist.info / "RECORD"))


def python_facts(tree: Tree, layout: Layout) -> tuple[object, ...]:
    """The interpreter: where it is in the tree, or which file it is outside of it."""
    if layout.python is None:
        return ()
    place = layout.python.resolve()
    if place.is_relative_to(tree.root.resolve()):
        return (str(place.relative_to(tree.root.resolve())),)
    status = place.stat()
    return (str(place), status.st_size, status.st_mtime_ns)


def tree_facts(tree: Tree, layout: Layout) -> Iterator[tuple[object, ...]]:
    """Each name in the tree with what is known of it without reading it.

    Of the app's files, which each build writes anew, the times say nothing: those that are read
    beside modules are told by their bytes, the others by their names.
    """
    for entry in tree.entries:
        known = (entry.path, entry.kind, entry.mode, entry.writable)
        if entry.kind == "link":
            yield (*known, os.readlink(tree.root / entry.path))
        elif entry.kind != "file":
            yield known
        elif layout.scope(entry.path)[0] != "app":
            yield (*known, entry.size, entry.mtime_ns)
        elif is_read(entry):
            yield (*known, entry.size, sha256_if_readable(tree.root / entry.path))
        else:
            yield known


def is_read(entry: Entry) -> bool:
    """Whether a file of the app is looked into, and is no module's source: those are told apart."""
    name = entry.path.rpartition("/")[2]
    if name.endswith(".py"):
        return False
    binary = ".so" in name or name.endswith((".pyc", ".pyo")) or bool(entry.mode & 0o111)
    return binary or name.endswith(NOTEBOOK) or may_say(entry.path)
