"""What the files of a wheel will take in a slug, before and after slimming. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slugfit.base.patterns import parse_patterns
from slugfit.catalog.forecast_ratios import (
    BYTECODE_COMPRESSED_SHARE,
    BYTECODE_KEPT,
    BYTECODE_SHARE,
    LIBRARY_SHARE,
    OTHER_SHARE,
    SYMBOLS,
    TAKEN,
    TAR_HEADER,
)
from slugfit.catalog.rules import RULES
from slugfit.measure.sizes import ZERO, Bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from slugfit.forecast.look import Look
    from slugfit.forecast.wheel_directory import Entry

_LIBRARY = re.compile(r"\.so(\.[0-9.]+)?$")
_DATA = re.compile(r"^[^/]+\.data/(purelib|platlib|data|scripts|headers)/")
_BY_NAME = tuple(
    (rule.name, "site" in rule.scopes, parse_patterns(rule.patterns, source=rule.name))
    for rule in RULES
    if rule.name in TAKEN
)


@dataclass(frozen=True, slots=True)
class Portion:
    """Some bytes of a distribution, and what would become of them."""

    rule: str
    """What would take a part of them; "" if nothing does."""
    before: Bytes
    taken: Bytes


@dataclass(frozen=True, slots=True)
class Share:
    """What one distribution will take."""

    name: str
    version: str
    before: Bytes
    taken: Bytes
    look: Look

    @property
    def after(self) -> Bytes:
        """What is left of it."""
        return _less(self.before, self.taken)


def share_of(look: Look) -> Share:
    """What one distribution will take; of one whose files are not known, its file's size."""
    wanted = look.wanted
    if look.seen != "files":
        size = Bytes(look.size * 3, look.size)
        return Share(wanted.name, wanted.version, size, ZERO, look)
    portions = list(portions_of(look.entries))
    return Share(
        wanted.name,
        wanted.version,
        sum((item.before for item in portions), ZERO),
        sum((item.taken for item in portions), ZERO),
        look,
    )


def portions_of(entries: Iterable[Entry]) -> Iterator[Portion]:
    """The files of a wheel, and the bytecode that pip will make of them."""
    for entry in entries:
        path, in_site = installed_path(entry.path)
        rule = _rule_for(path, in_site=in_site)
        if _LIBRARY.search(path):
            size = _tarred(entry.size, round(entry.compressed * LIBRARY_SHARE))
            yield _portion(rule or "symbols", size, TAKEN[rule] if rule else SYMBOLS)
            continue
        size = _tarred(entry.size, round(entry.compressed * OTHER_SHARE))
        yield _portion(rule, size, TAKEN.get(rule, 0))
        if path.endswith(".py") and in_site:
            made = _tarred(
                round(entry.size * BYTECODE_SHARE),
                round(entry.compressed * BYTECODE_COMPRESSED_SHARE),
            )
            yield _portion("bytecode", made, 1 - BYTECODE_KEPT)


def installed_path(path: str) -> tuple[str, bool]:
    """Where a file of a wheel goes, and whether that is from the folder of packages.

    https://packaging.python.org/en/latest/specifications/binary-distribution-format/
    """
    match = _DATA.match(path)
    if match is None:
        return path, True
    rest = path[match.end() :]
    if match[1] in ("purelib", "platlib"):
        return rest, True
    return {"data": "", "scripts": "bin/", "headers": "include/"}[match[1]] + rest, False


def _rule_for(path: str, *, in_site: bool) -> str:
    for name, of_site, patterns in _BY_NAME:
        if of_site == in_site and patterns.excludes(path):
            return name
    return ""


def _portion(rule: str, before: Bytes, taken: float) -> Portion:
    part = Bytes(round(before.uncompressed * taken), round(before.compressed * taken))
    return Portion(rule, before, part)


def _tarred(size: int, compressed: int) -> Bytes:
    return Bytes(size, compressed + TAR_HEADER)


def _less(size: Bytes, other: Bytes) -> Bytes:
    return Bytes(size.uncompressed - other.uncompressed, size.compressed - other.compressed)
