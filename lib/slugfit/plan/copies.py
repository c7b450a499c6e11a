"""Which copy of a library becomes a hard link to which other one. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from slugfit.plan.decide import shield_of
from slugfit.plan.reasons import BY_RULE

if TYPE_CHECKING:
    from slugfit.plan.decision import Decision
    from slugfit.plan.facts import PlanFacts


def with_links(decisions: tuple[Decision, ...], facts: PlanFacts) -> tuple[Decision, ...]:
    """The decisions, with each copy of a library that stays a link to the first that stays."""
    wanted = {entry.path for group in facts.copies for entry in group}
    found = {item.path: item for item in decisions if item.path in wanted}
    links: dict[str, Decision] = {}
    for group in facts.copies:
        staying = [
            entry
            for entry in group
            if found[entry.path].action != "remove" and shield_of(entry, facts) is None
        ]
        for entry in staying[1:]:
            first, item = found[staying[0].path], found[entry.path]
            is_linked = entry.inode is not None and entry.inode == staying[0].inode
            # One that checks its own bytes is not shortened, nor may it share with one that is.
            if item.tail == first.tail and not (is_linked and first.tail is None):
                links[item.path] = _linked(item, first)
    return tuple(links.get(item.path, item) for item in decisions) if links else decisions


def _linked(item: Decision, first: Decision) -> Decision:
    held = item if item.action == "keep" and item.reason is not None else item.held
    return replace(
        item,
        action="link",
        rule="duplicates",
        saves=item.size,
        reason=BY_RULE,
        tail=None,
        held=held,
        twin=first.path,
    )
