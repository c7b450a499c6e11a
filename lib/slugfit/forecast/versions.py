"""Versions of Python packages, and their order.

https://packaging.python.org/en/latest/specifications/version-specifiers/
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import total_ordering

_VERSION = re.compile(
    r"v?(?:(?P<epoch>\d+)!)?(?P<release>\d+(?:\.\d+)*)"
    r"(?:[-_.]?(?P<pre>alpha|beta|preview|pre|rc|a|b|c)[-_.]?(?P<pre_number>\d*))?"
    r"(?P<post>-(?P<post_bare>\d+)|[-_.]?(?:post|rev|r)[-_.]?(?P<post_number>\d*))?"
    r"(?P<dev>[-_.]?dev[-_.]?(?P<dev_number>\d*))?"
    r"(?:\+(?P<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?",
    re.IGNORECASE,
)
_PHASES = {"alpha": "a", "beta": "b", "c": "rc", "pre": "rc", "preview": "rc"}


@total_ordering
@dataclass(frozen=True, slots=True)
class Version:
    """One version, comparable."""

    epoch: int
    release: tuple[int, ...]
    pre: tuple[str, int] | None
    post: int | None
    dev: int | None
    local: tuple[tuple[int, int, str], ...] = ()

    @property
    def public(self) -> Version:
        """The same without its local part."""
        return Version(self.epoch, self.release, self.pre, self.post, self.dev)

    def _key(self) -> tuple[object, ...]:
        release = self.release
        while release[-1:] == (0,):
            release = release[:-1]
        # A development release without another phase stands before all of them.
        only_dev = self.pre is None and self.post is None and self.dev is not None
        pre = ("", 0) if only_dev else self.pre or ("z", 0)
        post = -1 if self.post is None else self.post
        dev = (1, 0) if self.dev is None else (0, self.dev)
        return self.epoch, release, pre, post, dev, self.local

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Version) and self._key() == other._key()

    def __lt__(self, other: Version) -> bool:
        return self._key() < other._key()

    def __hash__(self) -> int:
        return hash(self._key())


def parse_version(text: str) -> Version | None:
    """The version that a text is, None if it is none."""
    match = _VERSION.fullmatch(text.strip())
    if match is None:
        return None
    phase = (match["pre"] or "").lower()
    parts = re.split(r"[-_.]", (match["local"] or "").lower())
    return Version(
        int(match["epoch"] or 0),
        tuple(map(int, match["release"].split("."))),
        (_PHASES.get(phase, phase), int(match["pre_number"] or 0)) if phase else None,
        int(match["post_bare"] or match["post_number"] or 0) if match["post"] else None,
        int(match["dev_number"] or 0) if match["dev"] else None,
        tuple((1, int(part), "") if part.isdigit() else (0, 0, part) for part in parts if part),
    )


def satisfies(version: str, operator: str, wanted: str) -> bool | None:
    """Whether a version is what an operator asks for; None if that is no comparison of versions."""
    if operator == "===":
        return version.lower() == wanted.lower()
    own = parse_version(version)
    prefix = wanted.endswith(".*")
    other = parse_version(wanted.removesuffix(".*"))
    if own is None or other is None or (prefix and operator not in ("==", "!=")):
        return None
    if operator in ("==", "!="):
        equal = _begins(own, other) if prefix else _equals(own, other)
        return equal == (operator == "==")
    if operator == "~=":
        if len(other.release) < 2:  # noqa: PLR2004 - "~= 1" says nothing
            return None
        series = Version(other.epoch, other.release[:-1], None, None, None)
        return own.public >= other and _begins(own, series)
    return _ordered(own, operator, other)


def _ordered(own: Version, operator: str, other: Version) -> bool | None:
    public = own.public
    if operator == "<":
        return public < other and not (_same_release(own, other) and own.pre and not other.pre)
    if operator == ">":
        later = own > other and not (_same_release(own, other) and own.local)
        return later and not (
            _same_release(own, other) and own.post is not None and other.post is None
        )
    if operator in ("<=", ">="):
        return public <= other if operator == "<=" else public >= other
    return None


def _equals(own: Version, other: Version) -> bool:
    return (own if other.local else own.public) == other


def _same_release(own: Version, other: Version) -> bool:
    length = max(len(own.release), len(other.release))
    return own.epoch == other.epoch and _padded(own, length) == _padded(other, length)


def _padded(version: Version, length: int) -> tuple[int, ...]:
    return version.release + (0,) * (length - len(version.release))


def _begins(own: Version, series: Version) -> bool:
    length = len(series.release)
    return own.epoch == series.epoch and _padded(own, length)[:length] == series.release
