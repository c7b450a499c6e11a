"""The report: one frozen Report, made once, shown in several ways (text, JSON)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from slugfit import __version__, advise
from slugfit.dists import APP
from slugfit.measure import ZERO, Bytes
from slugfit.models import weights
from slugfit.rules import by_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slugfit.advise import Advice
    from slugfit.config import Config
    from slugfit.limits import Limit
    from slugfit.proof import Returned
    from slugfit.slim import Outcome
    from slugfit.verify import Failure, Kind, Step

Action = Literal["plan", "slim", "measure"]


@dataclass(frozen=True, slots=True)
class Share:
    """One distribution's part of the tree, in bytes."""

    name: str
    version: str
    before: Bytes
    after: Bytes


@dataclass(frozen=True, slots=True)
class RuleTotal:
    """What one rule takes: files, bytes, and the rule's reason."""

    name: str
    files: int
    saved: Bytes
    reason: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A reason that kept files which a rule proposed: how many, their bytes, one of them."""

    reason: str
    files: int
    uncompressed: int
    example: str


@dataclass(frozen=True, slots=True)
class Report:
    """Everything there is to say; sizes in bytes, ``verdict`` against ``limit``."""

    version: str
    action: Action
    before: Bytes
    after: Bytes
    limit: Limit
    verdict: Literal["fits", "over"]
    distributions: tuple[Share, ...]
    rules: tuple[RuleTotal, ...]
    kept: tuple[Kept, ...]
    tried: tuple[Step, ...]
    known_failures: tuple[Failure, ...]
    returned: tuple[Returned, ...]
    undone: str
    faults: tuple[str, ...]
    advice: tuple[Advice, ...]
    seconds: Mapping[str, float]

    @property
    def weighed(self) -> int:
        """The size that the limit is compared with, in bytes."""
        return self.weigh(self.after)

    def count(self, *kinds: Kind, needed: bool) -> int:
        """How many steps of these kinds were tried and did not fail, with and without Slugfit."""
        known = {failure.step for failure in self.known_failures}
        return sum(
            step.kind in kinds and step.needed == needed and step not in known
            for step in self.tried
        )

    def weigh(self, size: Bytes) -> int:
        """The one of the two sizes that the limit speaks of."""
        return size.compressed if self.limit.measure == "compressed" else size.uncompressed


def make(outcome: Outcome, config: Config, action: Action) -> Report:
    """The report of one run."""
    sizes = outcome.sizes
    after = sizes.after
    weighed = after.compressed if config.limit.measure == "compressed" else after.uncompressed
    over = (config.limit.used(weighed) or 0) > 1
    versions = {dist.name: dist.version for dist in outcome.planned.owners.distributions}
    return Report(
        version=__version__,
        action=action,
        before=sizes.before,
        after=after,
        limit=config.limit,
        verdict="over" if over else "fits",
        distributions=_shares(outcome, versions),
        rules=_rules(outcome),
        kept=_kept(outcome),
        tried=outcome.tried,
        known_failures=outcome.known_failures,
        returned=outcome.returned,
        undone=outcome.undone,
        faults=outcome.planned.faults,
        advice=_advice(outcome, config, versions, over=over),
        seconds=outcome.seconds,
    )


def _advice(
    outcome: Outcome, config: Config, versions: Mapping[str, str], *, over: bool
) -> tuple[Advice, ...]:
    """All next steps, the most valuable first."""
    kept = outcome.sizes.kept
    files = weights.find(outcome.planned)
    found = [
        *advise.models(files, config.models, kept.get(APP, ZERO), over=over),
        *advise.swaps(versions, kept, config.variables),
    ]
    return tuple(sorted(found, key=lambda advice: -advice.saves))


def _shares(outcome: Outcome, versions: Mapping[str, str]) -> tuple[Share, ...]:
    gone = outcome.sizes.gone_by_owner()
    kept = outcome.sizes.kept
    shares = [
        Share(name, versions.get(name, ""), kept.get(name, ZERO) + gone.get(name, ZERO), left)
        for name in sorted(set(kept) | set(gone))
        for left in (kept.get(name, ZERO),)
    ]
    return tuple(sorted(shares, key=lambda share: (-share.before.compressed, share.name)))


def _rules(outcome: Outcome) -> tuple[RuleTotal, ...]:
    files = Counter(item.rule for item in outcome.planned.decisions if item.action != "keep")
    totals = [
        RuleTotal(name, files[name], saved, by_name(name).reason)
        for name, saved in outcome.sizes.gone_by_rule().items()
    ]
    return tuple(sorted(totals, key=lambda total: (-total.saved.compressed, total.name)))


def _kept(outcome: Outcome) -> tuple[Kept, ...]:
    """Files that stay although a rule proposed them, by the reason that kept them."""
    found: dict[str, Kept] = {}
    for item in outcome.planned.decisions:
        if item.action == "keep" and item.reason:
            old = found.get(item.reason, Kept(item.reason, 0, 0, item.path))
            found[item.reason] = Kept(
                item.reason, old.files + 1, old.uncompressed + item.size, old.example
            )
    return tuple(sorted(found.values(), key=lambda kept: (-kept.uncompressed, kept.reason)))
