"""The page's data: one JSON document of columns, deflated."""

from __future__ import annotations

import json
import posixpath
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from slugfit.catalog.densities import DENSITIES, HEADER_BYTES, OTHER_DENSITY
from slugfit.catalog.rules import rule_named
from slugfit.page.columns import Numbering, folders_of, runs_of, sparse
from slugfit.report.evidence_words import EVIDENCE
from slugfit.report.owner_names import owner_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from slugfit.measure.sizes import Bytes, Sizes
    from slugfit.packing.outcome import Packing
    from slugfit.page.items import Item
    from slugfit.page.last_files import LastFiles
    from slugfit.report.make import Report

DOCUMENT_VERSION = 1


@dataclass(frozen=True, slots=True)
class Shown:
    """Everything that a page is made from."""

    report: Report
    sizes: Sizes
    packing: Packing | None
    items: tuple[Item, ...]
    last: LastFiles | None
    """What the last build left, None if there is nothing to compare with."""


def document_of(shown: Shown) -> Mapping[str, Any]:
    """The document; sizes in bytes, the same for the same content."""
    shares = shown.report.distributions
    owners = Numbering(share.name for share in shares)
    items = sorted(shown.items, key=lambda item: (owners.number(item.owner), _place(item)))
    rules = Numbering(rule.name for rule in shown.report.rules)
    kinds = Numbering()
    numbers = [kinds.number(_kind(item, rules)) for item in items]
    versions = {share.name: share.version for share in shares}
    return {
        "version": DOCUMENT_VERSION,
        **_facts(shown.report),
        "owners": [_owner(name, versions, shown) for name in owners.values()],
        "rules": [_rule(name) for name in rules.values()],
        "gone": [
            [rules.number(rule), owners.number(owner), size.compressed]
            for (rule, owner), size in sorted(shown.sizes.gone.items())
        ],
        "packs": _packs(shown.packing, owners),
        "densities": [DENSITIES, OTHER_DENSITY, HEADER_BYTES],
        "kinds": kinds.values(),
        "compared": shown.last is not None,
        "files": {**_files(items, owners), "kinds": numbers},
    }


def _place(item: Item) -> tuple[str, str]:
    return posixpath.dirname(item.path), posixpath.basename(item.path)


def _facts(report: Report) -> Mapping[str, Any]:
    return {
        "slugfit": report.version,
        "action": report.action,
        "before": _size(report.before),
        "after": _size(report.after),
        "limit": report.limit.name,
        "bounds": [[bound.measure, bound.size] for bound in report.limit.bounds],
        "verdict": report.verdict,
        "estimated": report.estimated,
        "undone": report.undone,
    }


def _size(size: Bytes) -> list[int]:
    return [size.uncompressed, size.compressed]


def _owner(name: str, versions: Mapping[str, str], shown: Shown) -> list[Any]:
    """Its name, its name in words, its version, what stays of it, and what the last build had."""
    kept = shown.sizes.kept.get(name)
    last = None if shown.last is None else shown.last.densities.get(name)
    compressed = 0 if kept is None else kept.compressed
    return [name, owner_name(name), versions.get(name, ""), compressed, last]


def _rule(name: str) -> list[str]:
    return [name, rule_named(name).reason, EVIDENCE[name]]


def _packs(packing: Packing | None, owners: Numbering) -> list[list[Any]]:
    """Of each archive the owner, and what its files take without it and with it."""
    packed = () if packing is None else packing.packed
    return [
        [owners.number(item.bundle.owner), item.bundle.compressed, item.compressed]
        for item in packed
    ]


def _kind(item: Item, rules: Numbering) -> tuple[Any, ...]:
    rule = rules.number(item.rule) if item.rule else -1
    return (item.action, rule, item.pack, item.text, item.reached)


def _files(items: Sequence[Item], owners: Numbering) -> Mapping[str, Any]:
    folders = folders_of(items)
    places = {item.path: place for place, item in enumerate(items)}
    others = Numbering()

    def number(name: str, place: int) -> int | None:
        """What refers to the file at ``place``, from there; a text after all files."""
        if not name:
            return None
        return (places[name] if name in places else len(items) + others.number(name)) - place

    by = sparse(number(item.by, place) for place, item in enumerate(items))
    reached = sparse(number(item.reached_by, place) for place, item in enumerate(items))
    return {
        "folders": folders.columns(),
        "runs": runs_of(items, owners, folders),
        "names": "/".join(posixpath.basename(item.path) for item in items),
        "before": [item.before for item in items],
        "after": sparse(_after(item) for item in items),
        "was": sparse(item.was if item.was != item.after else None for item in items),
        "by": by,
        "reached": reached,
        "others": others.values(),
    }


def _after(item: Item) -> int | None:
    """What is left of a file, None where that is nothing for one that goes, or all for others."""
    usual = 0 if item.action == "remove" else item.before
    return None if item.after == usual else item.after


def encoded(document: Mapping[str, Any]) -> bytes:
    """The document as the page carries it: JSON of ASCII letters alone, in zlib's format."""
    text = json.dumps(document, separators=(",", ":"), sort_keys=True)
    return zlib.compress(text.encode(), 9)
