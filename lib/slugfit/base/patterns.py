"""Patterns in .gitignore syntax, compiled once, with exactly git's meaning.

The syntax is that of https://git-scm.com/docs/gitignore. The rules are those of git's dir.c
(https://github.com/git/git/blob/master/dir.c) and wildmatch.c, checked against ``git check-ignore``
in the tests. git matches bytes, so names are encoded again (``os.fsencode``): ``?`` is one byte.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from slugfit.base.wildmatch import NEVER, translate_glob

if TYPE_CHECKING:
    from collections.abc import Iterable


_LITERAL = re.compile(rb"[^*?\[\\]*")
_LONGEST = 1 << 14
"""Bytes of a pattern: a path has at most a quarter, and to compile a long pattern takes minutes.

PATH_MAX: https://man7.org/linux/man-pages/man7/path_resolution.7.html.
"""


class PatternError(ValueError):
    """A line that cannot be used; the message names its source and line."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """One line of patterns."""

    text: str
    """The line without its end."""
    negated: bool
    """Whether it begins with ``!``: what it matches is included again."""
    directories_only: bool
    """Whether it ends with ``/``."""
    regex: re.Pattern[bytes]
    """What a name, or else a path, has to match in full."""
    line: int
    """The number of the line, from 1."""
    by_name: bool
    """Whether ``regex`` is about the last part of a path: the pattern has no inner slash."""


@dataclass(frozen=True, slots=True)
class PatternSet:
    """Patterns in their order; the last that matches decides.

    Paths are relative, parts joined by one ``/``, none at either end; undecodable bytes are
    surrogates. One expression, run once, decides about a path. (As in git, a pattern with k stars
    may retry a hostile name of n bytes n^k times.) Verdicts about folders are remembered.
    """

    patterns: tuple[Pattern, ...]
    """The patterns in their order."""
    _regex: re.Pattern[bytes] = field(init=False, repr=False, compare=False)
    """All patterns in one expression (see _combine)."""
    _folders: dict[str, Pattern | None] = field(init=False, repr=False, compare=False)
    """What excludes each folder that was asked for, by path."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "_regex", _combine(self.patterns))
        object.__setattr__(self, "_folders", {"": None})

    def match(self, path: str, is_dir: bool) -> Pattern | None:  # noqa: FBT001
        """Return the pattern that decides about this path itself, also if it re-includes it."""
        return self.match_subject(subject_of(path, is_dir=is_dir))

    def match_subject(self, subject: bytes) -> Pattern | None:
        """The same for a path that many sets are asked about, which is made ready but once."""
        match = self._regex.fullmatch(subject)
        return self.patterns[-match.lastindex] if match and match.lastindex else None

    def excludes(self, path: str, *, is_dir: bool = False) -> Pattern | None:
        """Return the pattern that excludes the path or the first of its folders, else None.

        Each folder is decided once: n paths in f folders cost n + f matches, in any order.
        """
        if is_dir:
            return self._folder(path)
        return self._folder(path.rpartition("/")[0]) or _denial(self.match(path, is_dir=False))

    def _folder(self, path: str) -> Pattern | None:
        unknown = []
        while path not in self._folders:
            unknown.append(path)
            path = path.rpartition("/")[0]
        excluding = self._folders[path]
        for folder in reversed(unknown):
            # What lies in an excluded folder cannot be included again.
            excluding = excluding or _denial(self.match(folder, is_dir=True))
            self._folders[folder] = excluding
        return excluding


def subject_of(path: str, *, is_dir: bool) -> bytes:
    """What patterns are compared with: ``name NUL path``, and a NUL after that of a folder."""
    whole = os.fsencode(path)
    return whole[whole.rfind(b"/") + 1 :] + b"\0" + whole + (b"\0" if is_dir else b"")


def parse_patterns(lines: Iterable[str], *, source: str, allow_negation: bool = True) -> PatternSet:
    r"""Read patterns, one a line; ``source`` names where they are from, for errors.

    Split files at ``\n`` only, bytes decoded as names are (``os.fsdecode``); line ends may stay.
    Raises PatternError for text that cannot be part of a name, for a line longer than any path,
    and for a ``!`` line when ``allow_negation`` is False.
    """
    patterns: list[Pattern] = []
    for number, line in enumerate(lines, 1):
        text = _clean(line.removeprefix("\ufeff") if number == 1 else line)
        if len(text) > _LONGEST:
            raise PatternError(f"{source}, line {number}: {text[:40]!r}…: longer than any path")
        if text.startswith("!") and not allow_negation:
            raise PatternError(f"{source}, line {number}: {text!r}: a leading '!' is not allowed")
        try:
            patterns += [_pattern(text, number)] if text else []
        except UnicodeEncodeError as error:
            raise PatternError(f"{source}, line {number}: {text!r}: not a file name") from error
    return PatternSet(tuple(patterns))


def _clean(line: str) -> str:
    """Return the pattern on a line, empty for none: no comment, line end, or trailing spaces."""
    if line.startswith("#"):
        return ""
    line = line.removesuffix("\n").removesuffix("\r").partition("\0")[0]
    text = line.rstrip(" ")
    escaped = (len(text) - len(text.rstrip("\\"))) % 2
    return line[: len(text) + escaped]


def _pattern(text: str, line: int) -> Pattern:
    negated = text.startswith("!")
    glob = os.fsencode(text[negated:])
    directories_only = glob.endswith(b"/")
    glob = glob[: len(glob) - directories_only]
    by_name = b"/" not in glob
    glob = glob.removeprefix(b"/")
    # git compares the part before the first wildcard on its own, then starts anew: this is why
    # `a**/b` means `a`, then anything.
    start = len(_LITERAL.findall(glob)[0])
    rest = translate_glob(glob[start:])
    regex = re.compile(NEVER if rest is None else re.escape(glob[:start]) + rest)
    return Pattern(text, negated, directories_only, regex, line, by_name)


def _combine(patterns: tuple[Pattern, ...]) -> re.Pattern[bytes]:
    """Return one expression for `name NUL path`, or `name NUL path NUL` for a folder.

    The last pattern stands first: alternatives are tried in order, so the group that matched,
    counted from the end, is the pattern that decides.
    """
    groups = []
    for pattern in reversed(patterns):
        regex = pattern.regex.pattern
        both = regex + rb"\x00[^\x00]*" if pattern.by_name else rb"[^\x00]*\x00" + regex
        groups.append(b"(" + both + (rb"\x00)" if pattern.directories_only else rb"\x00?)"))
    return re.compile(b"|".join(groups) or NEVER)


def _denial(pattern: Pattern | None) -> Pattern | None:
    return None if pattern is None or pattern.negated else pattern
