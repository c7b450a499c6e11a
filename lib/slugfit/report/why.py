"""``slugfit why``: the rule, its class, and what keeps or removes one file."""

from __future__ import annotations

import os
import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from slugfit.base.errors import UsageError
from slugfit.base.paths import PACKED_FOLDER, path_inside
from slugfit.base.words import printable
from slugfit.catalog.rules import UNUSED, rule_named
from slugfit.fit.choose_plan import choose_plan
from slugfit.packing.manifest import archive_of
from slugfit.plan.make import make_plan
from slugfit.report.evidence_words import EVIDENCE
from slugfit.report.reasons import decision_sentence, reference_sentence
from slugfit.scan.layout import recognise_layout
from slugfit.scan.owners import APP
from slugfit.scan.tree import scan_tree
from slugfit.settings.current_run import Run
from slugfit.verify.start import python_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from slugfit.plan.decision import Decision, Plan
    from slugfit.refer.reference import Reference
    from slugfit.settings.config import Config


_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why one file stays or goes."""

    decision: Decision
    chain: tuple[Decision, ...]
    """The decisions about what keeps it, nearest first: B for C, then A for B."""
    reached: tuple[Reference, ...] = ()
    """How the app reaches its module, or its distribution, nearest first; nothing if that was not
    asked."""
    users: tuple[str, ...] = ()
    """For what the app never reaches: the modules that would use it."""


def explain_path(root: Path, path: str, config: Config, run: Run | None = None) -> Explanation:
    """What the plan says about ``path``; raise UsageError if it is not a file of the tree.

    What is not a file as seen from ``root`` may be one as seen from a folder of packages.
    """
    name = _in_tree(root, _relative(root, path))
    run = run or Run()
    plan = _plan(root, config, run, name)
    decisions = {item.path: item for item in plan.decisions}
    archive = "" if name in decisions else archive_of(root, name)
    if archive:
        raise UsageError(
            f"{path} is packed: it stays, and lies in {PACKED_FOLDER}/{archive}.",
            "SLUGFIT_PACK stores large packages so; they are unpacked when a process starts.",
        )
    if name not in decisions:
        raise UsageError(
            f"{path} is not a file in {root}.",
            "It may have gone already, or be a folder or a name that was never there.",
            f"`slugfit restore {root}` brings back what slim --keep-stash set aside.",
        )
    found = decisions[name]
    searches = config.level in ("unused", "auto")
    reached = tuple(_way_from_app(plan, found)) if searches else ()
    users = plan.users.get(found.owner, ()) if found.rule == UNUSED.name else ()
    return Explanation(found, tuple(_chain(decisions, found.held or found)), reached, users)


def _plan(root: Path, config: Config, run: Run, about: str) -> Plan:
    """The plan, as far as it is about one path; all of it where the whole slug's size decides."""
    python = python_of(config, run)
    if "auto" in (config.level, config.bytecode):
        return choose_plan(make_plan(root, config, run, python), config, run).plan
    return make_plan(root, config, run, python, about=about)


def _relative(root: Path, path: str) -> str:
    if not posixpath.isabs(path):
        return path_inside("", path) or ""
    # The folder as it was named, and where it really is if links lead there.
    names = (posixpath.relpath(path, base) for base in (os.path.abspath(root), root.resolve()))
    return next(filter(None, (path_inside("", name) for name in names)), "")


def _in_tree(root: Path, name: str) -> str:
    if os.path.lexists(root / name):
        return name
    sites = recognise_layout(scan_tree(root)).site_packages
    return next((f"{site}/{name}" for site in sites if os.path.lexists(root / site / name)), name)


def _chain(decisions: Mapping[str, Decision], first: Decision) -> Iterator[Decision]:
    """Follow references from what is kept to what keeps it, as far as the tree goes."""
    seen = {first.path}
    current = first
    while current.reason is not None and current.reason.reference is not None:
        keeper = decisions.get(current.reason.reference.by)
        if keeper is None or keeper.path in seen:
            return
        seen.add(keeper.path)
        yield keeper
        current = keeper


def _way_from_app(plan: Plan, item: Decision) -> Iterator[Reference]:
    """The references that lead to a file's module, or to the first of its distribution."""
    path = item.path
    if path not in plan.reached:
        owners = plan.owners.by_path
        path = next((by for by in plan.reached if owners.get(by) == item.owner), "")
    seen: set[str] = set()
    while path in plan.reached and path not in seen and plan.owners.by_path.get(path) != APP:
        seen.add(path)
        yield plan.reached[path]
        path = plan.reached[path].by


_VERBS = {
    "keep": "stays",
    "remove": "goes",
    "cut": "is shortened",
    "link": "becomes a hard link",
}


_ONLY = {"cut": "is only shortened", "link": "only becomes a hard link"}


def explanation_text(answer: Explanation) -> str:
    """The answer in words."""
    item = answer.decision
    verb = _VERBS[item.action]
    lines = [f"{item.path} ({item.owner}, {item.size} bytes) {verb}."]
    if item.rule:
        rule = rule_named(item.rule)
        guard = "guarded by the reference closure" if rule.guarded else "not guarded"
        lines.append(f"  rule: {rule.name} (class: {rule.risk}, {guard}). {rule.reason}")
        if item.action != "keep":
            lines.append(f"  evidence: {EVIDENCE[rule.name]}.")
    if item.action in ("cut", "link"):
        if item.twin:
            lines.append(f"  to {item.twin}: the same bytes, which the slug holds once.")
        else:
            lines.append(f"  {item.saves} of its bytes go.")
        if item.held is not None:
            other = rule_named(item.held.rule)
            lines.append(f"  the rest stays, though the rule {other.name} names it: {other.reason}")
            lines.append(f"  because: {_because(item.held)}")
    elif item.action == "keep":
        lines.append(f"  because: {_because(item)}")
    elif item.rule and rule_named(item.rule).guarded:
        lines.append("  references looked for: imports, literals, entry points, stubs: none.")
    if answer.users:
        more = ", …" if len(answer.users) > _SHOWN else ""
        lines.append(f"  would be used by: {', '.join(answer.users[:_SHOWN])}{more}")
    lines += [f"  reached: {reference_sentence(way)}" for way in answer.reached]
    lines += [f"  and {keeper.path} stays because: {_because(keeper)}" for keeper in answer.chain]
    return "\n".join(map(printable, lines)) + "\n"


def _because(item: Decision) -> str:
    if item.action in ("cut", "link"):
        return f"no rule removes it; it {_ONLY[item.action]}."
    return decision_sentence(item) or "no rule names it."


def explanation_document(answer: Explanation) -> Mapping[str, Any]:
    """The answer as a JSON object."""

    def one(item: Decision) -> Mapping[str, Any]:
        return {
            "path": item.path,
            "owner": item.owner,
            "action": item.action,
            "rule": item.rule or None,
            "size": item.size,
            "saves": item.saves,
            "evidence": EVIDENCE[item.rule] if item.action != "keep" else None,
            "reason": decision_sentence(item, rule_named(item.rule).reason if item.rule else "")
            or None,
            **({"twin": item.twin} if item.twin else {}),
            **({} if item.held is None else {"held": one(item.held)}),
        }

    return {
        "version": 1,
        **one(answer.decision),
        "chain": [one(item) for item in answer.chain],
        "would_be_used_by": list(answer.users),
        "reached": [reference_sentence(way) for way in answer.reached],
    }
