"""What compiled modules and text files of what is reached say of what is not."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from typing import TYPE_CHECKING

from slugfit.base.text import decode_text
from slugfit.refer.reference import Reference
from slugfit.scan.bytecode import read_regular_file
from slugfit.scan.libraries import library_facts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from slugfit.unused.search import Search
    from slugfit.unused.tree_code import TreeCode

_TEXTS = (".json", ".yaml", ".yml", ".toml", ".ini", ".zcml", ".xml", ".cfg")
_LARGEST = 1 << 18
_WORD = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)+")
_SHORT = 6
"""Letters of a name that can be part of another word."""


def read_others(search: Search, code: TreeCode, seen: set[str]) -> None:
    """Compiled modules and text files of what is reached, for names of what is not."""
    tops = _tops(search, code)
    if not tops:
        return
    # Others cannot stand in a library as what they are: see library_facts.
    words = tuple(top.encode("ascii") for top in sorted(tops) if top.isascii())
    reached = {code.owners.by_path.get(path, "") for path in search.reached}
    reached.difference_update(("", "(python)"))
    for path in sorted(search.reached):
        module = search.index.by_path.get(path)
        if module is not None and module.compiled and path not in seen:
            seen.add(path)
            for literal in sorted(library_facts(code.tree.root / path, words).literals):
                _reach_literal(search, path, literal, tops)
    for entry in code.tree.files():
        path = entry.path
        if path.endswith(_TEXTS) and path not in seen and entry.size <= _LARGEST:
            owner = code.owners.by_path.get(path, "")
            if owner in reached and not posixpath.dirname(path).endswith("-info"):
                seen.add(path)
                for word in _words(code.tree.root / path):
                    if word.partition(".")[0] in tops:
                        search.reach_name(word, Reference("names", path, word))


def _tops(search: Search, code: TreeCode) -> frozenset[str]:
    """The top-level names of packages of which no module is reached, if they are worth a search."""
    own = {dist.name for dist in code.owners.distributions}
    sizes: Counter[str] = Counter()
    reached: set[str] = set()
    for entry in code.tree.files():
        module = search.index.by_path.get(entry.path)
        if module is not None and code.owners.by_path.get(entry.path) in own:
            top = module.name.partition(".")[0]
            sizes[top] += entry.size
            if entry.path in search.reached:
                reached.add(top)
    return frozenset(top for top, size in sizes.items() if size >= code.least) - reached


def _reach_literal(search: Search, path: str, literal: str, tops: frozenset[str]) -> None:
    """What a text in a library means; where one string runs into the next, any long name in it."""
    for top in sorted(tops):
        if literal == top or literal.startswith(f"{top}."):
            search.reach_name(literal, Reference("names", path, literal))
        elif len(top) >= _SHORT and top in literal:
            search.reach_name(top, Reference("names", path, top))


def _words(file: Path) -> Iterator[str]:
    try:
        text = decode_text(read_regular_file(file), "replace").text
    except OSError:
        return
    yield from dict.fromkeys(_WORD.findall(text))
