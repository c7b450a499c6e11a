"""What the files of a wheel will take in a slug, before and after slimming. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slugfit.base.patterns import parse_patterns
from slugfit.catalog import forecast_ratios as ratios
from slugfit.catalog.forecast_ratios import PartTaken
from slugfit.catalog.rules import RULES, rule_named
from slugfit.measure.sizes import ZERO, Bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from slugfit.forecast.look import Look
    from slugfit.forecast.wheel_directory import Entry

_WORTH = 50_000
"""Compressed bytes that a guarded rule must take of a package: the default of SLUGFIT_WORTH."""
_UNPACKED = 3
"""Bytes unpacked for a byte of a wheel whose files are not known."""
_LIBRARY = re.compile(r"\.so(\.[0-9.]+)?$")
_DATA = re.compile(r"^[^/]+\.data/(purelib|platlib|data|scripts|headers)/")
_BY_NAME = tuple(
    (rule.name, "site" in rule.scopes, parse_patterns(rule.patterns, source=rule.name))
    for rule in RULES
    if rule.name in ratios.TAKEN
)


@dataclass(frozen=True, slots=True)
class Share:
    """What one distribution will take."""

    name: str
    version: str
    before: Bytes
    taken: Mapping[str, Bytes]
    """What would go, by rule."""
    look: Look

    @property
    def gone(self) -> Bytes:
        """What would go."""
        return sum(self.taken.values(), ZERO)

    @property
    def after(self) -> Bytes:
        """What is left of it."""
        return self.before - self.gone


def share_of(look: Look) -> Share:
    """What one distribution will take; of one whose files are not known, its file's size."""
    wanted = look.wanted
    if look.seen != "files":
        size = Bytes(look.size * _UNPACKED, look.size)
        return Share(wanted.name, wanted.version, size, {}, look)
    before = _sizes_by_rule(look.entries)
    taken = {
        rule: _part(size, _part_taken(rule, size, wanted.name))
        for rule, size in before.items()
        if rule
    }
    large = {rule: size for rule, size in taken.items() if _is_worth(rule, size)}
    return Share(wanted.name, wanted.version, sum(before.values(), ZERO), large, look)


def _sizes_by_rule(entries: Iterable[Entry]) -> Mapping[str, Bytes]:
    """The files of a wheel and their bytecode, by the rule that could take a part; "" for none."""
    found: dict[str, Bytes] = {}
    for entry in entries:
        path, in_site = installed_path(entry.path)
        for rule, size in _sizes(entry, path, _rule_for(path, in_site=in_site), in_site=in_site):
            found[rule] = found.get(rule, ZERO) + size
    return found


def _sizes(entry: Entry, path: str, rule: str, *, in_site: bool) -> Iterator[tuple[str, Bytes]]:
    """One file, and its bytecode, which goes with a test."""
    library = _LIBRARY.search(path) is not None
    yield (
        rule or ("symbols" if library else ""),
        Bytes(entry.size, round(entry.compressed * _stream_share(entry, path, library=library))),
    )
    if path.endswith(".py") and in_site:
        packed = entry.compressed * ratios.BYTECODE_OF_DEFLATED
        packed += entry.size * ratios.BYTECODE_OF_SOURCE
        made = Bytes(round(entry.size * ratios.BYTECODE_UNPACKED), round(packed))
        yield ("tests" if rule == "tests" else "bytecode"), made


def _stream_share(entry: Entry, path: str, *, library: bool) -> float:
    if library:
        return ratios.LIBRARY_SHARE
    if path.endswith(".py"):
        return ratios.SOURCE_SHARE
    if path.endswith((".po", ".mo")):
        return ratios.CATALOGUE_SHARE
    if entry.compressed >= entry.size * ratios.NOT_COMPRESSED:
        return ratios.PACKED_SHARE
    return ratios.OTHER_SHARE


def _part_taken(rule: str, size: Bytes, name: str) -> PartTaken:
    share = _share_taken(rule, size, name)
    return ratios.TAKEN_BY_NAME.get((rule, name), PartTaken(share, share))


def _share_taken(rule: str, size: Bytes, name: str) -> float:
    if rule == "bytecode":
        large = size.compressed >= ratios.LARGE_BYTECODE
        return ratios.LARGE_BYTECODE_TAKEN if large else ratios.BYTECODE_TAKEN
    if rule == "symbols":
        return ratios.SYMBOLS_TAKEN_BY_NAME.get(name, ratios.SYMBOLS_TAKEN)
    return ratios.TAKEN[rule]


def _is_worth(rule: str, size: Bytes) -> bool:
    return size.compressed >= (_WORTH if rule_named(rule).guarded else 1)


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


def _part(size: Bytes, share: PartTaken) -> Bytes:
    return Bytes(
        round(size.uncompressed * share.uncompressed), round(size.compressed * share.compressed)
    )
