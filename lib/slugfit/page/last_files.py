"""The files of the last build's slug: what its page was made from, kept in the build cache."""

from __future__ import annotations

import json
import zlib
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from slugfit.page.columns import dense
from slugfit.page.items import Item

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

LAST_FILES = "slugfit/report.files"
"""Where the data of the last build's page is, as seen from CACHE_DIR."""
MOST_BYTES = 64_000_000
"""What is read of a kept document at most, inflated: more was not written by a build."""


@dataclass(frozen=True, slots=True)
class LastFiles:
    """What was in the slug."""

    files: Mapping[str, tuple[str, int]]
    """Owner and uncompressed bytes, by path."""
    densities: Mapping[str, float]
    """Compressed bytes by byte, by owner."""


def decode_last(content: bytes) -> LastFiles | None:
    """The files of a document that ``encoded`` made; None if it is damaged or another version's."""
    try:
        inflate = zlib.decompressobj()
        document = json.loads(inflate.decompress(content, MOST_BYTES))
        if document["version"] != 1:
            return None
        return _last(document)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError, zlib.error):
        return None


def _last(document: Mapping[str, Any]) -> LastFiles:
    files = document["files"]
    paths = list(_paths(files, [str(owner[0]) for owner in document["owners"]]))
    changed = dense(files["after"], len(paths))
    found: dict[str, tuple[str, int]] = {}
    sums: Counter[str] = Counter()
    for place, (path, owner) in enumerate(paths):
        action = document["kinds"][files["kinds"][place]][0]
        after = changed[place]
        if after is None:
            after = 0 if action == "remove" else int(files["before"][place])
        if action not in ("remove", "ghost"):
            found[path] = (owner, after)
            sums[owner] += after
    densities = {
        str(name): round(compressed / sums[name], 4)
        for name, _, _, compressed, _ in document["owners"]
        if sums[name]
    }
    return LastFiles(found, densities)


def _paths(files: Mapping[str, Any], owners: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Path and owner of every file, in order."""
    folders = [""]
    for name, up in zip(files["folders"]["names"].split("/"), files["folders"]["up"], strict=False):
        parent = folders[len(folders) - up]
        folders.append(f"{parent}/{name}" if parent else str(name))
    names = iter(files["names"].split("/"))
    runs = files["runs"]
    for start in range(0, len(runs), 3):
        owner, folder, count = runs[start : start + 3]
        for _ in range(count):
            name = next(names, "")
            yield f"{folders[folder]}/{name}" if folders[folder] else name, owners[owner]


def compared(items: tuple[Item, ...], last: LastFiles | None) -> tuple[Item, ...]:
    """The items, with what each was in the last build, and those that only that one had."""
    if last is None:
        return items
    now = {item.path for item in items}
    known = (
        replace(item, was=last.files[item.path][1] if item.path in last.files else 0)
        for item in items
    )
    ghosts = (
        Item(path, owner, "ghost", 0, 0, was=size)
        for path, (owner, size) in sorted(last.files.items())
        if path not in now
    )
    return (*known, *ghosts)
