"""What the app says it has seen: ``# slugfit: ignore[rule]`` on a line, and in pyproject.toml."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slugfit.base.errors import UsageError
from slugfit.base.toml import slugfit_table
from slugfit.doctor.changes import physical_line
from slugfit.doctor.rules import RULE_OF

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slugfit.doctor.app import App
    from slugfit.doctor.finding import Finding


_COMMENT = re.compile(r"#\s*slugfit:\s*ignore(?:\[(?P<rules>[^\]]*)\])?")
PROJECT = "pyproject.toml"


def not_ignored(findings: Iterable[Finding], app: App) -> tuple[Finding, ...]:
    """Those that the app ignores neither by a comment nor in pyproject.toml.

    Raises UsageError for a rule that does not exist.
    """
    everywhere = _ignored_rules(app)
    return tuple(
        item
        for item in findings
        if item.rule not in everywhere
        and not _says(physical_line(app, item.file, item.line), item.rule)
        # A line of its own, before: where a comment cannot follow, as in a Procfile.
        and not _says(_alone(physical_line(app, item.file, item.line - 1)), item.rule)
    )


def _alone(line: str) -> str:
    return line if line.lstrip().startswith("#") else ""


def _says(line: str, rule: str) -> bool:
    match = _COMMENT.search(line)
    if match is None:
        return False
    return match["rules"] is None or rule in {part.strip() for part in match["rules"].split(",")}


def _ignored_rules(app: App) -> frozenset[str]:
    """``ignore`` of ``[tool.slugfit.doctor]``."""
    try:
        table = slugfit_table(app.texts.get(PROJECT, "")).get("doctor", {})
    except ValueError as error:
        raise UsageError("The app's pyproject.toml cannot be read.", f"{error}.") from error
    listed = table.get("ignore", []) if isinstance(table, dict) else []
    rules = listed if isinstance(listed, list) else [listed]
    unknown = sorted(str(rule) for rule in rules if rule not in RULE_OF)
    if unknown:
        raise UsageError(
            f"[tool.slugfit.doctor] ignore names {', '.join(unknown)}.",
            "There is no such rule.",
            f"Rules: {', '.join(RULE_OF)}.",
        )
    return frozenset(map(str, rules))
