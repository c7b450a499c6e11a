"""What the app never reaches, by distribution: what goes, or could go."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from slugfit.catalog.rules import SERVICES, TRANSLATIONS, UNUSED
from slugfit.measure.sizes import ZERO, Bytes
from slugfit.scan.distributions import requirers_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from slugfit.pipeline import Outcome


What: TypeAlias = Literal["packages", "service data", "translations"]
_WHAT: Mapping[str, What] = {
    UNUSED.name: "packages",
    SERVICES.name: "service data",
    TRANSLATIONS.name: "translations",
}


@dataclass(frozen=True, slots=True)
class UnusedTotal:
    """What the app never reaches of one distribution."""

    name: str
    version: str
    what: What
    """Whether that is packages of it, or only certain files that it carries."""
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
    requirers = requirers_of(plan.owners.distributions)
    for (rule, owner), count in files.items():
        dist = distributions[owner]
        size = sizes.gone.get((rule, owner))
        yield UnusedTotal(
            owner,
            dist.version,
            _WHAT[rule],
            count,
            size or _part(sizes.kept.get(owner, ZERO), stays[rule, owner]),
            dist.requested,
            requirers.get(owner, ()),
            goes=size is not None,
            users=plan.users.get(owner, ()) if rule == UNUSED.name else (),
        )


def translated_parts(outcome: Outcome, paths: Collection[str]) -> Mapping[str, Bytes]:
    """About what these files take, by distribution."""
    owners, kept = outcome.planned.owners.by_path, outcome.sizes.kept
    lengths: Counter[str] = Counter()
    for item in outcome.planned.decisions:
        if item.path in paths and item.action != "remove":
            lengths[owners[item.path]] += item.size
    return {name: _part(kept.get(name, ZERO), size) for name, size in lengths.items()}


def _part(whole: Bytes, uncompressed: int) -> Bytes:
    """About what files of so many bytes take of all that stays of their distribution."""
    return Bytes(uncompressed, whole.compressed * uncompressed // max(whole.uncompressed, 1))
