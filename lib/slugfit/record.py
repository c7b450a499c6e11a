"""RECORD, rewritten to what is there: removed files' rows go, changed files get a new hash."""

from __future__ import annotations

import base64
import csv
import io
from typing import TYPE_CHECKING

from slugfit import sha256
from slugfit.dists import rows
from slugfit.tree import inside

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from slugfit.dists import Distribution


def touched(
    distributions: tuple[Distribution, ...], gone: Collection[str], changed: Collection[str]
) -> tuple[Distribution, ...]:
    """The distributions whose RECORD would be wrong."""
    found = set(gone) | set(changed)
    return tuple(dist for dist in distributions if not dist.files.isdisjoint(found))


def rewrite(
    text: str, site: str, gone: Collection[str], changed: Mapping[str, tuple[str, int]]
) -> str:
    """RECORD's text without ``gone`` and with the (hash, size) of ``changed``.

    Rows that name nothing inside the tree are left as they are, and so is a text that cannot be
    read to its end.
    """
    faults: list[str] = []
    found = list(rows(text, faults))
    if faults:
        return text
    ending = "\r\n" if "\r\n" in text else "\n"
    lines = []
    for row in found:
        path = inside(site, row[0])
        if path in gone:
            continue
        if path is not None and path in changed:
            digest, size = changed[path]
            row = [row[0], digest, str(size)]  # noqa: PLW2901 - the row as it is from now on
        lines.append(_line(row) + ending)
    return "".join(lines)


def _line(row: list[str]) -> str:
    r"""One row without its end. A name may hold ``\r``: csv only quotes what its own end holds."""
    output = io.StringIO(newline="")
    csv.writer(output, lineterminator="\r\n").writerow(row)
    return output.getvalue().removesuffix("\r\n")


def digest(file: Path) -> tuple[str, int]:
    """A file's RECORD hash (``sha256=`` urlsafe base64 without padding) and size in bytes."""
    encoded = base64.urlsafe_b64encode(sha256.of(file)).rstrip(b"=").decode()
    return f"sha256={encoded}", file.stat().st_size
