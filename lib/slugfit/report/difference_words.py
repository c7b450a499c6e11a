"""What is different between two builds, in words and as JSON. MB are 1,000,000 bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slugfit.base.words import printable, signed_megabytes
from slugfit.report.layout import Line, Table
from slugfit.report.owner_names import owner_name, versioned

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from slugfit.report.difference import Difference, Moved

_NAME = 51


def difference_lines(difference: Difference, title: str, most: int | None = None) -> Iterator[Line]:
    """A table of what came, went and changed: the first ``most`` of it, and the rest in one row."""
    rows = [("the whole slug", difference.compressed, difference.uncompressed)]
    rows += [
        (_moved_name(item), item.compressed, item.uncompressed) for item in difference.moved[:most]
    ]
    rest = difference.moved[len(rows) - 1 :]
    if rest:
        compressed = sum(item.compressed for item in rest)
        rows.append((f"and {len(rest)} more", compressed, sum(item.uncompressed for item in rest)))
    if not difference.moved and not any(rows[0][1:]):
        yield Line(f"{title}: no difference.")
        return
    shown = [
        (name, signed_megabytes(first), signed_megabytes(second)) for name, first, second in rows
    ]
    yield from Table((f"{title} (MB)", "compressed", "unpacked"), (_NAME, 11, 10), shown).lines()


def _moved_name(item: Moved) -> str:
    before, after = map(printable, item.versions)
    if item.kind != "changed":
        return f"{item.kind}: {versioned(item.name, after or before, _NAME - 7)}"
    if before == after:
        return owner_name(item.name) + (f" {after}" if after else "")
    return f"{owner_name(item.name)} {before or '?'} -> {after or '?'}"


def difference_document(difference: Difference) -> Mapping[str, Any]:
    """The same as a JSON object; sizes in bytes."""
    return {
        "version": 1,
        "before": difference.before,
        "compressed": difference.compressed,
        "uncompressed": difference.uncompressed,
        "distributions": [
            {
                "name": item.name,
                "kind": item.kind,
                "version_before": item.versions[0] or None,
                "version_after": item.versions[1] or None,
                "compressed": item.compressed,
                "uncompressed": item.uncompressed,
            }
            for item in difference.moved
        ],
    }
