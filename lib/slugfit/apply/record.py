"""RECORD, rewritten to what is there: removed files' rows go, cut files get a new hash and size.

The format: https://packaging.python.org/en/latest/specifications/recording-installed-packages/
"""

from __future__ import annotations

import base64
import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slugfit.base.hashing import sha256_of
from slugfit.base.paths import path_inside
from slugfit.scan.distributions import Distribution, record_rows

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class RewrittenRecord:
    """A RECORD without the rows of what goes; the hashes of cut files can be filled in later."""

    before: bytes
    """The whole file as it was read."""
    lines: tuple[str, ...]
    """What stays, each line with its end."""
    cut_rows: Mapping[int, tuple[str, str]]
    """For each line about a cut file, by number: the name in that row, and the path in the tree."""
    line_end: str
    """What each line ends with."""
    shorter: bool
    """Whether a row goes."""

    def with_old_hashes(self) -> bytes:
        """The new file but for cut files, whose rows are those of before: for sizes in a plan."""
        return _encoded(self.lines) if self.shorter else self.before

    def with_digests(self, digests: Mapping[str, tuple[str, int]]) -> bytes:
        """The new file; ``digests`` holds hash and size (bytes) of each cut file by path."""
        lines = list(self.lines)
        for number, (name, path) in self.cut_rows.items():
            digest, size = digests[path]
            lines[number] = _line([name, digest, str(size)]) + self.line_end
        return _encoded(lines)


def touched_records(
    distributions: tuple[Distribution, ...], gone: Collection[str], written: Collection[str]
) -> tuple[Distribution, ...]:
    """The distributions whose RECORD may be wrong then."""
    changed = set(gone) | set(written)
    return tuple(dist for dist in distributions if not dist.files.isdisjoint(changed))


def rewrite_record(
    before: bytes,
    site: str,
    gone: Collection[str],
    cut: Collection[str],
    bytecode: Collection[str] = (),
) -> RewrittenRecord:
    """RECORD without ``gone``; ``site`` is the folder that its names are relative to.

    The rows of ``bytecode`` that is written anew change as those of ``cut`` files if they say
    anything of it; pip's do not.

    Rows that name nothing inside the tree are left as they are, and so is a file that cannot be
    read to its end.
    """
    # Bytes: text mode would make the line ends alike.
    text = before.decode("utf-8", "surrogateescape")
    faults: list[str] = []
    rows = list(record_rows(text, faults))
    if faults:
        return RewrittenRecord(before, (text,), {}, "", shorter=False)
    line_end = "\r\n" if "\r\n" in text else "\n"
    lines: list[str] = []
    cut_rows: dict[int, tuple[str, str]] = {}
    for row in rows:
        path = path_inside(site, row[0])
        if path in gone:
            continue
        if path is not None and (path in cut or (path in bytecode and any(row[1:]))):
            cut_rows[len(lines)] = (row[0], path)
        lines.append(_line(row) + line_end)
    shorter = len(lines) < len(rows)
    return RewrittenRecord(before, tuple(lines), cut_rows, line_end, shorter=shorter)


def _line(row: list[str]) -> str:
    r"""One row without its end. A name may hold ``\r``: csv only quotes what its own end holds."""
    output = io.StringIO(newline="")
    csv.writer(output, lineterminator="\r\n").writerow(row)
    return output.getvalue().removesuffix("\r\n")


def _encoded(lines: Collection[str]) -> bytes:
    return "".join(lines).encode("utf-8", "surrogateescape")


def record_digest(file: Path) -> tuple[str, int]:
    """A file's RECORD hash (``sha256=`` urlsafe base64 without padding) and size in bytes."""
    encoded = base64.urlsafe_b64encode(sha256_of(file)).rstrip(b"=").decode()
    return f"sha256={encoded}", file.stat().st_size
