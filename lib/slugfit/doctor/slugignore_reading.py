"""The lines of .slugignore that count: those with ``!`` mean nothing there."""

from __future__ import annotations

from slugfit.base.patterns import PatternError, PatternSet, parse_patterns

SLUGIGNORE = ".slugignore"


def parse_slugignore(text: str) -> PatternSet:
    """The patterns; none where a line cannot be read."""
    lines = ["" if line.startswith("!") else line for line in text.splitlines()]
    try:
        return parse_patterns(lines, source=SLUGIGNORE)
    except PatternError:
        return PatternSet(())
