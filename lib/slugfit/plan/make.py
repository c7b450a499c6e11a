"""What is to happen to each file of one tree: own, judge, refer, plan."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from slugfit.base.beside import beside
from slugfit.evidence.modules import SignReader
from slugfit.plan.about import around, asks, asks_start, keepers
from slugfit.plan.claims import claims_of, guarded_candidates, guarded_claims
from slugfit.plan.copies import with_links
from slugfit.plan.decide import decide_files, shields_of
from slugfit.plan.decision import Claim, Decision, Plan
from slugfit.plan.judged import Judged
from slugfit.plan.lacking import lacking_beside, lacking_of, lacking_worth
from slugfit.plan.reading import ReadTree, facts_for_plan, read_for_plan, removable_tails
from slugfit.plan.starting import Starting, bytecode_to_ship, start_counts, told_start
from slugfit.plan.unreached import unused_in, worth_removing
from slugfit.refer.candidates import words_of
from slugfit.refer.references import Staying, find_references
from slugfit.scan.copies import copies_of
from slugfit.scan.module_reader import ModuleReader
from slugfit.settings.current_run import Run

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slugfit.plan.facts import PlanFacts
    from slugfit.refer.reference import Reference
    from slugfit.refer.start import AppPython, Start
    from slugfit.scan.tree import Tree
    from slugfit.settings.config import Config
    from slugfit.unused.find import Unused

    Claims = Mapping[str, tuple[Claim, ...]]
    Held = Mapping[str, Reference]


def make_plan(
    root: Path,
    config: Config,
    run: Run | None = None,
    python: AppPython | None = None,
    *,
    about: str | None = None,
) -> Plan:
    """Read the tree and decide; changes nothing. ``python`` is asked what the app's start loads.

    With ``about``, a path of the tree, only what that one needs is looked at: the decision about it
    and those about what keeps it are final, others may say that a file goes which something needs.
    """
    # The verification's child runs in another folder.
    run = run or Run()
    read = read_for_plan(Path(os.path.abspath(root)), config, run)
    return plan_of(read, config, run, python, about=about)


def plan_of(
    read: ReadTree,
    config: Config,
    run: Run,
    python: AppPython | None,
    *,
    about: str | None = None,
) -> Plan:
    """The same of a tree that has been read."""
    if config.level == "measure":
        facts = facts_for_plan(read, config, run, {})
        return _planned(read, facts, decide_files(facts, {}, {}))
    cuts = "symbols" not in config.rules_off
    small = read.tree if about is None else around(read.tree, [about])
    facts = facts_for_plan(read, config, run, removable_tails(small, read.tree) if cuts else {})
    if about is not None and cuts and facts.copies:
        small = around(read.tree, [about, *copies_of(facts.copies, about)])
        facts = replace(facts, cuts=removable_tails(small, read.tree))
    searches = config.level == "unused"
    if about is not None and not searches:
        settled = _settled(read, facts, replace(facts, tree=small), about)
        if settled is not None:
            return settled
    claims = claims_of(facts)
    asking = start_counts(read, config) and (about is None or searches or asks_start(about))
    judged, told = _judged(read, facts, claims, python if asking else None)
    facts, held = judged.facts, judged.held
    if about is not None and cuts:
        near = removable_tails(around(read.tree, [about, *keepers(about, held)]), read.tree)
        facts = replace(facts, cuts={**facts.cuts, **near})
        claims = claims_of(facts)
    if about is not None and not searches:
        return _decided(read, (facts, claims, held), told, python, asking=asking)

    def search() -> Unused:
        return unused_in(read, run, judged, _staying(decide_files(facts, claims, held)), told)

    if searches:
        found = search()
        chosen = replace(facts, unused=worth_removing(read, config, found))
        all_claims = claims_of(chosen)
        plan = _decided(read, (chosen, all_claims, held), told, python, asking=asking)
    else:
        # For the advice alone: nothing else waits for it.
        with beside(search) as searched:
            plan = _decided(read, (facts, claims, held), told, python, asking=asking)
            found = searched()
    return _with_unused(plan, read, facts, found)


def _with_unused(plan: Plan, read: ReadTree, facts: PlanFacts, found: Unused) -> Plan:
    """The plan with what the app never reaches."""
    unused = worth_removing(read, facts.config, found)
    barred = shields_of(facts, {path for path, _ in unused})
    return replace(
        plan,
        unused=unused,
        unused_barred=barred,
        users=found.users,
        reached={**found.reached, **found.translations.kept},
        translations=found.translations,
    )


def _settled(read: ReadTree, facts: PlanFacts, alone: PlanFacts, about: str) -> Plan | None:
    """The plan about one path where neither references nor a start have a say in it, else None.

    ``alone`` are the facts of a tree that holds little else.
    """
    if not claims_of(alone):
        return _planned(read, facts, decide_files(facts, {}, {}))
    claims = claims_of(facts)
    proposed = decide_files(facts, claims, {})
    if asks(about, claims, {item.path for item in guarded_candidates(claims, proposed)}):
        return None
    return _planned(read, facts, _with_held(facts, claims, {}, proposed))


def _decided(
    read: ReadTree,
    judged: tuple[PlanFacts, Claims, Held],
    told: Start | None,
    python: AppPython | None,
    *,
    asking: bool,
) -> Plan:
    """The plan, with the bytecode of the start if that counts."""
    facts, claims, held = judged
    starting = Starting()
    if asking:
        staying = _staying(decide_files(facts, claims, held))
        starting = bytecode_to_ship(read, facts, told, staying, python)
        facts = replace(facts, starting=starting.files)
    decisions = _with_held(facts, claims, held, decide_files(facts, claims, held))
    return replace(
        _planned(read, facts, decisions), start=starting.start, bytecode=starting.written
    )


def _judged(
    read: ReadTree, facts: PlanFacts, claims: Claims, python: AppPython | None
) -> tuple[Judged, Start | None]:
    """The facts with what lacks evidence, what refers to the rest, and what ``python`` tells."""
    modules = _module_reader(read, claims)
    # Before there are threads: a process with several of them is not forked.
    with modules.reading_ahead(_unclaimed(read, claims)) as learn, ThreadPoolExecutor(1) as pool:
        pool.submit(learn)
        search = pool.submit(with_evidence, read, facts, claims, modules)
        # The child is this thread's, so that a signal ends it at once.
        told = told_start(read, python)
        return search.result(), told


def with_evidence(
    read: ReadTree, facts: PlanFacts, claims: Claims, modules: ModuleReader
) -> Judged:
    """The facts with what lacks evidence, and what refers to the rest."""
    reader = SignReader(modules, _folders(read.tree))
    facts = replace(facts, lacking=lacking_of(read, facts.config, claims, reader))
    held = _references(read, facts, claims, modules)
    more = lacking_beside(read, facts, claims, held, reader)
    if more:
        facts = replace(facts, lacking={**facts.lacking, **more})
        held = _references(read, facts, claims, modules)
    small = lacking_worth(read, facts.config, claims, decide_files(facts, claims, held))
    if small:
        # What stays for that may refer to others.
        facts = replace(facts, lacking={**facts.lacking, **small})
        held = _references(read, facts, claims, modules)
    return Judged(facts, held, modules)


def _module_reader(read: ReadTree, claims: Claims) -> ModuleReader:
    """What reads modules, by the words for all that a guarded rule names."""
    owners = read.owners.by_path
    words = words_of(tuple(guarded_claims(claims)), owners)
    return ModuleReader(read.tree.root, lambda path: words.of(owners.get(path, "")))


def _unclaimed(read: ReadTree, claims: Claims) -> tuple[str, ...]:
    """The modules that no rule names: all of them are read."""
    paths = (entry.path for entry in read.tree.files() if entry.path.endswith(".py"))
    return tuple(path for path in paths if path not in claims)


def _folders(tree: Tree) -> frozenset[str]:
    return frozenset(entry.path for entry in tree.entries if entry.kind == "folder")


def _references(read: ReadTree, facts: PlanFacts, claims: Claims, modules: ModuleReader) -> Held:
    """What refers to candidates."""
    proposed = decide_files(facts, claims, {})
    candidates = tuple(guarded_candidates(claims, proposed))
    staying = Staying(_staying(proposed), read.outside, read.loose)
    return find_references(modules, read.layout, read.owners, candidates, staying)


def _staying(decisions: tuple[Decision, ...]) -> tuple[str, ...]:
    return tuple(decision.path for decision in decisions if decision.action != "remove")


def _with_held(
    facts: PlanFacts,
    claims: Claims,
    held: Held,
    decisions: tuple[Decision, ...],
) -> tuple[Decision, ...]:
    """The decisions, with what keeps the rest of each file that is shortened."""
    others = {
        item.path: tuple(claim for claim in claims[item.path] if not claim.rule.cuts)
        for item in decisions
        if item.action == "cut"
    }
    proposed = {path: left for path, left in others.items() if left}
    if not proposed:
        return decisions
    entries = tuple(entry for entry in facts.tree.entries if entry.path in proposed)
    alone = replace(facts, tree=replace(facts.tree, entries=entries))
    kept = {item.path: item for item in decide_files(alone, proposed, held)}
    return tuple(replace(item, held=kept.get(item.path)) for item in decisions)


def _planned(read: ReadTree, facts: PlanFacts, decisions: tuple[Decision, ...]) -> Plan:
    linked = with_links(decisions, facts)
    return Plan(read.tree, read.layout, read.owners, read.app, linked, read.faults)
