"""The report: one frozen Report, made once, shown in several ways (text, JSON)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from slugfit import __version__
from slugfit.apply.change import bytecode_of_start
from slugfit.catalog.rules import rule_named
from slugfit.measure.sizes import ZERO, Bytes
from slugfit.report.advice import (
    Advice,
    advise_locales,
    advise_models,
    advise_swaps,
    advise_unused,
    enough_advice,
)
from slugfit.report.failures import error_line
from slugfit.report.model_files import find_model_files
from slugfit.report.reasons import reason_sentence
from slugfit.report.unused import UnusedTotal, translated_parts, unused_totals
from slugfit.scan.bytecode import source_of
from slugfit.scan.distributions import requirers_of
from slugfit.scan.owners import APP
from slugfit.settings.current_run import Run

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from slugfit.catalog.limits import Bound, Limit
    from slugfit.fit.fitting import Fitting
    from slugfit.packing.outcome import Packing
    from slugfit.pipeline import Outcome
    from slugfit.plan.decision import Plan
    from slugfit.plan.reasons import Reason
    from slugfit.proof import Returned
    from slugfit.scan.faults import Fault
    from slugfit.settings.config import Config
    from slugfit.verify.step import Failure, Step, StepKind


ReportAction = Literal["plan", "slim", "measure"]


@dataclass(frozen=True, slots=True)
class Share:
    """One distribution's part of the tree, in bytes."""

    name: str
    version: str
    before: Bytes
    after: Bytes


@dataclass(frozen=True, slots=True)
class RuleTotal:
    """What one rule takes: files, bytes, the rule's reason, and whether it only shortens files."""

    name: str
    files: int
    saved: Bytes
    reason: str
    cuts: bool = False


@dataclass(frozen=True, slots=True)
class KeptTotal:
    """A reason that kept files which a rule proposed: how many, their bytes, one of them."""

    reason: Reason
    files: int
    uncompressed: int
    example: str


@dataclass(frozen=True, slots=True)
class BytecodeTotal:
    """The bytecode that is shipped for the app's start."""

    files: int
    """How many."""
    size: Bytes
    """What they add to the slug."""
    seconds: float | None
    """What the imports of a start take with them, about; None if that was not tried."""
    seconds_without: float | None
    """What they would take without any bytecode, about."""


@dataclass(frozen=True, slots=True)
class Report:
    """Everything there is to say; sizes in bytes, ``verdict`` against ``limit``."""

    version: str
    action: ReportAction
    before: Bytes
    after: Bytes
    limit: Limit
    verdict: Literal["fits", "over"]
    distributions: tuple[Share, ...]
    rules: tuple[RuleTotal, ...]
    kept: tuple[KeptTotal, ...]
    tried: tuple[Step, ...]
    known_failures: tuple[Failure, ...]
    returned: tuple[Returned, ...]
    undone: str
    faults: tuple[Fault, ...]
    advice: tuple[Advice, ...]
    seconds: Mapping[str, float]
    untried: tuple[Failure, ...] = ()
    """What there was no time to verify."""
    estimated: bool = False
    """Whether the compressed sizes are those of a sample."""
    bytecode: BytecodeTotal | None = None
    unused: tuple[UnusedTotal, ...] = ()
    """What the app never reaches, whether it goes or not."""
    packing: Packing | None = None
    """What came of SLUGFIT_PACK, None where that is off."""
    shown_before: int = 0
    """How many of the steps an earlier build has shown for the same files."""
    fit: Fitting | None = None
    """How the slug stands to its limit, None where it fits and nobody asks for more."""
    would_do: tuple[Advice, ...] = ()
    """The advice that would be enough, where nothing that Slugfit can take is."""
    sites: tuple[str, ...] = ()
    """The folders of installed packages, as seen from the tree's root."""

    @property
    def tightest(self) -> Bound | None:
        """The bound that most is used of, None if there is no limit."""
        bounds = self.limit.bounds
        used = [(bound.used(self.after.weigh(bound.measure)), bound) for bound in bounds]
        return max(used, key=lambda item: item[0])[1] if used else None

    def count(self, *kinds: StepKind, needed: bool) -> int:
        """How many steps of these kinds were tried and did not fail, with and without Slugfit."""
        known = {failure.step for failure in self.known_failures}
        return sum(
            step.kind in kinds and step.needed == needed and step not in known
            for step in self.tried
        )

    def count_untried(self, kind: StepKind, *, needed: bool) -> int:
        """How many steps of this kind there was no time for."""
        return sum(item.step.kind == kind and item.step.needed == needed for item in self.untried)


