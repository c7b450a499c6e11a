"""What a distribution's own text files name: modules and files of the same distribution."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from slugfit.base.paths import path_inside
from slugfit.base.text import decode_text
from slugfit.refer.candidates import is_named_file
from slugfit.refer.reference import Reference
from slugfit.scan.bytecode import read_regular_file
from slugfit.scan.module_names import name_and_parents, named_module

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from slugfit.refer.closure import Closure

_ENDINGS = (".json", ".yaml", ".yml", ".toml", ".ini", ".zcml", ".xml", ".cfg")
_FOR_DEVELOPERS = frozenset(("pyproject.toml", "setup.cfg", "tox.ini", "pytest.ini", "mypy.ini"))
"""What builds and tests a package reads them, and nothing that is installed."""
_LARGEST = 1 << 18
"""Bytes of a file that is read; a larger one is data."""
_WORD = re.compile(r"[\w.][\w./:+-]*")


def follow_texts(closure: Closure, root: Path, paths: Iterable[str]) -> None:
    """Keep what the text files among ``paths`` name, of their own distributions."""
    wanted = {closure.owners.get(path, "") for path in closure.targets.by_path}
    for path in paths:
        owner = closure.owners.get(path, "")
        if path.endswith(_ENDINGS) and owner in wanted and not _is_for_others(path):
            for word in _words(root / path):
                _follow_word(closure, path, owner, word)


def _is_for_others(path: str) -> bool:
    """Whether installers or developers read the file, and the package does not."""
    folder, name = posixpath.split(path)
    return name in _FOR_DEVELOPERS or folder.endswith((".dist-info", ".egg-info"))


def _words(file: Path) -> Iterator[str]:
    """The words with a dot or a slash inside, each once."""
    try:
        data = read_regular_file(file) if file.stat().st_size <= _LARGEST else b""
    except OSError:
        return
    found = (word.rstrip(".:/") for word in _WORD.findall(decode_text(data, "replace").text))
    for word in dict.fromkeys(found):
        if "." in word or "/" in word:
            yield word


def _follow_word(closure: Closure, path: str, owner: str, word: str) -> None:
    reference = Reference("names", path, word)
    here = posixpath.dirname(path)
    for found in (*_modules(closure, here, word), *_files(closure, here, owner, word)):
        if closure.owners.get(found, "") == owner:
            closure.keep([found], reference)


def _modules(closure: Closure, here: str, word: str) -> Iterator[str]:
    """The modules that a dotted name means: absolute, or from the package that the file is in."""
    if word.startswith("."):
        parts = here.split("/")
        packages = [".".join(parts[at:]) for at in range(len(parts))]
    else:
        packages = [""]
    for package in packages:
        for name in name_and_parents(named_module(word, package) or ""):
            if "." in name:
                for module in closure.targets.by_module.get(name, ()):
                    yield module.path


def _files(closure: Closure, here: str, owner: str, word: str) -> Iterator[str]:
    """The files that a path means: from the file's folder, or from one above it."""
    key = (owner, posixpath.basename(word))
    yield from closure.targets.by_basename.get(key, ())
    folder = here
    while folder:
        path = path_inside(folder, word)
        item = closure.targets.by_path.get(path or "")
        if item is not None and (folder == here or "/" in word) and not is_named_file(item):
            yield item.path
        folder = posixpath.dirname(folder)
