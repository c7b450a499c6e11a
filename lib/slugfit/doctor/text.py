"""Findings as plain text: where, what, why, what it costs, and the change."""

from __future__ import annotations

import textwrap
from collections import Counter
from typing import TYPE_CHECKING

from slugfit.base.urls import redact
from slugfit.base.words import counted, printable
from slugfit.doctor.diffs import unified
from slugfit.doctor.finding import SEVERITIES
from slugfit.doctor.rules import RULE_OF
from slugfit.doctor.words import finding_sentence, place_words, size_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from slugfit.doctor.finding import Finding


_WIDTH = 79
_MOST = 4
_MARGIN = "    "


def findings_text(findings: Iterable[Finding], texts: Mapping[str, str]) -> str:
    """Every finding, and how many there are; nothing for a healthy app."""
    listed = tuple(findings)
    if not listed:
        return ""
    blocks = ["\n".join(_block(item, texts)) for item in _first(listed)]
    blocks += _folded(listed)
    return "\n\n".join((*blocks, _summary(listed))) + "\n"


def _first(findings: tuple[Finding, ...]) -> Iterator[Finding]:
    """At most so many of one rule in one file."""
    seen = Counter[tuple[str, str]]()
    for item in findings:
        seen[item.rule, item.file] += 1
        if seen[item.rule, item.file] <= _MOST:
            yield item


def _folded(findings: tuple[Finding, ...]) -> Iterator[str]:
    counts = Counter((item.rule, item.file) for item in findings)
    for (rule, file), count in counts.items():
        if count > _MOST:
            yield f"{printable(file)}: {count - _MOST} more of {rule}; --json has all"


def _block(finding: Finding, texts: Mapping[str, str]) -> Iterator[str]:
    rule = RULE_OF[finding.rule]
    yield f"{place_words(finding)}: {rule.severity}: {finding.rule}"
    cost = f" That is {size_words(finding.size)}." if finding.size else ""
    yield from textwrap.wrap(
        redact(finding_sentence(finding)) + cost,
        _WIDTH,
        initial_indent=_MARGIN,
        subsequent_indent=_MARGIN,
        break_long_words=False,
        break_on_hyphens=False,
    )
    for line in unified(finding.edits, texts):
        yield f"{_MARGIN}  {printable(redact(line))}".rstrip()
    for line in finding.write:
        yield f"{_MARGIN}  {printable(redact(line))}".rstrip()


def _summary(findings: tuple[Finding, ...]) -> str:
    counts = Counter(RULE_OF[item.rule].severity for item in findings)
    words = (counted(counts[name], *_COUNTED[name]) for name in SEVERITIES if counts[name])
    return f"slugfit doctor: {', '.join(words)}"


_COUNTED = {
    "error": ("error", "errors"),
    "warning": ("warning", "warnings"),
    "advice": ("piece of advice", "pieces of advice"),
}
