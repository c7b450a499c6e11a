"""What one kept module or link refers to."""

from __future__ import annotations

import itertools
import os
import posixpath
from dataclasses import replace
from typing import TYPE_CHECKING

from slugfit.base.paths import path_inside
from slugfit.refer.candidates import STUB_READER, is_named_file
from slugfit.refer.closure import stands_inside
from slugfit.refer.reference import Reference
from slugfit.scan.libraries import library_facts
from slugfit.scan.module_names import Module, import_targets, name_and_parents, named_module
from slugfit.scan.test_code import is_for_testing, is_test_code

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from slugfit.refer.closure import Closure
    from slugfit.scan.module_facts import ModuleFacts


_BUILD_SCRIPTS = frozenset(("setup.py", "setup_package.py", "conftest.py"))
"""Files of packages that list sources and tests, and are never run once they are installed."""
_MOST_PIECES = 4
"""Of a path that is joined in code."""


def follow_link(closure: Closure, root: Path, path: str) -> None:
    """Keep what a kept link of the tree leads to: a file, or a folder that a rule named.

    A link to a folder above says nothing about what is in it: lib64 leads to all of lib.
    """
    place = root / path
    if not place.is_symlink():
        return
    target = path_inside(posixpath.dirname(path), os.readlink(place))
    if target is not None:
        reference = Reference("link", path)
        closure.keep([target], reference)
        # Not Path.is_dir: it raises where this user may not look, or the name is too long.
        if os.path.isdir(place):
            candidates = closure.targets.by_path.values()
            named = (item for item in candidates if f"{target}/".startswith(f"{item.claimed}/"))
            below = (item.path for item in named if item.path.startswith(f"{target}/"))
            closure.keep(below, reference)


def follow_module(
    closure: Closure, module: Module, facts: ModuleFacts, words: Collection[str] = ("",)
) -> None:
    """Keep what a kept module imports, names, or reads beside itself.

    Only what has one of ``words`` in it is looked at; the empty word is in everything.
    """
    runs_tests = is_test_code(facts) or is_for_testing(module.name)
    facts = _with_words(facts, words)
    # Sorted, for the first reason is the one that is told: the same in every run.
    for statement in sorted(facts.imports, key=lambda item: (item.module, item.level, item.names)):
        base = module.base if statement.level else None
        for name in import_targets(statement, module.parent):
            closure.keep_module(name, Reference("imports", module.path, name), base)
    if module.path in closure.scripts or posixpath.basename(module.path) in _BUILD_SCRIPTS:
        return
    for literal in sorted(facts.literals):
        _follow_literal(closure, module, literal)
        if "." in literal and not runs_tests:
            _follow_package(closure, module, literal)
    _follow_paths(closure, module, facts)
    if STUB_READER in facts.names:
        stub = module.path + "i"
        closure.keep([stub], Reference("stub", module.path))


def _with_words(facts: ModuleFacts, words: Collection[str]) -> ModuleFacts:
    """What a module says that has one of ``words`` in it; all names."""
    imported = [text for item in facts.imports for text in (item.module, *item.names)]
    said = "\n".join((*facts.literals, *imported, *itertools.chain(*facts.joined)))
    # Most modules have one or two of many words.
    there = [word for word in words if word in said]

    def has_word(text: str) -> bool:
        return any(word in text for word in there)

    return replace(
        facts,
        imports=frozenset(
            item for item in facts.imports if any(map(has_word, (item.module, *item.names)))
        ),
        literals=frozenset(filter(has_word, facts.literals)),
        joined=frozenset(texts for texts in facts.joined if any(map(has_word, texts))),
    )


def follow_library(closure: Closure, root: Path, module: Module) -> None:
    """Names in a compiled module: absolute, or relative, as Cython keeps the level in code.

    Only those of its own distribution: such code does not reach into the tests of others.
    """
    tokens = closure.targets.library_tokens.get(closure.owners.get(module.path, ""), ())
    if not tokens:
        return
    for literal in sorted(library_facts(root / module.path, tokens).literals):
        for name in (
            named_module(literal, module.parent),
            named_module(f".{literal}", module.parent),
        ):
            if name is not None:
                closure.keep_module(name, Reference("names", module.path, literal))


def _follow_paths(closure: Closure, module: Module, facts: ModuleFacts) -> None:
    """Folders beside the module: "tests/data", or joined piece by piece, then files too."""
    # A kept module of a folder that a rule names can know its place by a name of its own.
    inside = "__file__" in facts.names and stands_inside(module.path, closure.targets.folders)
    for literal in sorted(facts.literals):
        if "/" in literal or inside:
            _follow_path(closure, module, literal)
    for texts in sorted(facts.joined):
        for start in range(len(texts)):
            # The longest that leads to something: ("..", "tests", "data") is not all of the tests.
            for end in range(min(start + _MOST_PIECES, len(texts)), start, -1):
                pieces = texts[start:end]
                if _can_be_joined(pieces) and _follow_path(closure, module, "/".join(pieces)):
                    break


def _can_be_joined(pieces: tuple[str, ...]) -> bool:
    """Whether code joins these: what climbs by itself ("../../test") does not come after a name.

    It is a path from somewhere else then, and the name only stands in the same function.
    """
    return not any(
        piece.startswith("../") and before.strip("./")
        for before, piece in itertools.pairwise(pieces)
    )


def _follow_path(closure: Closure, module: Module, literal: str) -> bool:
    """Keep what a path from the module's folder leads to; whether it leads to a candidate."""
    here = posixpath.dirname(module.path)
    path = path_inside(here, literal.strip("/"))
    if not path or f"{here}/".startswith(f"{path}/"):
        return False
    reference = Reference("names", module.path, literal)
    owner = closure.owners.get(module.path, "")
    if path in closure.targets.by_path:
        if closure.owners.get(path, "") == owner:
            closure.keep([path], reference)
        return True
    return closure.keep_folder(path, reference)


def _follow_package(closure: Closure, module: Module, literal: str) -> None:
    """The name of a package means all that is in it: plug-ins are found by listing it.

    Not for what runs tests: their package is what it names.
    """
    name = named_module(literal, module.parent)
    if name is not None and ":" not in literal:
        base = module.base if literal.startswith(".") else None
        for folder in closure.targets.packages_called(name, base):
            closure.keep_folder(folder, Reference("names", module.path, literal))


def _follow_literal(closure: Closure, module: Module, literal: str) -> None:
    reference = Reference("names", module.path, literal)
    name = named_module(literal, module.parent)
    if name is not None:
        base = module.base if literal.startswith(".") else None
        closure.keep_namespace(name, reference, claimed=True)
        # "pkg.tests.module.Class" names a module by a prefix of itself.
        for part in name_and_parents(name):
            if "." in part:
                closure.keep_module(part, reference, base)
        if name == literal and "." not in name:
            closure.keep_own_module(name, reference)
        if module.package and name == literal and "." not in literal:
            closure.keep_module(f"{module.name}.{literal}", reference, module.base)
    if "." in literal or "/" in literal:
        owner = closure.owners.get(module.path, "")
        beside = closure.targets.by_path.get(
            path_inside(posixpath.dirname(module.path), literal.lstrip("/")) or ""
        )
        if beside and (not is_named_file(beside) or closure.owners.get(beside.path, "") == owner):
            closure.keep([beside.path], reference)
        key = (owner, posixpath.basename(literal))
        closure.keep(closure.targets.by_basename.get(key, ()), reference)
