"""The plan: (files, owners, references, rules, config) to one Decision a file. Pure.

``plan``, ``slim`` and ``why`` all come through here; a dry run is the same code.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from slugfit.plan.decision import Claim, Decision, Group
from slugfit.plan.reasons import (
    BY_RULE,
    LOADED_AT_START,
    NO_SOURCE,
    SOURCE_STAYS,
    Reason,
)
from slugfit.scan.bytecode import source_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from slugfit.base.patterns import PatternSet
    from slugfit.catalog.rules import Rule
    from slugfit.plan.facts import PlanFacts
    from slugfit.refer.reference import Reference
    from slugfit.scan.layout import Layout
    from slugfit.scan.tree import Entry


def decide_files(
    facts: PlanFacts,
    claims: Mapping[str, tuple[Claim, ...]],
    references: Mapping[str, Reference],
) -> tuple[Decision, ...]:
    """One Decision for every file and link of the tree, sorted by path."""
    files = (entry for entry in facts.tree.entries if entry.kind in ("file", "link"))
    removed: set[str] = set()
    decisions = []
    for entry in sorted(
        files, key=lambda entry: (entry.path.endswith((".pyc", ".pyo")), entry.path)
    ):
        decision = _decide(entry, claims.get(entry.path, ()), facts, references, removed)
        if decision.action == "remove":
            removed.add(entry.path)
        decisions.append(decision)
    return tuple(sorted(decisions, key=lambda decision: decision.path))


def hold_groups(
    decisions: tuple[Decision, ...], groups: Collection[Group], reason: Reason
) -> tuple[Decision, ...]:
    """The plan with everything kept that these groups would have lost."""
    wanted = {(group.owner, group.rule) for group in groups}
    return tuple(
        replace(item, action="keep", saves=0, reason=reason, tail=None, twin="")
        if item.action != "keep" and (item.owner, item.rule) in wanted
        else item
        for item in decisions
    )


def shields_of(facts: PlanFacts, paths: Collection[str]) -> Mapping[str, Reason]:
    """Those of these files that no rule may touch, each with the reason."""
    entries = (entry for entry in facts.tree.entries if entry.path in paths)
    found = ((entry.path, shield_of(entry, facts)) for entry in entries)
    return {path: reason for path, reason in found if reason is not None}


def _decide(
    entry: Entry,
    claimed: tuple[Claim, ...],
    facts: PlanFacts,
    references: Mapping[str, Reference],
    removed: set[str],
) -> Decision:
    owner = facts.owners.get(entry.path, "")
    kept = Decision(entry.path, owner, "keep", "", entry.size, 0)
    if not claimed:
        return kept
    shield = shield_of(entry, facts)
    for claim in claimed:
        rule = claim.rule
        reason = shield or _condition(rule, facts)
        reason = reason or _held(rule, entry, facts, references, removed)
        if reason:
            if kept.reason is None:
                kept = Decision(entry.path, owner, "keep", rule.name, entry.size, 0, reason)
        elif rule.cuts:
            tail = facts.cuts[entry.path]
            saves = max(tail.saving, 0)
            return Decision(entry.path, owner, "cut", rule.name, entry.size, saves, BY_RULE, tail)
        else:
            return Decision(entry.path, owner, "remove", rule.name, entry.size, entry.size, BY_RULE)
    return kept


def shield_of(entry: Entry, facts: PlanFacts) -> Reason | None:
    """A reason for which no rule may touch this file."""
    return next(_shields(entry, facts), None)


def _shields(entry: Entry, facts: PlanFacts) -> Iterator[Reason]:
    if any(wanted.path == entry.path for wanted in facts.config.models):
        yield Reason("model")
    if facts.ignores.keep.excludes(entry.path) is not None:
        yield Reason("kept by setting")
    kept_by = _kept_by(entry.path, facts.ignores.slugfitignore)
    if kept_by is not None:
        yield Reason("kept by list", kept_by)
    if not entry.writable:
        yield Reason("read-only")
    if facts.tree_is_cached and _is_for_installers(entry, facts.layout):
        yield Reason("for installers")
    if entry.path in facts.vendored:
        yield Reason("vendored")


def _is_for_installers(entry: Entry, layout: Layout) -> bool:
    """The bundled pip, Python's headers for what is compiled at installation, and repositories."""
    scope, inner = layout.scope(entry.path)
    for_them = {("stdlib", "ensurepip"), ("prefix", "include"), ("prefix", "src")}
    return (scope, inner.partition("/")[0]) in for_them


def _kept_by(path: str, lines: PatternSet) -> str | None:
    """The ``!`` line that keeps a path: what names it, or the nearest folder above it, decides."""
    if not any(pattern.negated for pattern in lines.patterns):
        return None
    decided = lines.match(path, is_dir=False)
    while decided is None and "/" in path:
        path = path.rpartition("/")[0]
        decided = lines.match(path, is_dir=True)
    return decided.text if decided is not None and decided.negated else None


def _condition(rule: Rule, facts: PlanFacts) -> Reason | None:
    """Why a condition of ``rule`` does not hold, None if it does."""
    unmet = None if rule.needs is None else facts.unmet.get(rule.needs)
    return None if unmet is None else Reason("condition", unmet=unmet)


def _held(
    rule: Rule,
    entry: Entry,
    facts: PlanFacts,
    references: Mapping[str, Reference],
    removed: set[str],
) -> Reason | None:
    """Why this one file stays although ``rule`` proposes it."""
    lack = facts.lacking.get((rule.name, entry.path))
    if lack is not None:
        return Reason("no evidence", lack=lack)
    if rule.guarded and entry.path in references:
        return Reason("reference", reference=references[entry.path])
    source = source_of(entry.path)
    if rule.guarded and source not in removed and source in facts.owners:
        return SOURCE_STAYS
    if rule.needs in ("source beside", "installer at rest") and source not in facts.owners:
        return NO_SOURCE
    if rule.needs == "source beside" and entry.path in facts.starting and source not in removed:
        return LOADED_AT_START
    return None
