"""Large model files among an app's own files: by their names, or by how they begin."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slugfit.catalog.model_formats import LARGE_MODEL, MODEL_MAGIC, MODEL_SUFFIXES
from slugfit.models.keys import RESERVED_FOLDERS
from slugfit.models.wanted import file_digest
from slugfit.scan.owners import APP

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from slugfit.plan.decision import Decision, Plan


_NAMED = re.compile(rf"\.(?:{'|'.join(MODEL_SUFFIXES)}|data-\d+-of-\d+)", re.IGNORECASE)
_PROGRAM = b"\x7fELF"
_HEAD = 16


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One such file: its path, its uncompressed bytes, its SHA-256."""

    path: str
    size: int
    sha256: str


def find_model_files(planned: Plan) -> tuple[ModelFile, ...]:
    """The model files that stay in the tree, the largest first."""
    files = (file for item in planned.decisions for file in _file(planned.tree.root, item))
    return tuple(sorted(files, key=lambda file: (-file.size, file.path)))


def _file(root: Path, item: Decision) -> Iterator[ModelFile]:
    own = item.owner == APP and item.path.split("/")[0] not in RESERVED_FOLDERS
    # A path that is not text cannot be written into pyproject.toml.
    if not own or not item.path.isprintable() or item.action == "remove" or item.size < LARGE_MODEL:
        return
    try:
        with (root / item.path).open("rb") as file:
            head = file.read(_HEAD)
        if is_model(item.path, head):
            yield ModelFile(item.path, item.size, file_digest(root / item.path))
    except OSError:
        # What cannot be read is left alone, here as everywhere.
        return


def is_model(path: str, head: bytes) -> bool:
    """Whether a file of this name, which begins with ``head``, is a model's."""
    if head.startswith(_PROGRAM):
        return False
    _, dot, suffix = path.rpartition("/")[2].rpartition(".")
    return _NAMED.fullmatch(dot + suffix) is not None or any(
        head[at:].startswith(magic) for at, magic in MODEL_MAGIC
    )
