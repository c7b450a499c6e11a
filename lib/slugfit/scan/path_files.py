"""What site-packages adds to Python's path at each start: ``.pth`` lines, finders, ``.start``.

Read as https://docs.python.org/3/library/site.html and https://peps.python.org/pep-0829/ say, and
never run. Anybody may have written these files: what cannot be read says nothing.
"""

from __future__ import annotations

import ast
import fnmatch
import posixpath
import re
import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from slugfit.base.paths import path_inside
from slugfit.base.text import decode_text
from slugfit.scan.bytecode import read_regular_file
from slugfit.scan.layout import Layout, PathEntry

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

    from slugfit.scan.tree import Tree


_LARGEST = 1 << 20
"""Bytes of a file that is read; the finder of a package with 10,000 modules has one million."""
_FINDER = "*editable*.py"
"""setuptools' ``__editable___*_finder``, ``_editable_impl_*`` of the distribution editables
(https://github.com/pfmoore/editables), and scikit-build-core's ``_*_editable``."""
_POINT = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[\w.]+")
_DOTTED = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")


@dataclass(frozen=True, slots=True)
class PathFiles:
    """What the files of a tree's site-packages add."""

    entries: tuple[PathEntry, ...]
    """The folders that modules are found in, each once."""
    code: Mapping[str, str]
    """The lines that are run, by the file that they stand in: a path of the tree."""
    starts: Mapping[str, tuple[str, ...]]
    """The ``module:function`` that are called, by file."""


def read_path_files(tree: Tree, layout: Layout) -> PathFiles:
    """Read the files at the top of each folder of installed packages."""
    folders = frozenset(entry.path for entry in tree.entries if entry.kind == "folder")
    known = folders | {entry.path for entry in tree.files()}
    entries: list[PathEntry] = []
    code: dict[str, str] = {}
    starts: dict[str, tuple[str, ...]] = {}
    for entry in tree.files():
        site, name = posixpath.split(entry.path)
        if site not in layout.site_packages or name.startswith(".") or entry.size > _LARGEST:
            continue
        if name.endswith(".pth"):
            text = _text(tree.root / entry.path)
            found = (_in_tree(line, site, folders) for line in _lines(text) if not _is_code(line))
            entries += [PathEntry(path, "", entry.path) for path in found if path not in ("", site)]
            if lines := [line for line in _lines(text) if _is_code(line)]:
                code[entry.path] = "\n".join(lines)
        elif name.endswith(".start"):
            lines = [
                line for line in _lines(_text(tree.root / entry.path)) if _POINT.fullmatch(line)
            ]
            starts[entry.path] = tuple(lines)
        elif fnmatch.fnmatchcase(name, _FINDER):
            mapped = _mapped(_text(tree.root / entry.path), known)
            entries += [replace(item, by=entry.path) for item in mapped]
    # The first file that says so.
    by_place = {(item.folder, item.package): item for item in reversed(entries)}
    return PathFiles(tuple(reversed(by_place.values())), code, starts)


def _text(file: Path) -> str:
    try:
        return decode_text(read_regular_file(file), "replace").text
    except OSError:
        return ""


def _lines(text: str) -> Iterator[str]:
    """The lines that say something, as ``site.addpackage`` reads them."""
    for line in map(str.strip, text.splitlines()):
        if line and not line.startswith("#"):
            yield line


def _is_code(line: str) -> bool:
    return line.startswith(("import ", "import\t"))


def _in_tree(name: str, site: str, known: Collection[str]) -> str:
    """Which of ``known`` is meant by a path, "" if none is.

    The folder of a build has another name than that of the running app, so that of an absolute path
    the longest end counts that is there.
    """
    if not name.startswith("/"):
        path = path_inside(site, name) or ""
        return path if path in known else ""
    parts = [part for part in posixpath.normpath(name).split("/") if part]
    ends = ("/".join(parts[start:]) for start in range(len(parts)))
    return next((path for path in ends if path in known), "")


def _mapped(source: str, known: Collection[str]) -> Iterator[PathEntry]:
    """The packages that a finder maps to absolute paths, in whichever form it has them."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            module = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in ast.walk(module):
        if isinstance(node, ast.Dict):
            pairs = [pair for pair in zip(node.keys, node.values, strict=True) if pair[0]]
        elif isinstance(node, ast.Call) and len(node.args) > 1:
            pairs = [(node.args[0], node.args[1])]
        else:
            continue
        for name, place in pairs:
            for path in _strings(place):
                yield from _entry(next(_strings(name), ""), path, known)


def _strings(node: ast.expr | None) -> Iterator[str]:
    """A string, or those of a list."""
    for item in node.elts if isinstance(node, (ast.List, ast.Tuple)) else [node]:
        if isinstance(item, ast.Constant) and isinstance(item.value, str):
            yield item.value


def _entry(name: str, place: str, known: Collection[str]) -> Iterator[PathEntry]:
    """The folder of a package or, without an ending, the file of a module."""
    if not _DOTTED.fullmatch(name) or not place.startswith("/"):
        return
    # Finders try the endings of modules themselves.
    found = next(filter(None, (_in_tree(place + end, "", known) for end in ("", ".py"))), "")
    path = found.removesuffix("/__init__.py").removesuffix(".py")
    if path:
        yield PathEntry(path, name)
