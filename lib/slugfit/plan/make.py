"""What one tree is, and what is to happen to each of its files: scan, own, refer, plan."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from slugfit.elf.tail import Tail, removable_tail
from slugfit.plan.claims import claims_of, guarded_candidates
from slugfit.plan.decide import decide_files
from slugfit.plan.decision import Claim, Decision, Plan
from slugfit.plan.facts import PlanFacts
from slugfit.refer.references import Staying, find_references
from slugfit.refer.start import loaded_at_start, start_roots
from slugfit.scan.app import App, app_modules_elsewhere, read_app
from slugfit.scan.bytecode import source_of
from slugfit.scan.conditions import unmet_conditions
from slugfit.scan.faults import Fault
from slugfit.scan.ignore_files import Ignores, read_ignore_files
from slugfit.scan.layout import Layout, recognise_layout
from slugfit.scan.list_faults import list_faults
from slugfit.scan.module_names import Module, importable_modules
from slugfit.scan.named_files import patterns_of_names
from slugfit.scan.owners import Owners, read_owners
from slugfit.scan.procfile import procfile_faults, read_procfile
from slugfit.scan.tree import Tree, scan_tree
from slugfit.settings.current_run import Run

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from slugfit.refer.reference import Reference
    from slugfit.settings.config import Config


def make_plan(
    root: Path, config: Config, run: Run | None = None, *, about: str | None = None
) -> Plan:
    """Read the tree and decide; changes nothing.

    With ``about``, a path of the tree, only what that one needs is looked at: the decision about it
    and those about what keeps it are final, others may say that a file goes which something needs.
    """
    # The verification's child runs in another folder.
    run = run or Run()
    read = _read(Path(os.path.abspath(root)), config, run)
    if config.level == "measure":
        facts = _facts(read, config, run, {})
        return _planned(read, decide_files(facts, {}, {}))
    small = read.tree if about is None else _around(read.tree, [about])
    tails = {} if "symbols" in config.rules_off else _tails(small, read.tree)
    facts = _facts(read, config, run, tails)
    if about is not None and not claims_of(replace(facts, tree=small)):
        return _planned(read, decide_files(facts, {}, {}))
    claims = claims_of(facts)
    proposed = decide_files(facts, claims, {})
    candidates = tuple(guarded_candidates(claims, proposed))
    if about is not None and not _asks(about, claims, [item.path for item in candidates]):
        return _planned(read, _with_held(facts, claims, {}, proposed))
    paths = tuple(decision.path for decision in proposed if decision.action != "remove")
    staying = Staying(paths, read.outside)
    held = find_references(read.tree.root, read.layout, read.owners, candidates, staying)
    if about is not None and "symbols" not in config.rules_off:
        near = _around(read.tree, [about, *_keepers(about, held)])
        facts = replace(facts, cuts={**tails, **_tails(near, read.tree)})
        claims = {**claims, **claims_of(replace(facts, tree=near))}
    decisions = decide_files(facts, claims, held)
    starting = frozenset[str]()
    if about is None or _asks_start(about, read.layout):
        starting = _starting(read, config, decisions)
    if starting:
        decisions = decide_files(replace(facts, starting=starting), claims, held)
    return _planned(read, _with_held(facts, claims, held, decisions))


def _around(tree: Tree, paths: Iterable[str]) -> Tree:
    """The tree as if it held but these files, their sources and their folders."""
    wanted: set[str] = set()
    for path in paths:
        for name in (path, source_of(path) or ""):
            inner = name
            while inner and inner not in wanted:
                wanted.add(inner)
                inner = inner.rpartition("/")[0]
    return replace(tree, entries=tuple(entry for entry in tree.entries if entry.path in wanted))


def _keepers(about: str, held: Mapping[str, Reference]) -> Iterator[str]:
    """What keeps a path, what keeps that, and so on."""
    seen = {about}
    for path in (about, source_of(about) or ""):
        by = path
        while by in held and held[by].by not in seen:
            by = held[by].by
            seen.add(by)
            yield by


def _asks(about: str, claims: Mapping[str, tuple[Claim, ...]], candidates: Collection[str]) -> bool:
    """Whether references, or what the start loads, have a say in what happens to a path."""
    return not {about, source_of(about) or ""}.isdisjoint(candidates) or any(
        claim.rule.name == "interpreter-bytecode" for claim in claims.get(about, ())
    )


def _asks_start(about: str, layout: Layout) -> bool:
    return about.endswith(".pyc") and layout.scope(about)[0] == "stdlib"


def _with_held(
    facts: PlanFacts,
    claims: Mapping[str, tuple[Claim, ...]],
    held: Mapping[str, Reference],
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


@dataclass(frozen=True, slots=True)
class _Read:
    """What a plan is made from; ``outside`` are modules of an app that is not part of the tree."""

    source: Path
    tree: Tree
    layout: Layout
    owners: Owners
    app: App
    outside: tuple[Module, ...]
    lists: Ignores
    faults: tuple[Fault, ...]


def _read(root: Path, config: Config, run: Run) -> _Read:
    source = run.app or root
    tree = scan_tree(root)
    layout = recognise_layout(tree)
    owners = read_owners(tree, layout)
    named = patterns_of_names((*config.keep, *config.remove), tree, layout, owners)
    lists = read_ignore_files(
        source,
        keep=(*config.keep, *(item for line in config.keep for item in named.get(line, ()))),
        remove=(*config.remove, *(item for line in config.remove for item in named.get(line, ()))),
        slugignore_applied=run.slugignore_applied,
    )
    outside = app_modules_elsewhere(run.app, root) if run.app else ()
    ignored = frozenset(
        entry.path
        for entry in tree.files()
        if layout.scope(entry.path)[0] == "app" and lists.slugignore.excludes(entry.path)
    )
    own = read_app(tree, layout, owners, ignored, outside)
    settings = {
        f"SLUGFIT_{name}": [line for line in lines if line not in named]
        for name, lines in (("KEEP", config.keep), ("REMOVE", config.remove))
    }
    faults = (
        *procfile_faults(source),
        *list_faults(source, settings, tree, layout, owners),
        *_faults(tree, owners),
    )
    return _Read(source, tree, layout, owners, own, outside, lists, faults)


def _planned(read: _Read, decisions: tuple[Decision, ...]) -> Plan:
    return Plan(read.tree, read.layout, read.owners, read.app, decisions, read.faults)


def _facts(read: _Read, config: Config, run: Run, tails: Mapping[str, Tail]) -> PlanFacts:
    return PlanFacts(
        tree=read.tree,
        layout=read.layout,
        owners=read.owners.by_path,
        config=config,
        tree_is_cached=run.tree_is_cached,
        ignores=read.lists,
        unmet=unmet_conditions(
            read.app.compiler_use,
            read.owners,
            run.config_vars.names,
            read_procfile(read.source),
        ),
        cuts=tails,
        vendored=read.owners.vendored,
    )


def _starting(read: _Read, config: Config, decisions: tuple[Decision, ...]) -> frozenset[str]:
    """What the start of what stays loads of the standard library, if that has a say in the rest."""
    if config.bytecode != "strip" or read.layout.shape != "slug":
        return frozenset()
    root = read.tree.root
    staying = (item.path for item in decisions if item.action != "remove")
    present = (*importable_modules(staying, read.layout), *read.outside)
    roots = start_roots(read.app, read.owners, read_procfile(read.source))
    return loaded_at_start(root, read.layout, present, roots)


def _faults(tree: Tree, owners: Owners) -> Iterator[Fault]:
    """What could not be read."""
    yield from (Fault("unreadable", folder) for folder in tree.unreadable)
    for dist in owners.distributions:
        name = f"{dist.name} {dist.version}"
        yield from (Fault("metadata", name, text=fault) for fault in dist.faults[:3])


def _tails(tree: Tree, whole: Tree) -> Mapping[str, Tail]:
    """What can be cut off ELF files: shared libraries and programs, by name or by mode.

    ``tree`` is a part of the ``whole``.

    A library with a checksum file beside it (FIPS modules) would no longer accept itself.
    """
    tails = {}
    paths = {entry.path for entry in whole.entries}
    for entry in tree.files():
        if paths.intersection({f"{entry.path}.chk", f"{entry.path}.hmac"}):
            continue
        if ".so" in entry.path.rpartition("/")[2] or entry.mode & 0o111:
            tail = removable_tail(tree.root / entry.path)
            if tail is not None:
                tails[entry.path] = tail
    return tails
