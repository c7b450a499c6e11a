"""A plan that ships less of the bytecode which the app's start reads."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from slugfit.plan.reasons import BY_RULE
from slugfit.refer.shipped import NewBytecode

if TYPE_CHECKING:
    from collections.abc import Collection

    from slugfit.plan.decision import Decision, Plan


def is_shipped_for_start(decision: Decision) -> bool:
    """Whether a file of the tree stays because each start of the app reads it."""
    return decision.reason is not None and decision.reason.kind == "loaded at start"


def with_only(plan: Plan, shipped: Collection[str]) -> Plan:
    """The plan, with none of the start's bytecode but ``shipped``: paths of ``.pyc`` files."""
    decisions = tuple(
        replace(item, action="remove", saves=item.size, reason=BY_RULE)
        if is_shipped_for_start(item) and item.path not in shipped
        else item
        for item in plan.decisions
    )
    written = NewBytecode(
        {path: head for path, head in plan.bytecode.headers.items() if path in shipped},
        {path: content for path, content in plan.bytecode.compiled.items() if path in shipped},
    )
    return replace(plan, decisions=decisions, bytecode=written)
