"""What the app never reaches, by distribution: what goes, or could go."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slugfit.catalog.rules import UNUSED
from slugfit.measure.sizes import ZERO, Bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slugfit.pipeline import Outcome


@dataclass(frozen=True, slots=True)
class UnusedTotal:
    """What the app never reaches of one distribution."""

    name: str
    version: str
    whole: bool
    """Whether that is packages of it, and not the descriptions of services that it carries."""
    files: int
    size: Bytes
    """What it takes; compressed about, if it stays."""
    requested: bool
    """Whether the app asks for the distribution by its name."""
    required_by: tuple[str, ...]
    """The distributions that require it, sorted."""
    goes: bool
    """Whether it goes."""
    users: tuple[str, ...] = ()
    """The modules that would use it, by their names. The app never reaches them."""


def unused_totals(outcome: Outcome) -> tuple[UnusedTotal, ...]:
    """The distributions of which the app never reaches something, the largest first."""
    found = sorted(_totals(outcome), key=lambda total: (-total.size.compressed, total.name))
    return tuple(found)


def _totals(outcome: Outcome) -> Iterator[UnusedTotal]:
    plan, sizes = outcome.planned, outcome.sizes
    goes = {item.path for item in plan.decisions if item.action == "remove"}
    files: Counter[tuple[str, str]] = Counter()
    stays: Counter[tuple[str, str]] = Counter()
    lengths = {entry.path: entry.size for entry in plan.tree.files()}
    for path, rule in plan.unused:
        group = rule, plan.owners.by_path.get(path, "")
        files[group] += 1
        stays[group] += 0 if path in goes else lengths.get(path, 0)
    distributions = {dist.name: dist for dist in plan.owners.distributions}
    requirers = defaultdict(set)
    for dist in plan.owners.distributions:
        for name in dist.requires:
            requirers[name].add(dist.name)
    for (rule, owner), count in files.items():
        dist = distributions[owner]
        size = sizes.gone.get((rule, owner))
        yield UnusedTotal(
            owner,
            dist.version,
            rule == UNUSED.name,
            count,
            size or _part(sizes.kept.get(owner, ZERO), stays[rule, owner]),
            dist.requested,
            tuple(sorted(requirers[owner])),
            goes=size is not None,
            users=plan.users.get(owner, ()) if rule == UNUSED.name else (),
        )


def _part(whole: Bytes, uncompressed: int) -> Bytes:
    """About what files of so many bytes take of all that stays of their distribution."""
    return Bytes(uncompressed, whole.compressed * uncompressed // max(whole.uncompressed, 1))
