"""The bytecode that a slug ships: for what its start loads, and true whatever the times are.

A ``.pyc`` says by the time of its source, or by a hash of it, what it was compiled from:
https://peps.python.org/pep-0552/. Times do not survive every way into a slug. A hash is not even
looked at for what is installed; the app's own sources may be edited after the build, by a script
at boot for one, so theirs is.
"""

from __future__ import annotations

import _imp
import os
import posixpath
import re
import stat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from slugfit.refer.relocated import relocated
from slugfit.scan.bytecode import read_regular_file, source_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from pathlib import Path

    from slugfit.refer.start import Start
    from slugfit.scan.layout import Layout
    from slugfit.scan.tree import Tree


SLUG_ROOT = "/app"
"""Where a slug is unpacked: https://devcenter.heroku.com/articles/slug-compiler."""
HEADER_SIZE = 16
"""Bytes before the code."""
_HASH_BASED, _CHECKED = 0b1, 0b10
_PLAIN = re.compile(r"\.[a-z]+-?\d+t?\.pyc")


@dataclass(frozen=True, slots=True)
class NewBytecode:
    """What is written of the bytecode that is shipped; paths are the ``.pyc`` files' own."""

    headers: Mapping[str, bytes] = field(default_factory=dict)
    """The first HEADER_SIZE bytes of files that are right but for these."""
    compiled: Mapping[str, bytes] = field(default_factory=dict)
    """The whole contents of files that are not there, or fit neither source nor path."""


def bytecode_of_start(tree: Tree, start: Start, *, optimised: bool) -> frozenset[str]:
    """The ``.pyc`` files of ``tree`` that ``start`` reads; also those of ``-O`` if asked for."""
    found: set[str] = set()
    for entry in tree.files():
        if source_of(entry.path) in start.sources and "__pycache__/" in entry.path:
            name = posixpath.basename(entry.path)
            ending = name[name.index(".") :]
            if _is_plain(ending, start.tag) or (optimised and ".opt-" in ending):
                found.add(entry.path)
    return frozenset(found)


def _is_plain(ending: str, tag: str) -> bool:
    return ending == f".{tag}.pyc" if tag else _PLAIN.fullmatch(ending) is not None


def new_bytecode(
    tree: Tree,
    layout: Layout,
    start: Start,
    there: Collection[str],
    compile_sources: Callable[[Sequence[str]], Mapping[str, bytes]],
) -> NewBytecode:
    """What makes the bytecode of ``start`` whole; ``there`` are the files of it that exist."""
    headers: dict[str, bytes] = {}
    whole: dict[str, bytes] = {}
    fitting: set[str] = set()
    plain = [path for path in sorted(there) if ".opt-" not in posixpath.basename(path)]
    for path in plain:
        source = source_of(path) or ""
        head, wanted = _headers(tree.root / path, tree.root / source, _flags(layout, source))
        if not wanted:
            continue
        if start.magic not in (b"", wanted[:4]) or not _can_write(tree.root, path):
            fitting.add(source)
            continue
        code = read_regular_file(tree.root / path)[HEADER_SIZE:]
        target = f"{root_of_running(tree.root, layout)}/{source}"
        moved = relocated(code, source, target)
        if moved is None and start.tag:
            continue
        fitting.add(source)
        if moved is not None and moved != code:
            whole[path] = wanted + moved
        elif head != wanted:
            headers[path] = wanted
    missing = sorted(start.sources - fitting) if start.tag else []
    places = {source: _cached(source, start.tag) for source in missing}
    possible = [source for source in missing if _can_write(tree.root, places[source])]
    compiled = {
        places[source]: _with_flags(content, _flags(layout, source))
        for source, content in (compile_sources(possible) if possible else {}).items()
    }
    return NewBytecode(headers, {**whole, **compiled})


def root_of_running(root: Path, layout: Layout) -> str:
    """The absolute folder that stands for the tree's root where the app runs."""
    return SLUG_ROOT if layout.shape == "slug" else os.path.abspath(root)


def _flags(layout: Layout, source: str) -> int:
    """Whether Python is to look at the source's hash."""
    return _HASH_BASED | (_CHECKED if layout.scope(source)[0] == "app" else 0)


def _with_flags(content: bytes, flags: int) -> bytes:
    return content[:4] + flags.to_bytes(4, "little") + content[8:]


def _cached(source: str, tag: str) -> str:
    folder, name = posixpath.split(source)
    return posixpath.join(folder, "__pycache__", f"{name.removesuffix('.py')}.{tag}.pyc")


def _headers(cached: Path, source: Path, flags: int) -> tuple[bytes, bytes]:
    """The header that a ``.pyc`` has, and the one it is to have; b"" if it does not fit."""
    try:
        with open(cached, "rb") as file:
            head = file.read(HEADER_SIZE)
        text = read_regular_file(source)
        status = source.stat()
    except OSError:
        return b"", b""
    if len(head) < HEADER_SIZE:
        return head, b""
    digest = _imp.source_hash(int.from_bytes(head[:4], "little"), text)
    if int.from_bytes(head[4:8], "little") & _HASH_BASED:
        fits = head[8:] == digest
    else:
        times = (int(status.st_mtime) & 0xFFFFFFFF, status.st_size & 0xFFFFFFFF)
        fits = head[8:] == b"".join(number.to_bytes(4, "little") for number in times)
    return head, head[:4] + flags.to_bytes(4, "little") + digest if fits else b""


def fits_source(source: Path, content: bytes) -> bool:
    """Whether bytecode with a hash was compiled from what ``source`` holds now."""
    try:
        text = read_regular_file(source)
    except OSError:
        return False
    return content[8:HEADER_SIZE] == _imp.source_hash(int.from_bytes(content[:4], "little"), text)


def is_hash_based(file: Path) -> bool:
    """Whether this is bytecode that does not go by its source's time, as Slugfit writes it."""
    try:
        with open(file, "rb") as opened:
            return bool(int.from_bytes(opened.read(8)[4:], "little") & _HASH_BASED)
    except OSError:
        return False


def _can_write(root: Path, path: str) -> bool:
    """Whether a file can be put there, and none but a regular one is in the way."""
    place = root / path
    folder = place.parent if place.parent.exists() else place.parent.parent
    if place.parent.is_symlink() or not os.access(folder, os.W_OK | os.X_OK):
        return False
    return not os.path.lexists(place) or stat.S_ISREG(place.lstat().st_mode)
