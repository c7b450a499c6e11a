"""What a plan is made from: the tree, read once, and what the rules depend on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slugfit.catalog.compilers import COMPILER_TOOLS
from slugfit.elf.tail import Tail, removable_tail
from slugfit.plan.facts import PlanFacts
from slugfit.scan.app import App, app_modules, read_app
from slugfit.scan.conditions import COMPILES_BY_SETTING, unmet_conditions
from slugfit.scan.copies import find_copies
from slugfit.scan.faults import Fault
from slugfit.scan.ignore_files import Ignores, read_ignore_files
from slugfit.scan.layout import Layout, recognise_layout
from slugfit.scan.list_faults import list_faults
from slugfit.scan.loose_code import (
    LooseCode,
    code_of_commands,
    code_of_path_files,
    code_of_scripts,
)
from slugfit.scan.named_files import patterns_of_names
from slugfit.scan.notebooks import code_of_notebooks, reads_notebooks
from slugfit.scan.outside import app_outside, code_outside, modules_outside
from slugfit.scan.owners import Owners, read_owners
from slugfit.scan.path_files import read_path_files
from slugfit.scan.procfile import procfile_faults, read_procfile
from slugfit.scan.tree import Tree, scan_tree

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from slugfit.scan.module_names import Module
    from slugfit.settings.config import Config
    from slugfit.settings.current_run import Run


@dataclass(frozen=True, slots=True)
class ReadTree:
    """What a plan is made from.

    ``outside`` are modules of an app that is not part of the tree, ``elsewhere`` is all of that
    app, ``loose`` what is in no module.
    """

    source: Path
    tree: Tree
    layout: Layout
    owners: Owners
    app: App
    outside: tuple[Module, ...]
    loose: tuple[LooseCode, ...]
    lists: Ignores
    faults: tuple[Fault, ...]
    ignored: frozenset[str]
    """The app's files that .slugignore names."""
    elsewhere: Tree | None = None


def read_for_plan(root: Path, config: Config, run: Run) -> ReadTree:
    """Read the tree at ``root``; raises UsageError for lists that cannot be read."""
    source = run.app or root
    tree = scan_tree(root)
    layout = recognise_layout(tree)
    path_files = read_path_files(tree, layout)
    layout = layout.with_entries(path_files.entries)
    owners = read_owners(tree, layout)
    named = patterns_of_names((*config.keep, *config.remove), tree, layout, owners)
    lists = read_ignore_files(
        source,
        keep=(*config.keep, *(item for line in config.keep for item in named.get(line, ()))),
        remove=(*config.remove, *(item for line in config.remove for item in named.get(line, ()))),
        slugignore_applied=run.slugignore_applied,
    )
    elsewhere = app_outside(run.app, root) if run.app else None
    outside = modules_outside(elsewhere) if elsewhere else ()
    ignored = frozenset(
        entry.path
        for entry in tree.files()
        if layout.scope(entry.path)[0] == "app" and lists.slugignore.excludes(entry.path)
    )
    notebooks = reads_notebooks(tree, layout)
    loose = (
        *code_of_path_files(path_files),
        *code_of_scripts(tree, layout, ignored),
        *(code_of_notebooks(tree, layout, ignored) if notebooks else ()),
        *(code_outside(elsewhere, notebooks=notebooks) if elsewhere else ()),
        *code_of_commands(read_procfile(source)),
    )
    modules = (*app_modules(tree, layout, ignored), *outside)
    own = read_app(tree, layout, owners, modules, loose)
    settings = {
        f"SLUGFIT_{name}": [line for line in lines if line not in named]
        for name, lines in (("KEEP", config.keep), ("REMOVE", config.remove))
    }
    faults = (
        *procfile_faults(source),
        *list_faults(source, settings, tree, layout, owners),
        *_faults(tree, owners),
        *(() if config.compiles or own.compiler_use else _compilers(owners)),
    )
    return ReadTree(
        source, tree, layout, owners, own, outside, loose, lists, faults, ignored, elsewhere
    )


def facts_for_plan(
    read: ReadTree, config: Config, run: Run, tails: Mapping[str, Tail]
) -> PlanFacts:
    """What the decisions depend on, before anything is known of evidence and references."""
    return PlanFacts(
        tree=read.tree,
        layout=read.layout,
        owners=read.owners.by_path,
        config=config,
        tree_is_cached=run.tree_is_cached,
        ignores=read.lists,
        unmet=unmet_conditions(
            COMPILES_BY_SETTING if config.compiles else read.app.compiler_use,
            read.owners,
            run.config_vars.names,
            read_procfile(read.source),
        ),
        cuts=tails,
        vendored=read.owners.vendored,
        copies=find_copies(read.tree, read.owners.by_path) if _links(read, config, run) else (),
    )


def _links(read: ReadTree, config: Config, run: Run) -> bool:
    """Whether copies may become hard links.

    What unpacks archives at its start has a slug that is a tar archive, which keeps them. No
    installer may write to the tree: it could write to all the names of a file at once.
    """
    return (
        config.level != "measure"
        and "duplicates" not in config.rules_off
        and read.layout.shape == "slug"
        and config.limit.unpacks
        and not run.tree_is_cached
    )


def _faults(tree: Tree, owners: Owners) -> Iterator[Fault]:
    """What could not be read."""
    yield from (Fault("unreadable", folder) for folder in tree.unreadable)
    for dist in owners.distributions:
        name = f"{dist.name} {dist.version}"
        yield from (Fault("metadata", name, text=fault) for fault in dist.faults[:3])


def _compilers(owners: Owners) -> Iterator[Fault]:
    """Compilers that are installed, in an app of which nothing shows that it uses them."""
    for dist in owners.distributions:
        if dist.name in COMPILER_TOOLS:
            yield Fault("compiler", f"{dist.name} {dist.version}")


def removable_tails(tree: Tree, whole: Tree) -> Mapping[str, Tail]:
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
