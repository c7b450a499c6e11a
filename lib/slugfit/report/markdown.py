"""Reports and differences as Markdown, for a comment on a pull request: from their documents.

GitHub's flavour: https://github.github.com/gfm/#tables-extension-.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from slugfit.base.words import counted, megabytes, printable, signed_megabytes
from slugfit.report.owner_names import owner_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from slugfit.report.difference import Difference, Moved

_LISTED = 15
_ESCAPED = re.compile(r"([\\`*_\[\]<>|~&#])")


def report_markdown(document: Mapping[str, Any]) -> str:
    """The verdict, then where the bytes are and what went, which a reader may open."""
    return "\n".join(_report_lines(document)) + "\n"


def _report_lines(document: Mapping[str, Any]) -> Iterator[str]:
    before, after = document["before"], document["after"]
    yield f"### Slug: {megabytes(after['compressed'])} MB, {_verdict(document)}"
    yield ""
    saved = before["compressed"] - after["compressed"]
    share = saved / before["compressed"] if before["compressed"] else 0
    yield (
        f"{megabytes(before['compressed'])} MB before slimming ({share:.1%} less), "
        f"{megabytes(after['uncompressed'])} MB unpacked."
    )
    if document["undone"]:
        yield f"\n**Not slimmed**: {cell(document['undone'])}"
    yield ""
    order = sorted(document["distributions"], key=lambda item: -item["after"]["compressed"])
    yield from _table(
        ("package", "MB compressed", "MB unpacked", "MB saved"), map(_share_row, order[:_LISTED])
    )
    rest = order[_LISTED:]
    if rest:
        size = sum(item["after"]["compressed"] for item in rest)
        yield f"\nand {len(rest)} more packages, {megabytes(size)} MB."
    if document["rules"]:
        yield "\n<details><summary>What went</summary>\n"
        yield from _table(
            ("rule", "MB compressed", "files", "evidence"), map(_rule_row, document["rules"])
        )
        yield "\n</details>"
    for advice in document["advice"][:3]:
        yield f"\n- {cell(advice['what'])} About {megabytes(advice['saves'])} MB:"
        yield f"\n{_code(advice['line'])}"


def _verdict(document: Mapping[str, Any]) -> str:
    bounds = document["limit"]["bounds"]
    over = [bound for bound in bounds if bound["over"]]
    if over:
        return f"**too large**: the limit is {cell(over[0]['told'])} {over[0]['measure']}"
    if not bounds:
        return "no limit is known"
    return f"fits ({cell(' and '.join(bound['told'] for bound in bounds))})"


def _share_row(item: Mapping[str, Any]) -> tuple[str, ...]:
    after, before = item["after"], item["before"]
    return (
        cell(f"{owner_name(item['name'])} {item['version']}".strip()),
        megabytes(after["compressed"]),
        megabytes(after["uncompressed"]),
        megabytes(before["compressed"] - after["compressed"]),
    )


def _rule_row(item: Mapping[str, Any]) -> tuple[str, ...]:
    saved = megabytes(item["saved"]["compressed"])
    return cell(item["name"]), saved, str(item["files"]), cell(item["evidence"])


def difference_markdown(difference: Difference, most: int = _LISTED) -> str:
    """One table: what came, went and changed, the largest first."""
    now = difference.before + difference.compressed
    compressed = signed_megabytes(difference.compressed)
    unpacked = signed_megabytes(difference.uncompressed)
    sizes = f"{megabytes(difference.before)} -> {megabytes(now)} MB"
    lines = [f"### Slug: {sizes} ({compressed} MB compressed, {unpacked} MB unpacked)"]
    if difference.moved:
        rows = map(_moved_row, difference.moved[:most])
        lines += ["", *_table(("package", "what", "MB compressed", "MB unpacked"), rows)]
    rest = difference.moved[most:]
    if rest:
        size = signed_megabytes(sum(item.compressed for item in rest))
        lines.append(f"\nand {counted(len(rest), 'more package')}, {size} MB.")
    return "\n".join(lines) + "\n"


def _moved_row(item: Moved) -> tuple[str, ...]:
    sizes = (signed_megabytes(item.compressed), signed_megabytes(item.uncompressed))
    return cell(owner_name(item.name)), cell(_what(item)), *sizes


def _what(item: Moved) -> str:
    before, after = item.versions
    if item.kind != "changed":
        return f"{item.kind} {after or before}".strip()
    return after if before == after else f"{before} -> {after}"


def _table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(heading)} |"
    right = ("MB", "files")
    marks = ("---:" if name.startswith(right) else "---" for name in heading)
    yield f"| {' | '.join(marks)} |"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def cell(text: str) -> str:
    """``text`` as it stands, whatever it has of Markdown or HTML."""
    return _ESCAPED.sub(r"\\\1", printable(text))


def _code(text: str) -> str:
    """A block to copy, with a fence that is longer than any in it."""
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", text)), 3)
    return f"{fence}\n{text}\n{fence}"
