"""The plan: (files, owners, references, rules, config) to one Decision a file. Pure.

``plan``, ``slim`` and ``why`` all come through here; a dry run is the same code.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from slugfit import patterns
from slugfit.candidates import Candidate
from slugfit.dists import source_of
from slugfit.rules import RULES, SLUGFITIGNORE, SLUGIGNORE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from slugfit.blame import Group
    from slugfit.config import Config
    from slugfit.elf import Tail
    from slugfit.layout import Layout
    from slugfit.patterns import PatternSet
    from slugfit.references import Reference
    from slugfit.rules import Condition, Rule
    from slugfit.tree import Entry, Tree

SOURCE_STAYS = "Its source stays."
"""The reason for bytecode of a module that is kept although a rule proposed both."""
LOADED = "Each start of the app loads it."
"""The reason for bytecode that would only be made again, each time."""

Action = Literal["keep", "remove", "cut"]
_BUILT = (".heroku", ".profile.d")
"""Folders that buildpacks write: no part of the app's source, of which .slugignore speaks."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A rule that proposes a file, and the folder or file that it named to do so."""

    rule: Rule
    claimed: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What happens to one file, and why.

    ``size`` and ``saves`` are uncompressed bytes; ``tail`` says what a cut file loses.
    ``rule`` is the rule that decided or would have, "" if none looked at the file.
    """

    path: str
    owner: str
    action: Action
    rule: str
    size: int
    saves: int
    reason: str
    tail: Tail | None = None


@dataclass(frozen=True, slots=True)
class Ignores:
    """The app's own lists, and the settings that work like them."""

    slugignore: PatternSet
    slugfitignore: PatternSet
    keep: PatternSet


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a plan depends on. ``unmet`` says for a rule's condition why it does not hold.

    ``vendored`` are files that a RECORD which nobody rewrites names, ``starting`` sources of the
    standard library that each start of the app loads.
    """

    tree: Tree
    layout: Layout
    owners: Mapping[str, str]
    config: Config
    ignores: Ignores
    unmet: Mapping[Condition, str]
    cuts: Mapping[str, Tail]
    vendored: frozenset[str] = frozenset()
    starting: frozenset[str] = frozenset()


def claims(facts: Facts) -> Mapping[str, tuple[Claim, ...]]:
    """For each file every rule that proposes it, in the order of RULES."""
    compiled = _compiled(facts)
    folders: dict[str, Mapping[str, str]] = {"": {}}
    found: dict[str, tuple[Claim, ...]] = {}
    for entry in facts.tree.entries:
        above = folders.get(posixpath.dirname(entry.path), {})
        named = _named(entry, above, compiled, facts)
        if entry.kind == "folder":
            folders[entry.path] = named
        elif named and entry.kind in ("file", "link"):
            found[entry.path] = tuple(
                Claim(rule, named[rule.name]) for rule, _ in compiled if rule.name in named
            )
    return found


def _compiled(facts: Facts) -> tuple[tuple[Rule, PatternSet], ...]:
    """The rules that apply to this tree under this configuration, with their patterns."""
    off = set(facts.config.rules_off)
    if facts.config.bytecode == "keep":
        off |= {"bytecode", "interpreter-bytecode", "optimised-bytecode"}
    chosen = [
        (rule, patterns.parse(rule.patterns, source=rule.name))
        for rule in RULES
        if rule.name not in off and (not rule.shapes or facts.layout.shape in rule.shapes)
    ]
    return (
        (SLUGIGNORE, facts.ignores.slugignore),
        (SLUGFITIGNORE, facts.ignores.slugfitignore),
        *chosen,
    )


def _named(
    entry: Entry,
    above: Mapping[str, str],
    compiled: tuple[tuple[Rule, PatternSet], ...],
    facts: Facts,
) -> Mapping[str, str]:
    """The rules that name ``entry`` or a folder above it, with what they named."""
    scope, inner = facts.layout.scope(entry.path)
    is_folder = entry.kind == "folder"
    found: dict[str, str] = {}
    for rule, wanted in compiled:
        # First: a scope can begin inside a folder that a rule of another scope names.
        if scope not in rule.scopes or not wanted.patterns:
            continue
        if rule is SLUGIGNORE and entry.path.split("/", 1)[0] in _BUILT:
            continue
        if rule.name in above:
            found[rule.name] = above[rule.name]
            continue
        if rule.cuts:
            if entry.path in facts.cuts:
                found[rule.name] = entry.path
            continue
        name = inner if rule.risk == "inert" else entry.path
        decided = wanted.match(name, is_dir=is_folder)
        if decided is not None and not decided.negated and not _is_metadata(rule, scope, inner):
            found[rule.name] = entry.path
    return found


def _is_metadata(rule: Rule, scope: str, inner: str) -> bool:
    """Whether a file is part of a distribution's metadata, which no rule of ours touches."""
    # Anywhere: what a package carries along (_vendor/) has its metadata beside it.
    parts = inner.split("/")
    return (
        rule.risk == "inert"
        and scope == "site"
        and any(part.endswith((".dist-info", ".egg-info")) for part in parts)
    )