def make_report(
    outcome: Outcome, config: Config, run: Run | None = None, action: ReportAction = "slim"
) -> Report:
    """The report of one run."""
    sizes = outcome.sizes
    after = sizes.after
    over = any(bound.over(after.weigh(bound.measure)) for bound in config.limit.bounds)
    versions = {dist.name: dist.version for dist in outcome.planned.owners.distributions}
    advice = _advice(outcome, config, (run or Run()).config_vars.names, versions, over=over)
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
        undone="" if outcome.undone is None else error_line(outcome.undone),
        faults=outcome.planned.faults,
        advice=advice,
        seconds=outcome.seconds,
        untried=outcome.untried,
        estimated=sizes.estimated,
        bytecode=_bytecode(outcome),
        unused=unused_totals(outcome),
        packing=outcome.packing,
        shown_before=outcome.shown_before,
        fit=outcome.fit,
        would_do=_would_do(outcome.fit, advice),
        sites=outcome.planned.layout.site_packages,
    )


def _would_do(fit: Fitting | None, advice: tuple[Advice, ...]) -> tuple[Advice, ...]:
    """The advice that is enough for the bound that most is missing of."""
    left = [item for item in fit.over if item.left] if fit is not None else []
    if not left:
        return ()
    most = max(left, key=lambda item: item.bound.used(item.left))
    return enough_advice(advice, most.left, most.bound.measure)


def _bytecode(outcome: Outcome) -> BytecodeTotal | None:
    """None where the app's start has no say in it, or nothing is shipped for it."""
    start, files = outcome.planned.start, bytecode_of_start(outcome.planned)
    if start is None or not files:
        return None
    without = None if start.seconds is None else start.seconds + start.compiling
    missing = start.compiling * (1 - _share_of_start(outcome.planned, start.sources, files))
    return BytecodeTotal(
        len(files),
        outcome.sizes.bytecode,
        None if start.seconds is None else start.seconds + missing,
        without,
    )


def _share_of_start(plan: Plan, sources: Collection[str], files: Collection[str]) -> float:
    """Which part of these sources, by bytes, these bytecode files spare a compilation."""
    sizes = {entry.path: entry.size for entry in plan.tree.files() if entry.path in sources}
    spared = {source_of(file) for file in files}
    total = sum(sizes.values())
    return sum(size for path, size in sizes.items() if path in spared) / total if total else 1.0


def _advice(
    outcome: Outcome,
    config: Config,
    variables: Collection[str],
    versions: Mapping[str, str],
    *,
    over: bool,
) -> tuple[Advice, ...]:
    """All next steps, the most valuable first."""
    kept = outcome.sizes.kept
    files = find_model_files(outcome.planned)
    required_by = requirers_of(outcome.planned.owners.distributions)
    advice = [
        *advise_models(files, config.models, kept.get(APP, ZERO), over=over),
        *advise_swaps(versions, kept, variables, required_by),
        *advise_unused(unused_totals(outcome)),
        *_locales(outcome, config),
    ]
    return tuple(sorted(advice, key=lambda advice: -advice.saves))


def _locales(outcome: Outcome, config: Config) -> Iterator[Advice]:
    """Advice to set SLUGFIT_LOCALES, which nobody has."""
    translations = outcome.planned.translations
    if not config.locales:
        parts = translated_parts(outcome, translations.others)
        yield from advise_locales(parts, translations.named)


def _shares(outcome: Outcome, versions: Mapping[str, str]) -> tuple[Share, ...]:
    gone = outcome.sizes.gone_by_owner()
    kept, packed = outcome.sizes.kept, outcome.sizes.packed
    shares = []
    for name in sorted(set(kept) | set(gone)):
        left = kept.get(name, ZERO)
        before = left + gone.get(name, ZERO) + Bytes(0, packed.get(name, 0))
        shares.append(Share(name, versions.get(name, ""), before, left))
    return tuple(sorted(shares, key=lambda share: (-share.before.compressed, share.name)))


def _rules(outcome: Outcome) -> tuple[RuleTotal, ...]:
    files = Counter(item.rule for item in outcome.planned.decisions if item.action != "keep")
    totals = [
        RuleTotal(name, files[name], saved, rule_named(name).reason, rule_named(name).cuts)
        for name, saved in outcome.sizes.gone_by_rule().items()
    ]
    return tuple(sorted(totals, key=lambda total: (-total.saved.compressed, total.name)))


def _kept(outcome: Outcome) -> tuple[KeptTotal, ...]:
    """Files that stay although a rule proposed them, by the reason that kept them."""
    totals: dict[Reason, KeptTotal] = {}
    for item in outcome.planned.decisions:
        # Of a shortened file the rest stays, for a reason of its own.
        kept = item.held if item.action in ("cut", "link") else item
        if kept is not None and kept.action == "keep" and kept.reason is not None:
            reason, stays = kept.reason, item.size - item.saves
            old = totals.get(reason, KeptTotal(reason, 0, 0, item.path))
            totals[reason] = KeptTotal(reason, old.files + 1, old.uncompressed + stays, old.example)
    return tuple(
        sorted(totals.values(), key=lambda kept: (-kept.uncompressed, reason_sentence(kept.reason)))
    )
