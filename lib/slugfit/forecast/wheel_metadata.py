"""What a wheel says of itself, out of its archive by a range of bytes.

https://packaging.python.org/en/latest/specifications/core-metadata/
"""

from __future__ import annotations

import re
import struct
import zlib
from dataclasses import dataclass
from email.parser import HeaderParser
from typing import TYPE_CHECKING

from slugfit.forecast.errors import WheelError
from slugfit.scan.distributions import normalise_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from slugfit.forecast.range_reader import Part
    from slugfit.forecast.wheel_directory import Member

_METADATA = re.compile(r"[^/]+\.dist-info/METADATA")
_HEADER = struct.Struct("<4s5H3L2H")
_SPARE = 1 << 10
"""Bytes for the names and extra fields before the content; more are asked for if there are more."""
_MOST = 1 << 24
"""Bytes that no wheel's metadata has."""
_STORED, _DEFLATED = 0, 8
_REQUIREMENT = re.compile(
    r"([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*\(?([^;@()]*)\)?\s*(?:;(.*))?"
)
_SPECIFIER = re.compile(r"(===|==|~=|!=|<=|>=|<|>)\s*(\S+)")


@dataclass(frozen=True, slots=True)
class Needed:
    """One requirement, as a wheel or a list of packages names it."""

    name: str
    """Normalised."""
    specifiers: tuple[tuple[str, str], ...]
    """Operators and versions."""
    marker: str = ""


def metadata_of(members: Sequence[Member], tail: Part, read: Callable[[int, int], bytes]) -> bytes:
    """The METADATA of the wheel that ends with ``tail``; raises WheelError.

    ``read`` gives bytes of it by their start and length, and is asked only for what is not there.
    """
    member = next((item for item in members if _METADATA.fullmatch(item.entry.path)), None)
    if member is None or member.entry.compressed > _MOST:
        raise WheelError("it has no METADATA")

    def part(start: int, length: int) -> bytes:
        inside = start - tail.start
        return tail.content[inside : inside + length] if inside >= 0 else read(start, length)

    length = min(_HEADER.size + _SPARE + member.entry.compressed, tail.total - member.start)
    packed = part(member.start, length)
    if len(packed) < _HEADER.size or packed[:4] != b"PK\3\4":
        raise WheelError("its METADATA is not where its directory says")
    *_, name, extra = _HEADER.unpack_from(packed)
    before = _HEADER.size + name + extra
    if before + member.entry.compressed > len(packed):
        packed = part(member.start, before + member.entry.compressed)
    return _unpacked(packed[before : before + member.entry.compressed], member.method)


def _unpacked(content: bytes, method: int) -> bytes:
    if method == _STORED:
        return content
    if method != _DEFLATED:
        raise WheelError("its METADATA is packed in another way than wheels are")
    try:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(content, _MOST)
    except zlib.error as error:
        raise WheelError("its METADATA is damaged") from error


def requirements_of(metadata: bytes) -> Iterator[Needed]:
    """What a METADATA requires; what cannot be read is left out."""
    headers = HeaderParser().parsestr(metadata.decode("utf-8", "replace"))
    for line in headers.get_all("Requires-Dist") or ():
        needed = parse_needed(str(line))
        if needed is not None:
            yield needed


def parse_needed(line: str) -> Needed | None:
    """One requirement by name; None for a URL or what is none."""
    match = _REQUIREMENT.fullmatch(line.strip())
    if match is None:
        return None
    return Needed(normalise_name(match[1]), specifiers_of(match[2]), (match[3] or "").strip())


def specifiers_of(text: str) -> tuple[tuple[str, str], ...]:
    """Operators and versions; what cannot be read is left out."""
    parts = (_SPECIFIER.fullmatch(part.strip()) for part in text.split(","))
    return tuple((part[1], part[2]) for part in parts if part)
