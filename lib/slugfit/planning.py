"""What one tree is, and what is to happen to each of its files: scan, own, refer, plan."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from slugfit import app as apps
from slugfit import dists, elf, ignores, plan, procfile, references, start
from slugfit import layout as layouts
from slugfit import tree as trees
from slugfit.names import modules as importable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from slugfit.app import App
    from slugfit.config import Config
    from slugfit.dists import Owners
    from slugfit.elf import Tail
    from slugfit.layout import Layout
    from slugfit.names import Module
    from slugfit.plan import Decision, Ignores
    from slugfit.tree import Tree


@dataclass(frozen=True, slots=True)
class Planned:
    """A tree that has been read, and what is to happen to each of its files."""

    tree: Tree
    layout: Layout
    owners: Owners
    app: App
    decisions: tuple[Decision, ...]
    faults: tuple[str, ...]


def make_plan(root: Path, config: Config) -> Planned:
    """Read the tree and decide; changes nothing."""
    # The verification's child runs in another folder.
    read = _read(Path(os.path.abspath(root)), config)
    if config.level == "measure":
        facts = _facts(read, config, {})
        return _planned(read, plan.decide(facts, {}, {}))
    tails = {} if "symbols" in config.rules_off else _tails(read.tree)
    facts = _facts(read, config, tails)
    found = plan.claims(facts)
    proposed = plan.decide(facts, found, {})
    candidates = tuple(plan.candidates(found, proposed))
    paths = tuple(decision.path for decision in proposed if decision.action != "remove")
    staying = references.Staying(paths, read.outside)
    held = references.find(read.tree.root, read.layout, read.owners, candidates, staying)
    decisions = plan.decide(facts, found, held)
    starting = _starting(read, config, decisions)
    if starting:
        decisions = plan.decide(replace(facts, starting=starting), found, held)
    return _planned(read, decisions)


@dataclass(frozen=True, slots=True)
class _Read:
    """What a plan is made from; ``outside`` are modules of an app that is no part of the tree."""

    tree: Tree
    layout: Layout
    owners: Owners
    app: App
    outside: tuple[Module, ...]
    lists: Ignores
    faults: tuple[str, ...]


def _read(root: Path, config: Config) -> _Read:
    tree = trees.scan(root)
    layout = layouts.recognise(root)
    owners = dists.read(tree, layout)
    lists = ignores.read(config.app_dir or root, config)
    faults = (*ignores.faults(config.app_dir or root), *_faults(tree, owners))
    outside = apps.elsewhere(config.app_dir, root) if config.app_dir else ()
    ignored = frozenset(
        entry.path
        for entry in tree.files()
        if layout.scope(entry.path)[0] == "app" and lists.slugignore.excludes(entry.path)
    )
    own = apps.read(tree, layout, owners, ignored, outside)
    return _Read(tree, layout, owners, own, outside, lists, faults)


def _planned(read: _Read, decisions: tuple[Decision, ...]) -> Planned:
    return Planned(read.tree, read.layout, read.owners, read.app, decisions, read.faults)


def _facts(read: _Read, config: Config, tails: Mapping[str, Tail]) -> plan.Facts:
    return plan.Facts(
        tree=read.tree,
        layout=read.layout,
        owners=read.owners.by_path,
        config=config,
        ignores=read.lists,
        unmet=apps.unmet_conditions(read.app, read.owners, config.variables),
        cuts=tails,
        vendored=read.owners.vendored,
    )


def _starting(read: _Read, config: Config, decisions: tuple[Decision, ...]) -> frozenset[str]:
    """What the start of what stays loads of the standard library, if that has a say in the rest."""
    if config.bytecode != "strip" or read.layout.shape != "slug":
        return frozenset()
    root = read.tree.root
    staying = (item.path for item in decisions if item.action != "remove")
    present = (*importable(staying, read.layout), *read.outside)
    roots = start.roots(read.app, read.owners, procfile.read(config.app_dir or root))
    return start.loaded(root, read.layout, present, roots)


def _faults(tree: Tree, owners: Owners) -> Iterator[str]:
    """What could not be read, in words."""
    yield from (f"{folder}/ cannot be read; left alone" for folder in tree.unreadable)
    for dist in owners.distributions:
        yield from (f"{dist.name} {dist.version}: {fault}" for fault in dist.faults[:3])


def _tails(tree: Tree) -> Mapping[str, Tail]:
    """What can be cut off the ELF files; shared libraries and programs, by name or by mode.

    A library with a checksum file beside it (FIPS modules) would no longer accept itself.
    """
    found = {}
    paths = {entry.path for entry in tree.entries}
    for entry in tree.files():
        if paths.intersection({f"{entry.path}.chk", f"{entry.path}.hmac"}):
            continue
        if ".so" in entry.path.rpartition("/")[2] or entry.mode & 0o111:
            tail = elf.removable_tail(tree.root / entry.path)
            if tail is not None:
                found[entry.path] = tail
    return found
