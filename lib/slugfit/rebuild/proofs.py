"""What an earlier build has shown of the same installed files under the same change.

Only what installed modules and libraries do by themselves: what is the app's own, its settings and
its smoke command, is tried in each build.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from slugfit.rebuild.entry import read_entry, write_entry
from slugfit.rebuild.state import state_digest
from slugfit.verify.step import Failure, Step

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slugfit.apply.change import Change
    from slugfit.plan.decision import Plan
    from slugfit.proof import Proof

_FILE = "proof"


@dataclass(frozen=True, slots=True)
class Left:
    """What a build leaves of its proof; libraries by their paths in the tree."""

    digest: bytes
    """Of the files that it is about."""
    shown: frozenset[Step]
    """What worked."""
    known: tuple[Failure, ...]
    """What fails with and without the change."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What need not be tried again."""

    steps: frozenset[Step] = frozenset()
    """What worked."""
    known: tuple[Failure, ...] = ()
    """What fails with and without the change."""
    state: bytes = b""
    """The digest of the files and of the change, b"" where it was not asked for."""
    by: frozenset[Step] = field(init=False, repr=False, compare=False)
    """Both."""

    def __post_init__(self) -> None:
        both = self.steps.union(item.step for item in self.known)
        object.__setattr__(self, "by", both)


def shown_before(cache: Path | None, plan: Plan, change: Change, steps: Iterable[Step]) -> Shown:
    """Which of these steps were shown for the same files. Raises OSError."""
    if cache is None:
        return Shown()
    state = state_digest(plan, change)
    left = read_entry(cache / _FILE)
    if not isinstance(left, Left) or left.digest != state:
        return Shown(state=state)
    known = {item.step: item for item in left.known}
    worked: list[Step] = []
    failed: list[Failure] = []
    for step in steps:
        stored = _in_tree(step, plan)
        if _is_of_installed(step, plan) and stored in left.shown:
            worked.append(step)
        elif _is_of_installed(step, plan) and stored in known:
            failure = known[stored]
            failed.append(Failure(step, failure.error, failure.missing))
    return Shown(frozenset(worked), tuple(failed), state)


def leave_proof(cache: Path | None, proof: Proof) -> None:
    """Leave for the next build what was shown."""
    if cache is None:
        return
    plan, failed = proof.planned, {item.step: item for item in proof.known}
    shown = frozenset(
        _in_tree(step, plan)
        for step in proof.tried
        if step not in failed and _is_of_installed(step, plan)
    )
    known = tuple(
        Failure(_in_tree(step, plan), item.error, item.missing)
        for step, item in failed.items()
        if _is_of_installed(step, plan)
    )
    state = proof.state or state_digest(plan, proof.change)
    write_entry(cache / _FILE, Left(state, shown, known))


def _is_of_installed(step: Step, plan: Plan) -> bool:
    """Whether what a step does depends on installed files alone."""
    return step.kind in ("import", "load") and step.name not in plan.app.elsewhere


def _in_tree(step: Step, plan: Plan) -> Step:
    """The step by a name that is the same in each build, and for whomever it is tried."""
    place = Path(step.name)
    if step.kind == "load" and place.is_relative_to(plan.tree.root):
        return Step(step.kind, str(place.relative_to(plan.tree.root)))
    return Step(step.kind, step.name)
