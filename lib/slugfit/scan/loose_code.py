"""Code of a tree that is in no module: it refers to modules all the same."""

from __future__ import annotations

import posixpath
import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slugfit.scan.bytecode import read_regular_file
from slugfit.scan.module_facts import ModuleFacts, facts_from_source
from slugfit.scan.module_names import Module
from slugfit.scan.procfile import PROCFILE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

    from slugfit.scan.layout import Layout
    from slugfit.scan.path_files import PathFiles
    from slugfit.scan.tree import Tree


NOT_DEPLOYED = frozenset(
    {".git", ".hg", ".svn", ".venv", "venv", ".vercel", "__pycache__", ".slugfit"}
)
"""Names that no deploy carries, for folders that git cannot tell about.

Vercel's builder installs into ``.vercel``, and keeps its installer's cache there; its bundle holds
nothing of it (npm's @vercel/python 25.0.0, ``packFunctionBundle``).
"""
_LARGEST = 1 << 20
"""Bytes of a script that is read."""
_SHEBANG = re.compile(rb"#![^\n]*python|#!/bin/sh\n'''exec'")
"""The second is what installers write where the path of Python is too long for the first:
https://github.com/pypa/distlib/blob/master/distlib/scripts.py."""
_PYTHON = re.compile(r"python(\d+(\.\d+)?)?")
_CODE_OPTION = re.compile(r"-[bBdEiIOPqRsSuvx]*c(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class LooseCode:
    """What one file says."""

    module: Module
    """The file as a module that nothing can import: its name is ""."""
    facts: ModuleFacts
    """What its code says."""
    is_own: bool = False
    """Whether it is the app's."""


def code_of_path_files(files: PathFiles) -> Iterator[LooseCode]:
    """The lines of ``.pth`` files that are run, and what ``.start`` files call."""
    for path, source in files.code.items():
        yield LooseCode(nameless_module(path), facts_from_source(source.encode("utf-8", "replace")))
    for path, points in files.starts.items():
        none: frozenset[str] = frozenset()
        yield LooseCode(nameless_module(path), ModuleFacts(frozenset(), frozenset(points), none))


def code_of_scripts(
    tree: Tree, layout: Layout, ignored: Collection[str] = ()
) -> Iterator[LooseCode]:
    """The Python programs in bin/, and those of the app whose names have no ending.

    Told by their first line: https://docs.python.org/3/using/unix.html#miscellaneous.
    """
    for entry in tree.files():
        if entry.size > _LARGEST or entry.path in ignored:
            continue
        scope, inner = layout.scope(entry.path)
        parts = entry.path.split("/")
        own = scope == "app" and "." not in parts[-1] and NOT_DEPLOYED.isdisjoint(parts)
        if own or (scope in ("prefix", "site") and inner.startswith("bin/")):
            source = _script(tree.root / entry.path)
            if source:
                facts = facts_from_source(source)
                yield LooseCode(nameless_module(entry.path), facts, is_own=scope == "app")


def _script(file: Path) -> bytes:
    """The source of a Python program, b"" for other files."""
    try:
        source = read_regular_file(file)
    except OSError:
        return b""
    return source if _SHEBANG.match(source) else b""


def code_of_commands(commands: Mapping[str, str]) -> Iterator[LooseCode]:
    """What the processes of a Procfile, by their names, run by ``python -c``."""
    for command in commands.values():
        for snippet in python_snippets(command):
            facts = facts_from_source(snippet.encode("utf-8", "replace"))
            yield LooseCode(nameless_module(PROCFILE), facts, is_own=True)


def python_snippets(command: str) -> Iterator[str]:
    """The code that a shell command gives to Python by ``-c``.

    https://docs.python.org/3/using/cmdline.html#cmdoption-c
    """
    try:
        words = shlex.split(command)
    except ValueError:
        return
    for at, word in enumerate(words):
        if _PYTHON.fullmatch(posixpath.basename(word)):
            yield from _code_argument(words[at + 1 :])
        elif "python" in word and " " in word:
            # What a shell is given by its own -c.
            yield from python_snippets(word)


def _code_argument(words: list[str]) -> Iterator[str]:
    rest = iter(words)
    for word in rest:
        code = _CODE_OPTION.fullmatch(word)
        if code:
            yield from filter(None, [code[1] or next(rest, "")])
            return
        if word in ("-W", "-X"):
            next(rest, "")
        elif not word.startswith("-") or word.startswith("-m"):
            return


def nameless_module(path: str) -> Module:
    """A file that is run and cannot be imported, as a module."""
    folder = posixpath.dirname(path)
    return Module(f"{folder}/" if folder else "", path, "", package=False, compiled=False)
