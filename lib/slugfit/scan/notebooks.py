"""The code in the app's notebooks, which a process can execute: it is in no module."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from slugfit.scan.app_words import words_of_text
from slugfit.scan.bytecode import read_if_readable
from slugfit.scan.loose_code import NOT_DEPLOYED, LooseCode, nameless_module
from slugfit.scan.module_facts import NO_FACTS, ModuleFacts, facts_from_source

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from slugfit.scan.layout import Layout
    from slugfit.scan.tree import Entry, Tree

NOTEBOOK = ".ipynb"
"""https://nbformat.readthedocs.io/en/latest/format_description.html"""
_READERS = frozenset((("site", "nbformat/__init__.py"), ("site", "importnb/__init__.py")))
"""What nbconvert, papermill, Voilà, Jupyter and IPython's ``%run`` read notebooks with, and
importnb, which has a reader of its own (https://github.com/deathbeds/importnb)."""
_LARGEST = 1 << 25
"""Bytes of a notebook that is read: pictures in it are large, code is not."""
_FOR_IPYTHON = ("%", "!")
"""What lines begin with that IPython carries out:
https://ipython.readthedocs.io/en/stable/interactive/reference.html#magic-command-system."""


def code_of_notebooks(
    tree: Tree, layout: Layout, ignored: Collection[str] = ()
) -> Iterator[LooseCode]:
    """The code of the app's notebooks."""
    for entry in tree.files():
        if _is_own(entry, layout) and entry.path not in ignored:
            facts = facts_of_notebook(read_if_readable(tree.root / entry.path))
            yield LooseCode(nameless_module(entry.path), facts, is_own=True)


def reads_notebooks(tree: Tree, layout: Layout) -> bool:
    """Whether something is installed that can read them."""
    return any(layout.scope(entry.path) in _READERS for entry in tree.files())


def _is_own(entry: Entry, layout: Layout) -> bool:
    return (
        entry.path.endswith(NOTEBOOK)
        and entry.size <= _LARGEST
        and layout.scope(entry.path)[0] == "app"
        and NOT_DEPLOYED.isdisjoint(entry.path.split("/"))
    )


def facts_of_notebook(data: bytes) -> ModuleFacts:
    """What the cells of a notebook say; nothing if it is none.

    The words of a line for IPython count as strings: ``%load_ext`` and ``%run`` name modules.
    """
    try:
        cells = list(_cells(json.loads(data)))
    except (ValueError, RecursionError, AttributeError, TypeError):
        return NO_FACTS
    told = [_facts_of_cell(cell) for cell in cells]
    return ModuleFacts(
        frozenset(item for facts in told for item in facts.imports),
        frozenset(item for facts in told for item in facts.literals),
        frozenset(item for facts in told for item in facts.names),
    )


def _cells(notebook: Any) -> Iterator[str]:  # noqa: ANN401 - whatever the file holds
    """The source of each cell with code, in the present format and in those before the fourth."""
    sheets = (notebook, *notebook.get("worksheets", ()))
    for cell in (cell for sheet in sheets for cell in sheet.get("cells", ())):
        if cell.get("cell_type") == "code":
            yield "".join(cell.get("source", cell.get("input", "")))


def _facts_of_cell(source: str) -> ModuleFacts:
    """By itself: one cell that is not valid makes the others no less so."""
    lines = source.splitlines()
    told = [line for line in lines if line.lstrip().startswith(_FOR_IPYTHON)]
    code = "\n".join("" if line in told else line for line in lines)
    facts = facts_from_source(code.encode("utf-8", "replace"))
    return replace(facts, literals=facts.literals | words_of_text("\n".join(told)))