def candidates(
    found: Mapping[str, tuple[Claim, ...]], proposed: tuple[Decision, ...]
) -> Iterator[Candidate]:
    """The files that go unless something refers to them, given decisions without references.

    A file that an unguarded rule removes as well goes whatever refers to it.
    """
    for decision in proposed:
        if decision.action != "remove":
            continue
        removing = [claim for claim in found[decision.path] if not claim.rule.cuts]
        deciding = next(claim for claim in removing if claim.rule.name == decision.rule)
        if deciding.rule.guarded:
            yield Candidate(decision.path, decision.rule, deciding.claimed)


def decide(
    facts: Facts,
    found: Mapping[str, tuple[Claim, ...]],
    references: Mapping[str, Reference],
) -> tuple[Decision, ...]:
    """One Decision for every file and link of the tree, sorted by path."""
    files = (entry for entry in facts.tree.entries if entry.kind in ("file", "link"))
    removed: set[str] = set()
    decisions = []
    for entry in sorted(
        files, key=lambda entry: (entry.path.endswith((".pyc", ".pyo")), entry.path)
    ):
        decision = _decide(entry, found.get(entry.path, ()), facts, references, removed)
        if decision.action == "remove":
            removed.add(entry.path)
        decisions.append(decision)
    return tuple(sorted(decisions, key=lambda decision: decision.path))


def hold(
    decisions: tuple[Decision, ...], groups: Collection[Group], reason: str
) -> tuple[Decision, ...]:
    """The plan with everything kept that these groups would have lost."""
    wanted = {(group.owner, group.rule) for group in groups}
    return tuple(
        replace(item, action="keep", saves=0, reason=reason, tail=None)
        if item.action != "keep" and (item.owner, item.rule) in wanted
        else item
        for item in decisions
    )


def _decide(
    entry: Entry,
    claimed: tuple[Claim, ...],
    facts: Facts,
    references: Mapping[str, Reference],
    removed: set[str],
) -> Decision:
    owner = facts.owners.get(entry.path, "")
    kept = Decision(entry.path, owner, "keep", "", entry.size, 0, "")
    if not claimed:
        return kept
    shield = _shield(entry, facts)
    for claim in claimed:
        rule = claim.rule
        reason = shield or _condition(rule, facts)
        reason = reason or _held(rule, entry, facts, references, removed)
        if reason:
            if not kept.reason:
                kept = Decision(entry.path, owner, "keep", rule.name, entry.size, 0, reason)
        elif rule.cuts:
            tail = facts.cuts[entry.path]
            saves = max(tail.saving, 0)
            return Decision(
                entry.path, owner, "cut", rule.name, entry.size, saves, rule.reason, tail
            )
        else:
            return Decision(
                entry.path, owner, "remove", rule.name, entry.size, entry.size, rule.reason
            )
    return kept


def _shield(entry: Entry, facts: Facts) -> str | None:
    """A reason for which no rule may touch this file."""
    return next(_shields(entry, facts), None)


def _shields(entry: Entry, facts: Facts) -> Iterator[str]:
    if any(order.path == entry.path for order in facts.config.models):
        yield "pyproject.toml names it as a model."
    if facts.ignores.keep.excludes(entry.path) is not None:
        yield "SLUGFIT_KEEP names it."
    kept_by = _kept_by(entry.path, facts.ignores.slugfitignore)
    if kept_by is not None:
        yield f"The app's .slugfitignore keeps it with {kept_by!r}."
    if not entry.writable:
        yield "Its folder is read-only."
    if facts.config.tree_is_cached and _is_for_installers(entry, facts.layout):
        yield "The next build starts from this tree, and its installer needs it."
    if entry.path in facts.vendored:
        yield "It is part of a package inside another one, with a RECORD of its own."


def _is_for_installers(entry: Entry, layout: Layout) -> bool:
    """The bundled pip, and Python's headers for what is compiled at installation."""
    scope, inner = layout.scope(entry.path)
    return (scope, inner.partition("/")[0]) in {("stdlib", "ensurepip"), ("prefix", "include")}


def _kept_by(path: str, lines: PatternSet) -> str | None:
    """The ``!`` line that keeps a path: what names it, or the nearest folder above it, decides."""
    if not any(pattern.negated for pattern in lines.patterns):
        return None
    decided = lines.match(path, is_dir=False)
    while decided is None and "/" in path:
        path = path.rpartition("/")[0]
        decided = lines.match(path, is_dir=True)
    return decided.text if decided is not None and decided.negated else None


def _condition(rule: Rule, facts: Facts) -> str | None:
    """Why a condition of ``rule`` does not hold, None if it does."""
    if rule.needs is None:
        return None
    return facts.unmet.get(rule.needs)


def _held(
    rule: Rule,
    entry: Entry,
    facts: Facts,
    references: Mapping[str, Reference],
    removed: set[str],
) -> str | None:
    """Why this one file stays although ``rule`` proposes it."""
    if rule.guarded and entry.path in references:
        reference = references[entry.path]
        return f"{reference.by} {reference.how}."
    source = source_of(entry.path)
    if rule.guarded and source not in removed and source in facts.owners:
        return SOURCE_STAYS
    if rule.needs == "source beside" and source not in facts.owners:
        return "Its source is not in the tree."
    if rule.needs == "source beside" and source in facts.starting:
        return LOADED
    return None
