"""Findings as SARIF 2.1.0, which code hosts show beside the lines.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html, and what GitHub needs of it:
https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support.
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
    from slugfit.doctor.rules import Rule


_LEVELS: dict[Severity, str] = {"error": "error", "warning": "warning", "advice": "note"}
_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)


def findings_sarif(findings: Iterable[Finding], folder: str = "") -> str:
    """The whole log, with a line end; ``folder`` is the app's in its repository: ``api/``.

    Code hosts look for a place from the repository's root.
    """
    driver = {
        "name": "slugfit",
        "version": __version__,
        "informationUri": "https://github.com/slugfit/slugfit",
        "rules": [_rule(rule) for rule in RULES],
    }
    run = {"tool": {"driver": driver}, "results": [_result(item, folder) for item in findings]}
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2) + "\n"


def _rule(rule: Rule) -> dict[str, object]:
    text, address = f"{rule.title}.", f"{DOCUMENTATION}#{rule.name}"
    told = {"text": f"{text} {address}", "markdown": f"{text} [Why, and what to do]({address})"}
    return {
        "id": rule.name,
        "shortDescription": {"text": text},
        "fullDescription": {"text": text},
        "help": told,
        "helpUri": address,
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
    }


def _result(finding: Finding, folder: str) -> dict[str, object]:
    rule = RULE_OF[finding.rule]
    cost = f" That is {size_words(finding.size)}." if finding.size else ""
    file = f"{folder}{finding.file}"
    place = {
        "artifactLocation": {"uri": quote(file.encode("utf-8", "surrogateescape"))},
        # GitHub requires a line, also of what is about all of a file.
        "region": {"startLine": finding.line or 1},
    }
    return {
        "ruleId": rule.name,
        "ruleIndex": RULES.index(rule),
        "level": _LEVELS[rule.severity],
        "message": {"text": redact(finding_sentence(finding)) + cost},
        "locations": [{"physicalLocation": place}],
    }
