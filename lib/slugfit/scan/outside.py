"""An app that lies outside of the tree: its modules, other code and words; paths are absolute."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from slugfit.scan.app_words import app_words
from slugfit.scan.layout import Layout
from slugfit.scan.loose_code import NOT_DEPLOYED, code_of_scripts, nameless_module
from slugfit.scan.module_names import Module, importable_modules
from slugfit.scan.notebooks import code_of_notebooks
from slugfit.scan.tree import Tree, scan_tree

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from slugfit.scan.loose_code import LooseCode

OUTSIDE = Layout("app", None, (), None, None)
"""The layout of an app that lies outside of the tree: all of it is the app's."""


def app_outside(folder: Path, root: Path) -> Tree:
    """An app that lies in ``folder``, outside of the tree.

    The tree at ``root`` may lie inside of it, and so may other environments: they are left out.
    Raises TreeError if the folder cannot be read.
    """
    source = scan_tree(folder)
    others = (
        os.path.relpath(os.path.realpath(root), os.path.realpath(folder)) + "/",
        *(f"{environment}/" for environment in _environments(source)),
    )
    entries = (
        entry
        for entry in source.entries
        if not entry.path.startswith(others) and NOT_DEPLOYED.isdisjoint(entry.path.split("/"))
    )
    return replace(source, entries=tuple(entries))


def _environments(tree: Tree) -> Iterator[str]:
    """The folders below an app's that hold a Python: https://peps.python.org/pep-0405/."""
    for entry in tree.files():
        folder, _, name = entry.path.rpartition("/")
        if name == "pyvenv.cfg" and folder:
            yield folder


def modules_outside(app: Tree) -> tuple[Module, ...]:
    """The modules of such an app; paths are absolute."""
    return tuple(
        replace(module, path=str(app.root / module.path), base=f"{app.root}/")
        for module in importable_modules((entry.path for entry in app.files()), OUTSIDE)
        if not module.compiled
    )


def code_outside(app: Tree, *, notebooks: bool) -> Iterator[LooseCode]:
    """The code of such an app that is in no module; that of ``notebooks`` if they can be read."""
    yield from (_placed(app, code) for code in code_of_scripts(app, OUTSIDE))
    if notebooks:
        yield from (_placed(app, code) for code in code_of_notebooks(app, OUTSIDE))


def _placed(app: Tree, code: LooseCode) -> LooseCode:
    return replace(code, module=nameless_module(str(app.root / code.module.path)))


def words_outside(app: Tree | None) -> Iterator[tuple[str, frozenset[str]]]:
    """The same of an app that lies outside of the tree, if there is one; paths are absolute."""
    if app is not None:
        for path, words in app_words(app, OUTSIDE, ()):
            yield str(app.root / path), words
