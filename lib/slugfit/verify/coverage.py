"""Verified means tried: the groups of a plan of which too little was. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slugfit.scan.module_names import importable_modules, name_and_parents
from slugfit.verify.checks import spare_by_group

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from slugfit.plan.decision import Group, Plan
    from slugfit.verify.step import Step


LEAST_TRIED = 0.9
"""Of what stands beside a group. Modules of a package load each other, so the last few that there
is no time for are hardly ever the only ones to need something; half of them may well be."""


def thinly_tried(
    planned: Plan,
    steps: Iterable[Step],
    untried: Collection[Step],
    doubtful: Collection[Step] = (),
) -> Mapping[Group, tuple[int, int]]:
    """The groups that have to come back, with how many of their steps were tried, and of how many.

    So does each group beside a ``doubtful`` step, which failed, and nobody knows whose fault it is.
    Otherwise a group stays away if LEAST_TRIED of its steps were tried, or if all that the app's
    own source imports of its distribution was.
    """
    owners = _module_owners(planned)
    known = {(step.kind, step.name): step for step in steps}
    own = [step for step in known.values() if step.needed and step.kind == "import"]
    by_owner = {_owner(step, owners): True for step in own if step not in untried}
    by_owner |= {_owner(step, owners): False for step in own if step in untried}
    blamed = {_owner(step, owners) for step in doubtful} - {""}
    found = {}
    for group, spare in spare_by_group(planned).items():
        wanted = [known[item] for item in spare if item in known]
        tried = sum(step not in untried and step not in doubtful for step in wanted)
        is_thin = tried < LEAST_TRIED * len(wanted) and not by_owner.get(group.owner)
        if is_thin or group.owner in blamed or any(step in doubtful for step in wanted):
            found[group] = (tried, len(wanted))
    return found


def _module_owners(planned: Plan) -> Mapping[str, str]:
    by_path = {item.path: item.owner for item in planned.decisions}
    return {
        module.name: by_path[module.path]
        for module in importable_modules(by_path, planned.layout)
        if planned.layout.scope(module.path)[0] == "site"
    }


def _owner(step: Step, owners: Mapping[str, str]) -> str:
    name = step.name.replace(":", ".")
    return next((owners[part] for part in name_and_parents(name) if part in owners), "")
