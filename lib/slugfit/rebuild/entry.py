"""One value in a file of the build cache, whole or not at all; a cache never fails a build."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import io
import pickle
from typing import TYPE_CHECKING, Any

from slugfit.base.atomic import write_atomically

if TYPE_CHECKING:
    from pathlib import Path

_DIGEST = hashlib.sha256().digest_size
"""Bytes before the value: the SHA-256 of what follows."""
_ENGINE = "slugfit."
_PROTOCOL = 5
"""https://docs.python.org/3/library/pickle.html#data-stream-format"""


class _Reader(pickle.Unpickler):
    """Makes facts of the engine and nothing else.

    https://docs.python.org/3/library/pickle.html#restricting-globals
    """

    def find_class(self, module_name: str, global_name: str) -> Any:  # noqa: ANN401 - pickle's own
        found = super().find_class(module_name, global_name) if _may_hold(module_name) else None
        if not dataclasses.is_dataclass(found):
            raise pickle.UnpicklingError(f"{module_name}.{global_name} is no fact of the engine")
        return found


def _may_hold(module: str) -> bool:
    return module.startswith(_ENGINE)


def read_entry(file: Path) -> object:
    """The value in ``file``; None if there is none, or not all of it."""
    try:
        data = file.read_bytes()
        head, body = data[:_DIGEST], memoryview(data)[_DIGEST:]
        if hashlib.sha256(body).digest() != head:
            return None
        return _Reader(io.BytesIO(body)).load()
    # What another engine left can lack a class, or hold one with other fields.
    except (OSError, pickle.UnpicklingError, AttributeError, ImportError, TypeError, ValueError):
        return None


def write_entry(file: Path, value: object) -> None:
    """Leave ``value``, made of facts and plain values, in ``file`` if that is possible."""
    body = pickle.dumps(value, _PROTOCOL)
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(file, hashlib.sha256(body).digest() + body)


def drop_oldest(folder: Path, count: int) -> None:
    """Drop all but the newest entries of a folder; what cannot be dropped stays."""
    with contextlib.suppress(OSError):
        dated = sorted(folder.iterdir(), key=lambda file: file.stat().st_mtime_ns)
        for file in dated[:-count]:
            file.unlink()
