"""What changed since the last build: read from the report that it left in the cache."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from slugfit.base.words import megabytes
from slugfit.report.text import INDENT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


_LEAST = 50_000
_LISTED = 3


def read_last_build(file: Path) -> Mapping[str, Any]:
    """The last build's document; {} if there is none that can be read."""
    try:
        document = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return document if isinstance(document, dict) else {}


def change_since(before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """One line for the log, such as "+1.2 MB (pandas +1.0, numpy +0.2)"; "" for a first build."""
    try:
        old, new = _sizes(before), _sizes(now)
        change = now["after"]["compressed"] - before["after"]["compressed"]
    except (KeyError, TypeError):
        return ""
    moved = {name: new.get(name, 0) - old.get(name, 0) for name in {*old, *new}}
    largest = sorted(moved, key=lambda name: (-abs(moved[name]), name))[:_LISTED]
    named = [f"{name} {_signed(moved[name])}" for name in largest if abs(moved[name]) >= _LEAST]
    detail = f" ({', '.join(named)})" if named else ""
    return f"{' ' * INDENT}since the last build: {_signed(change)} MB compressed{detail}\n"


def _sizes(document: Mapping[str, Any]) -> Mapping[str, int]:
    return {item["name"]: item["after"]["compressed"] for item in document["distributions"]}


def _signed(size: int) -> str:
    text = megabytes(abs(size))
    return f"-{text}" if size < 0 and text != "0.0" else f"+{text}"
