"""Findings as data for other programs; keys stay as they are while ``version`` is 1."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from slugfit.base.urls import redact
from slugfit.doctor.diffs import unified
from slugfit.doctor.rules import RULE_OF
from slugfit.doctor.words import finding_sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from slugfit.doctor.finding import Finding


DOCUMENTATION = "https://github.com/slugfit/slugfit/blob/main/docs/doctor.md"


def findings_json(findings: Iterable[Finding], texts: Mapping[str, str]) -> str:
    """The whole document, with a line end."""
    listed = [_finding(item, texts) for item in findings]
    return json.dumps({"version": 1, "findings": listed}, indent=2) + "\n"


def _finding(finding: Finding, texts: Mapping[str, str]) -> dict[str, object]:
    size = finding.size
    return {
        "rule": finding.rule,
        "severity": RULE_OF[finding.rule].severity,
        "file": finding.file,
        "line": finding.line or None,
        "about": redact(finding.about),
        "message": redact(finding_sentence(finding)),
        "evidence": [redact(item) for item in finding.why],
        "size": None if size is None else {"bytes": size.bytes, "of": size.of},
        "diff": [redact(line) for line in unified(finding.edits, texts)],
        "write": [redact(line) for line in finding.write],
        "fixable": bool(finding.edits) and finding.mechanical,
        "documentation": f"{DOCUMENTATION}#{finding.rule}",
    }
