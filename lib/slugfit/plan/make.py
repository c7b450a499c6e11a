"""What one tree is, and what is to happen to each of its files: scan, own, refer, plan."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from slugfit.elf.tail import Tail, removable_tail
from slugfit.plan.claims import claims_of, guarded_candidates
from slugfit.plan.decide import decide_files
from slugfit.plan.decision import Decision, Plan
from slugfit.plan.facts import PlanFacts
from slugfit.refer.references import Staying, find_references
from slugfit.refer.start import loaded_at_start, start_roots
from slugfit.scan.app import App, app_modules_elsewhere, read_app
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
    from collections.abc import Iterator, Mapping

    from slugfit.settings.config import Config


def make_plan(root: Path, config: Config, run: Run | None = None) -> Plan:
    """Read the tree and decide; changes nothing."""
    # The verification's child runs in another folder.
    run = run or Run()
    read = _read(Path(os.path.abspath(root)), config, run)
    if config.level == "measure":
        facts = _facts(read, config, run, {})
        return _planned(read, decide_files(facts, {}, {}))
    tails = {} if "symbols" in config.rules_off else _tails(read.tree)
    facts = _facts(read, config, run, tails)
    claims = claims_of(facts)
    proposed = decide_files(facts, claims, {})
    candidates = tuple(guarded_candidates(claims, proposed))
    paths = tuple(decision.path for decision in proposed if decision.action != "remove")
    staying = Staying(paths, read.outside)
    held = find_references(read.tree.root, read.layout, read.owners, candidates, staying)
    decisions = decide_files(facts, claims, held)
    starting = _starting(read, config, decisions)
    if starting:
        decisions = decide_files(replace(facts, starting=starting), claims, held)
    return _planned(read, decisions)


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
        unmet=unmet_conditions(read.app.compiler_use, read.owners, run.config_vars.names),
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


def _tails(tree: Tree) -> Mapping[str, Tail]:
    """What can be cut off the ELF files; shared libraries and programs, by name or by mode.

    A library with a checksum file beside it (FIPS modules) would no longer accept itself.
    """
    tails = {}
    paths = {entry.path for entry in tree.entries}
    for entry in tree.files():
        if paths.intersection({f"{entry.path}.chk", f"{entry.path}.hmac"}):
            continue
        if ".so" in entry.path.rpartition("/")[2] or entry.mode & 0o111:
            tail = removable_tail(tree.root / entry.path)
            if tail is not None:
                tails[entry.path] = tail
    return tails
