"""Large model files among an app's own files: by their names, or by how they begin."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slugfit.dists import APP
from slugfit.models import orders
from slugfit.models.keys import RESERVED

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from slugfit.plan import Decision
    from slugfit.planning import Planned

LARGE = 10_000_000
"""Bytes from which a file is worth a word."""
SUFFIXES = (
    *("h5", "hdf5", "keras", "pb", "tflite", "ckpt", "pt", "pth", "pdparams", "mlmodel"),
    *("onnx", "ort", "safetensors", "gguf", "ggml", "engine", "params", "caffemodel", "weights"),
    *("bin", "model", "npz", "npy", "pkl", "pickle", "joblib", "cbm", "ubj", "task"),
)
_NAMED = re.compile(rf"\.(?:{'|'.join(SUFFIXES)}|data-\d+-of-\d+)", re.IGNORECASE)
MAGIC = ((0, b"\x89HDF\r\n\x1a\n"), (0, b"GGUF"), (4, b"TFL3"))
"""How HDF5, GGUF and TensorFlow Lite files begin: an offset in bytes, and what stands there."""
_PROGRAM = b"\x7fELF"
_HEAD = 16


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One such file: its path, its uncompressed bytes, its SHA-256."""

    path: str
    size: int
    sha256: str


def find(planned: Planned) -> tuple[ModelFile, ...]:
    """The model files that stay in the tree, the largest first."""
    found = (file for item in planned.decisions for file in _file(planned.tree.root, item))
    return tuple(sorted(found, key=lambda file: (-file.size, file.path)))


def _file(root: Path, item: Decision) -> Iterator[ModelFile]:
    own = item.owner == APP and item.path.split("/")[0] not in RESERVED
    # A path that is no text cannot be written into pyproject.toml.
    if not own or not item.path.isprintable() or item.action == "remove" or item.size < LARGE:
        return
    try:
        with (root / item.path).open("rb") as file:
            head = file.read(_HEAD)
        if is_model(item.path, head):
            yield ModelFile(item.path, item.size, orders.digest(root / item.path))
    except OSError:
        # What cannot be read is left alone, here as everywhere.
        return


def is_model(path: str, head: bytes) -> bool:
    """Whether a file of this name, which begins with ``head``, is a model's."""
    if head.startswith(_PROGRAM):
        return False
    _, dot, suffix = path.rpartition("/")[2].rpartition(".")
    return _NAMED.fullmatch(dot + suffix) is not None or any(
        head[at:].startswith(magic) for at, magic in MAGIC
    )
