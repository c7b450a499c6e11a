"""Which rules propose which files, before anything is known of references. Pure."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from typing import TYPE_CHECKING

from slugfit.base.patterns import PatternSet, parse_patterns, subject_of
from slugfit.catalog.rules import RULES, SEARCHED, SLUGFITIGNORE, SLUGIGNORE, Rule
from slugfit.plan.decision import Claim, Decision
from slugfit.refer.candidates import Candidate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from slugfit.plan.facts import PlanFacts
    from slugfit.scan.tree import Entry

    _ByScope = dict[str, list[tuple[Rule, PatternSet]]]

_BUILT = (".heroku", ".profile.d")
"""Folders that buildpacks write: no part of the app's source, of which .slugignore speaks."""


def claims_of(facts: PlanFacts) -> Mapping[str, tuple[Claim, ...]]:
    """For each file every rule that proposes it, in the order of RULES."""
    compiled = _compiled(facts)
    by_scope: _ByScope = defaultdict(list)
    for rule, wanted in compiled:
        for scope in rule.scopes if wanted.patterns else ():
            by_scope[scope].append((rule, wanted))
    folders: dict[str, Mapping[str, str]] = {"": {}}
    claims: dict[str, tuple[Claim, ...]] = {}
    for entry in facts.tree.entries:
        above = folders.get(posixpath.dirname(entry.path), {})
        named = _named(entry, above, by_scope, facts)
        for rule in SEARCHED:
            if (entry.path, rule.name) in facts.unused:
                named = {**named, rule.name: facts.unused[entry.path, rule.name]}
        if entry.kind == "folder":
            folders[entry.path] = named
        elif named and entry.kind in ("file", "link"):
            claims[entry.path] = tuple(
                Claim(rule, named[rule.name]) for rule, _ in compiled if rule.name in named
            )
    return claims


def _compiled(facts: PlanFacts) -> tuple[tuple[Rule, PatternSet], ...]:
    """The rules that apply to this tree under this configuration, with their patterns."""
    off = set(facts.config.rules_off)
    if facts.config.bytecode == "keep":
        off |= {"bytecode", "interpreter-bytecode", "installer-bytecode", "optimised-bytecode"}
    chosen = [
        (rule, parse_patterns(rule.patterns, source=rule.name))
        for rule in RULES
        if rule.name not in off and (not rule.shapes or facts.layout.shape in rule.shapes)
    ]
    return (
        *((rule, PatternSet(())) for rule in SEARCHED),
        (SLUGIGNORE, facts.ignores.slugignore),
        (SLUGFITIGNORE, facts.ignores.slugfitignore),
        *chosen,
    )


def _named(
    entry: Entry,
    above: Mapping[str, str],
    by_scope: _ByScope,
    facts: PlanFacts,
) -> Mapping[str, str]:
    """The rules whose patterns name ``entry`` or a folder above it, with what they named."""
    scope, inner = facts.layout.scope(entry.path)
    is_folder = entry.kind == "folder"
    whole, inside = (subject_of(name, is_dir=is_folder) for name in (entry.path, inner))
    named: dict[str, str] = {}
    # Of its scope: one can begin inside a folder that a rule of another scope names.
    for rule, wanted in by_scope.get(scope, ()):
        if rule is SLUGIGNORE and entry.path.split("/", 1)[0] in _BUILT:
            continue
        if rule.name in above:
            named[rule.name] = above[rule.name]
            continue
        if rule.cuts:
            if entry.path in facts.cuts:
                named[rule.name] = entry.path
            continue
        decided = wanted.match_subject(inside if rule.risk == "inert" else whole)
        if decided is not None and not decided.negated and not _is_metadata(rule, scope, inner):
            named[rule.name] = entry.path
    return named


def _is_metadata(rule: Rule, scope: str, inner: str) -> bool:
    """Whether a file is part of a distribution's metadata, which no rule of ours touches."""
    # Anywhere: what a package carries along (_vendor/) has its metadata beside it.
    parts = inner.split("/")
    return (
        rule.risk == "inert"
        and scope == "site"
        and any(part.endswith((".dist-info", ".egg-info")) for part in parts)
    )


def guarded_claims(claims: Mapping[str, tuple[Claim, ...]]) -> Iterator[Candidate]:
    """Every file that a guarded rule names, once for each such rule."""
    for path, several in claims.items():
        for claim in several:
            if claim.rule.guarded:
                yield Candidate(path, claim.rule.name, claim.claimed)


def guarded_candidates(
    claims: Mapping[str, tuple[Claim, ...]], proposed: tuple[Decision, ...]
) -> Iterator[Candidate]:
    """The files that go unless something refers to them, given decisions without references.

    A file that an unguarded rule removes as well goes whatever refers to it.
    """
    for decision in proposed:
        if decision.action != "remove":
            continue
        removing = [claim for claim in claims[decision.path] if not claim.rule.cuts]
        deciding = next(claim for claim in removing if claim.rule.name == decision.rule)
        if deciding.rule.guarded:
            yield Candidate(decision.path, decision.rule, deciding.claimed)
