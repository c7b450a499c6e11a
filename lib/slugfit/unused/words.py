"""Strings of one word that are the name of another distribution's package, or just a word."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from slugfit.refer.reference import Reference
from slugfit.scan.bytecode import read_if_readable
from slugfit.scan.owners import APP
from slugfit.scan.syntax import last_name, nodes_of_source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slugfit.unused.search import Search, Word

_IMPORTING = re.compile(
    "import|load|lazy|module|package|librar|backend|plugin|requir|depend|avail|install|has|have",
    re.IGNORECASE,
)
"""What the names of functions have in them that import what they are told, or ask whether it is
there: import_optional_dependency, LazyLoader, is_available."""


def reach_words_of_code(search: Search) -> None:
    """The packages named by one word where something can import what it is told.

    Elsewhere the name of a package is looked up in metadata, which stay, or is just a word.
    """
    left = []
    for word in search.words:
        if _is_loaded(search, word):
            search.reach_name(word.name, Reference("names", word.by, word.name))
        elif any(module.path not in search.reached for module in search.index.by_name[word.name]):
            left.append(word)
    search.words[:] = left


def _is_loaded(search: Search, word: Word) -> bool:
    """Whether what the word names can be imported by it."""
    if word.owner == APP:
        return True
    if word.owner not in search.putting and search.computing.isdisjoint(word.imports):
        return False
    others = {search.owners.get(module.path, "") for module in search.index.by_name[word.name]}
    related = search.relations.has_to_do_with
    return any(related(word.owner, other, word.name) for other in others) or passes_word(
        read_if_readable(search.modules.root / word.by), word.name
    )


def passes_word(source: bytes, word: str) -> bool:
    """Whether a module passes ``word`` to a function that can import what it says, by its name.

    So it does where its source is not valid here.
    """
    nodes = nodes_of_source(source)
    return nodes is None or any(
        _IMPORTING.search(last_name(node.func)) and word in _strings(node)
        for node in nodes
        if isinstance(node, ast.Call)
    )


def _strings(call: ast.Call) -> Iterator[str]:
    """The strings that stand in a call as its arguments."""
    for node in (*call.args, *(keyword.value for keyword in call.keywords)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
