"""What the app's files that are not Python say: the words in its settings, scripts and commands.

A setting can name a module that no code does (a worker's class, a database's driver).
"""

from __future__ import annotations

import fnmatch
import re
from typing import TYPE_CHECKING

from slugfit.base.text import decode_text
from slugfit.scan.bytecode import read_regular_file
from slugfit.scan.loose_code import NOT_DEPLOYED

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from slugfit.scan.layout import Layout
    from slugfit.scan.tree import Tree

_ENDINGS = (
    *(".toml", ".ini", ".cfg", ".conf", ".yaml", ".yml", ".json", ".env", ".properties", ".xml"),
    *(".sh", ".bash", ".txt", ".service", ".mako"),
)
_FOR_INSTALLERS = (
    *("requirements*", "*requirements.txt", "constraints*", "*.lock", "Pipfile*", "pylock*.toml"),
    *("environment*.yml", "environment*.yaml", "package.json", "package-lock.json", "runtime.txt"),
    *("uv.toml", "poetry.toml", "apt.txt", "Aptfile"),
)
"""Lists of what is installed, which name everything that is."""
_FOR_DEVELOPERS = (
    *("tox.ini", "pytest.ini", "mypy.ini", "*.code-workspace", "renovate.json", "docker-compose*"),
    *("LICENSE*", "README*", "CHANGELOG*", "*.dockerignore", "setup.cfg"),
)
"""What no process of the app reads."""
_DOT_FILES = (".env*", ".flaskenv", ".streamlit", ".chalice")
"""The files and folders with a dot that an app reads when it runs."""
_TOOL = re.compile(r"\[tool\.(?!poetry|uv|pdm|hatch|ruff|black|mypy|pytest|coverage|isort|pyright)")
_TABLE = re.compile(r"^\s*\[", re.MULTILINE)
_LARGEST = 1 << 18
"""Bytes of a file that is read; a larger one is data."""
_WORD = re.compile(r"[^\W\d][\w.-]*")


def app_words(
    tree: Tree, layout: Layout, ignored: Collection[str]
) -> Iterator[tuple[str, frozenset[str]]]:
    """The words of each file of the app that can say which module to use, after its path.

    A word is letters, digits, and what stands between them in names: ``psycopg2-binary``.
    """
    for entry in tree.files():
        if entry.size > _LARGEST or entry.path in ignored or layout.scope(entry.path)[0] != "app":
            continue
        if may_say(entry.path):
            yield entry.path, words_of_text(_text(tree.root / entry.path))


def words_of_text(text: str) -> frozenset[str]:
    """The words of a text, and their parts that are joined by hyphens."""
    words = {word.rstrip(".-") for word in _WORD.findall(text)}
    return frozenset(words.union(part for word in words for part in word.split("-")) - {""})


def may_say(path: str) -> bool:
    """Whether a process of the app may read the file of this name."""
    *folders, name = path.split("/")
    if not NOT_DEPLOYED.isdisjoint(folders) or any(map(_is_hidden, (*folders, name))):
        return False
    if any(fnmatch.fnmatchcase(name, line) for line in (*_FOR_INSTALLERS, *_FOR_DEVELOPERS)):
        return False
    return name.endswith(_ENDINGS) or "." not in name or name.startswith(".")


def _is_hidden(name: str) -> bool:
    return name.startswith(".") and not any(fnmatch.fnmatchcase(name, it) for it in _DOT_FILES)


def _text(file: Path) -> str:
    try:
        data = read_regular_file(file)
    except OSError:
        return ""
    if b"\0" in data[:1024]:
        return ""
    text = decode_text(data, "replace").text
    return _of_tools(text) if file.name == "pyproject.toml" else text


def _of_tools(text: str) -> str:
    """The tables of pyproject.toml that a program of the app can read."""
    starts = [match.start() for match in _TABLE.finditer(text)]
    # Without any table there is nothing to pair.
    ends = [*starts, len(text)][1:]
    tables = (text[start:end] for start, end in zip(starts, ends, strict=True))
    return "\n".join(table for table in tables if _TOOL.match(table.strip()))
