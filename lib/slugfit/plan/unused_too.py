"""A plan of the level standard, turned into the one that the level unused would have made. Pure.

References are looked for before it is known what the app never reaches, and what that names stays
at both levels: nothing else has to be decided again but the files themselves, and their bytecode.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from slugfit.catalog.rules import SEARCHED
from slugfit.plan.reasons import BY_RULE
from slugfit.scan.bytecode import source_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from slugfit.plan.decision import Decision, Plan

_WITH_SOURCE = ("loaded at start", "source stays")
"""Why bytecode stays as long as its source does."""


def with_unused(plan: Plan) -> Plan:
    """The plan, without what the app never reaches."""
    gone = {path for path, _ in plan.unused if path not in plan.unused_barred}
    decisions = tuple(_decided(item, plan, gone) for item in plan.decisions)
    return replace(plan, decisions=decisions)


def _decided(item: Decision, plan: Plan, gone: Collection[str]) -> Decision:
    for rule in SEARCHED:
        if (item.path, rule.name) in plan.unused:
            kept = replace(
                item, action="keep", rule=rule.name, saves=0, tail=None, held=None, twin=""
            )
            if item.path not in gone:
                return replace(kept, reason=plan.unused_barred[item.path])
            return replace(kept, action="remove", saves=item.size, reason=BY_RULE)
    with_source = item.reason is not None and item.reason.kind in _WITH_SOURCE
    if with_source and source_of(item.path) in gone:
        return replace(item, action="remove", saves=item.size, reason=BY_RULE)
    return item
