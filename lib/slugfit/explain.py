"""``slugfit why``: the rule, its class, and what keeps or removes one file."""

from __future__ import annotations

import os
import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from slugfit import planning
from slugfit.errors import UsageError
from slugfit.report.text import printable
from slugfit.rules import by_name
from slugfit.tree import inside

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from slugfit.config import Config
    from slugfit.plan import Decision


@dataclass(frozen=True, slots=True)
class Answer:
    """A file's decision; ``chain`` are the decisions about what keeps it, nearest first."""

    decision: Decision
    chain: tuple[Decision, ...]


def explain(root: Path, path: str, config: Config) -> Answer:
    """What the plan says about ``path``; raise UsageError if it is no file of the tree."""
    name = _relative(root, path)
    planned = planning.make_plan(root, config)
    decisions = {item.path: item for item in planned.decisions}
    if name not in decisions:
        raise UsageError(
            f"{path} is not a file in {root}.",
            "It may have gone already, or be a folder or a name that was never there.",
            f"`slugfit restore {root}` brings back what slim --keep-stash set aside.",
        )
    return Answer(decisions[name], tuple(_chain(decisions, decisions[name])))


def _relative(root: Path, path: str) -> str:
    if not posixpath.isabs(path):
        return inside("", path) or ""
    # The folder as it was named, and where it really is if links lead there.
    names = (posixpath.relpath(path, base) for base in (os.path.abspath(root), root.resolve()))
    return next(filter(None, (inside("", name) for name in names)), "")


def _chain(decisions: Mapping[str, Decision], first: Decision) -> list[Decision]:
    """Follow "A imports B" from B to A while A itself is only kept by a reference."""
    chain: list[Decision] = []
    current = first
    while current.action == "keep" and current.reason:
        keeper = next(
            (decisions[part] for part in _words(current.reason) if part in decisions), None
        )
        if keeper is None or keeper in chain or keeper == first:
            break
        chain.append(keeper)
        current = keeper
    return chain


def _words(reason: str) -> list[str]:
    return [reason.split(f" {verb} ", 1)[0] for verb in ("imports", "names", "needs", "reads")]


def sentence(answer: Answer) -> str:
    """The answer in words."""
    item = answer.decision
    verb = {"keep": "stays", "remove": "goes", "cut": "is shortened"}[item.action]
    lines = [f"{item.path} ({item.owner}, {item.size} bytes) {verb}."]
    if item.rule:
        rule = by_name(item.rule)
        guard = "guarded by the reference closure" if rule.guarded else "not guarded"
        lines.append(f"  rule: {rule.name} (class: {rule.risk}, {guard}). {rule.reason}")
    if item.action == "cut":
        lines.append(f"  {item.saves} of its bytes go.")
    elif item.action == "keep":
        lines.append(f"  because: {item.reason or 'no rule names it.'}")
    elif item.rule and by_name(item.rule).guarded:
        lines.append("  references looked for: imports, literals, entry points, stubs: none.")
    lines += [
        f"  and {keeper.path} stays because: {keeper.reason or 'no rule names it.'}"
        for keeper in answer.chain
    ]
    return "\n".join(map(printable, lines)) + "\n"


def document(answer: Answer) -> Mapping[str, Any]:
    """The answer as a JSON object."""

    def one(item: Decision) -> Mapping[str, Any]:
        return {
            "path": item.path,
            "owner": item.owner,
            "action": item.action,
            "rule": item.rule or None,
            "size": item.size,
            "saves": item.saves,
            "reason": item.reason or None,
        }

    return {"version": 1, **one(answer.decision), "chain": [one(item) for item in answer.chain]}
