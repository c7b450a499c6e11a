"""The digest of what is installed, with all that a plan does to it; the app's own files aside."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from slugfit.rebuild.engine import engine_digest
from slugfit.rebuild.installed import python_facts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slugfit.apply.change import Change
    from slugfit.plan.decision import Plan

_SYSTEM = Path("/etc/os-release")
"""https://www.freedesktop.org/software/systemd/man/latest/os-release.html"""


def state_digest(plan: Plan, change: Change) -> bytes:
    """32 bytes that change with any installed file, and with anything that is done to one.

    Raises OSError.
    """
    digest = hashlib.sha256(engine_digest())
    for value in (*_surroundings(plan), *_entries(plan), *_written(plan, change)):
        digest.update(repr(value).encode("utf-8", "surrogateescape") + b"\0")
    return digest.digest()


def _surroundings(plan: Plan) -> Iterator[object]:
    """What installed code finds around it: the interpreter, the system, names of the app's own."""
    yield python_facts(plan.tree, plan.layout)
    yield (_SYSTEM.read_bytes() if _SYSTEM.is_file() else b"", os.environ.get("STACK", ""))
    own = (path for path in plan.owners.by_path if plan.layout.scope(path)[0] == "app")
    yield sorted({path.partition("/")[0] for path in own})


def _entries(plan: Plan) -> Iterator[object]:
    scope = plan.layout.scope
    for entry in plan.tree.entries:
        if scope(entry.path)[0] != "app" and entry.kind != "folder":
            yield (entry.path, entry.kind, entry.size, entry.mode, entry.mtime_ns)
    for item in plan.decisions:
        # What only stays is told above.
        if (item.action != "keep" or item.reason is not None) and scope(item.path)[0] != "app":
            loaded = item.reason is not None and item.reason.kind == "loaded at start"
            yield (item.path, item.owner, item.action, item.rule, loaded, item.tail, item.twin)


def _written(plan: Plan, change: Change) -> Iterator[object]:
    scope = plan.layout.scope
    for path, head in sorted(change.bytecode.headers.items()):
        if scope(path)[0] != "app":
            yield (path, head)
    for path, content in sorted(change.bytecode.compiled.items()):
        if scope(path)[0] != "app":
            # Its header has the hash of the source.
            yield (path, content[:16], len(content))
    yield (sorted(change.records), sorted(change.emptied))
