"""Trees from dict literals: ``{"pkg/__init__.py": "import x", "link": Link("target")}``."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from slugfit.scan.layout import recognise_layout
from slugfit.scan.tree import scan_tree

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slugfit.scan.layout import Layout


@dataclass(frozen=True)
class Link:
    """A symbolic link to ``target``."""

    target: str


@dataclass(frozen=True)
class Folder:
    """An empty folder."""


@dataclass(frozen=True)
class Plain:
    """A file of exactly this text, also where ``plant`` would make a test of it."""

    text: str


Content: TypeAlias = "str | bytes | Link | Folder | Plain"
_TESTS = re.compile(r"(.*/)?tests?/(.+/)?[^/]+\.py|(.*/)?(test_[^/]*|[^/]*_test|conftest)\.py")
_TEST = "\n\ndef test_it():\n    pass\n"

SITE = ".heroku/python/lib/python3.11/site-packages"
STDLIB = ".heroku/python/lib/python3.11"


def plant(root: Path, tree: Mapping[str, Content]) -> Path:
    """Make ``tree`` below ``root`` and return ``root``; names may hold surrogates.

    In site-packages what is called a test is one: it gets a test function.
    """
    for name, content in tree.items():
        place = root / name
        place.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, Link):
            place.symlink_to(content.target)
        elif isinstance(content, Folder):
            place.mkdir()
        elif isinstance(content, bytes):
            place.write_bytes(content)
        elif isinstance(content, Plain):
            place.write_text(content.text, "utf-8", "surrogateescape")
        else:
            test = _TEST if _is_called_test(place) else ""
            place.write_text(content + test, "utf-8", "surrogateescape")
    return root


def _is_called_test(place: Path) -> bool:
    site, found, inner = str(place).partition("/site-packages/")
    return bool(site and found) and _TESTS.fullmatch(inner) is not None


def slug(site: Mapping[str, Content], **app: Content) -> dict[str, Content]:
    """A slug's tree: ``site`` in site-packages, ``app`` files (``app_py="…"`` is ``app.py``)."""
    tree: dict[str, Content] = {
        ".heroku/python/bin/placeholder": "",
        f"{STDLIB}/os.py": "",
    }
    tree.update({f"{SITE}/{name}": content for name, content in site.items()})
    tree.update({name.replace("_py", ".py"): content for name, content in app.items()})
    return tree


def distribution(
    name: str, version: str, files: Mapping[str, Content], entry_points: str = ""
) -> dict[str, Content]:
    """A distribution's files with a dist-info folder and a RECORD that names them all."""
    info = f"{name}-{version}.dist-info"
    tree: dict[str, Content] = dict(files)
    tree[f"{info}/METADATA"] = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    if entry_points:
        tree[f"{info}/entry_points.txt"] = entry_points
    rows = [f"{path},," for path in (*tree, f"{info}/RECORD")]
    tree[f"{info}/RECORD"] = "\n".join(rows) + "\n"
    return tree


def layout_of(root: Path) -> Layout:
    """The layout of the tree at ``root``."""
    return recognise_layout(scan_tree(root))


def snapshot(root: Path) -> dict[str, tuple[int, bytes | str]]:
    """Everything below ``root``: mode, and content or link target; times are left out."""
    found: dict[str, tuple[int, bytes | str]] = {}
    for folder, folders, files in os.walk(root):
        for name in sorted(folders + files):
            place = Path(folder, name)
            path = os.path.relpath(place, root)
            mode = place.lstat().st_mode
            if place.is_symlink():
                found[path] = (mode, os.readlink(place))
            elif place.is_file():
                found[path] = (mode, place.read_bytes())
            else:
                found[path] = (mode, b"")
    return found
