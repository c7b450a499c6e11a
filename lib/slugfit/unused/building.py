"""What counts only where something builds extension modules or installs: setuptools, pip, wheel.

Parts of NumPy, cffi and others build extension modules, and import setuptools for it, which runs
pip. They lie beside what every program uses. Where nothing asks for such a part, it is not what
needs setuptools; nor are tests, or one installer that starts another.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from slugfit.catalog.compilers import BUILD_CALLS, BUILD_IMPORTS, BUILD_PARTS
from slugfit.scan.module_names import name_and_parents
from slugfit.scan.syntax import last_name, nodes_of_source
from slugfit.scan.test_code import is_for_testing
from slugfit.unused.relations import AT_RUN_TIME, INSTALLERS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from slugfit.catalog.compilers import BuildCall
    from slugfit.refer.reference import Reference
    from slugfit.scan.module_facts import ModuleFacts
    from slugfit.scan.module_names import Module

TEST_PARTS = frozenset(("test", "tests", "conftest"))
"""Parts of the names of modules that hold tests."""
_WHOLE = frozenset(("asked for", "unknown process", "placed", "links", "computes"))
"""Kinds of references that mean a distribution, or any of its modules, and none in particular."""


def is_build_part(name: str) -> bool:
    """Whether a module builds extension modules, by its dotted name."""
    return any(part in BUILD_PARTS for part in name_and_parents(name))


def is_test_part(name: str) -> bool:
    """Whether a module holds tests, helps them, or is a package's setup.py, by its dotted name."""
    in_tests = not TEST_PARTS.isdisjoint(name.split("."))
    return in_tests or is_for_testing(name) or name.endswith(".setup")


def counts_for_builds_alone(
    module: Module, reference: Reference, by: Module | None, owner: str, referring: str
) -> bool:
    """Whether a reference to ``module`` of ``owner`` matters only where something builds.

    ``by`` is the module that refers to it, None if none does, ``referring`` who owns what does.
    """
    if is_build_part(module.name):
        own = by is not None and referring == owner and reference.kind != "loads"
        return own or reference.kind in _WHOLE or referring in INSTALLERS
    if owner not in INSTALLERS or owner == referring:
        return False
    # Three letters in a library need not be a name.
    return referring in INSTALLERS or (by is not None and (by.compiled or is_test_part(by.name)))


def tells_of_builds(module: Module, reference: Reference, owner: str, referring: str) -> bool:
    """Whether such a reference, where it counts, tells that something builds or installs."""
    if reference.kind in ("loads", "needs"):
        return False
    installs = owner in INSTALLERS and module.name.partition(".")[0] not in AT_RUN_TIME
    return is_build_part(module.name) or (installs and referring != owner)


def builds(
    imports: Collection[str],
    calls: Collection[str],
    owner: str,
    owners_of: Callable[[str], set[str]],
) -> bool:
    """Whether code of ``owner`` builds extension modules with what others have for it.

    ``imports`` are the modules that it imports, and what it takes from them, ``calls`` its
    ``build_calls``; ``owners_of`` tells the owners of what is at the top, none of what is not
    there.
    """
    tops = {name.partition(".")[0] for name in imports}
    named = {name.partition(".")[0] for name in imports if _is_build_import(name)}
    found = map(owners_of, named.union(tops.intersection(calls)))
    return any(owners and owner not in owners for owners in found)


def build_calls(facts: ModuleFacts, source: Callable[[], bytes]) -> frozenset[str]:
    """The packages whose parts for builds a module uses if it imports them: see BUILD_CALLS."""
    return frozenset(
        package
        for package, call in BUILD_CALLS.items()
        if not facts.names.isdisjoint(call.names) and (not call.maker or _calls(source(), call))
    )


def _is_build_import(name: str) -> bool:
    return any(part in BUILD_IMPORTS for part in name_and_parents(name))


def _calls(source: bytes, call: BuildCall) -> bool:
    """Whether code has one of these attributes of what the maker makes, if it is valid here."""
    nodes = nodes_of_source(source)
    return nodes is None or any(
        isinstance(node, ast.Attribute)
        and node.attr in call.names
        and _is_made(node.value, nodes, call.maker)
        for node in nodes
    )


def _is_made(value: ast.expr, nodes: Iterable[ast.AST], maker: str) -> bool:
    """Whether a value is what ``maker`` makes: by its own name, or by what it is assigned to."""
    if isinstance(value, ast.Call):
        return last_name(value.func) == maker
    made = {
        last_name(target)
        for node in nodes
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)
        if last_name(node.value.func) == maker
        for target in node.targets
    }
    return last_name(value) in made or maker.lower() in last_name(value).lower()
