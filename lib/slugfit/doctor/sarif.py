"""Findings as SARIF 2.1.0, which code hosts show beside the lines.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import quote

from slugfit import __version__
from slugfit.base.urls import redact
from slugfit.doctor.json_document import DOCUMENTATION
from slugfit.doctor.rules import RULE_OF, RULES
from slugfit.doctor.words import finding_sentence, size_words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slugfit.doctor.finding import Finding, Severity


_LEVELS: dict[Severity, str] = {"error": "error", "warning": "warning", "advice": "note"}
_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)


def findings_sarif(findings: Iterable[Finding]) -> str:
    """The whole log, with a line end."""
    driver = {
        "name": "slugfit",
        "version": __version__,
        "informationUri": "https://github.com/slugfit/slugfit",
        "rules": [
            {
                "id": rule.name,
                "shortDescription": {"text": f"{rule.title}."},
                "helpUri": f"{DOCUMENTATION}#{rule.name}",
                "defaultConfiguration": {"level": _LEVELS[rule.severity]},
            }
            for rule in RULES
        ],
    }
    run = {"tool": {"driver": driver}, "results": [_result(item) for item in findings]}
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2) + "\n"


def _result(finding: Finding) -> dict[str, object]:
    rule = RULE_OF[finding.rule]
    cost = f" That is {size_words(finding.size)}." if finding.size else ""
    place: dict[str, object] = {
        "artifactLocation": {"uri": quote(finding.file.encode("utf-8", "surrogateescape"))}
    }
    if finding.line:
        place["region"] = {"startLine": finding.line}
    return {
        "ruleId": rule.name,
        "ruleIndex": RULES.index(rule),
        "level": _LEVELS[rule.severity],
        "message": {"text": redact(finding_sentence(finding)) + cost},
        "locations": [{"physicalLocation": place}],
    }
