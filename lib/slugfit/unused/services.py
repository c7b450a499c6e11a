"""Descriptions of services that the app never asks for, by name or by a computed one."""

from __future__ import annotations

import ast
import posixpath
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slugfit.catalog.service_data import SERVICE_DATA, ServiceData
from slugfit.scan.bytecode import read_if_readable
from slugfit.scan.owners import APP

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from slugfit.scan.module_names import Module
    from slugfit.unused.search import Search
    from slugfit.unused.tree_code import TreeCode

_KEYWORDS = ("service_name", "serviceName")
"""What the first argument of a factory is called."""


@dataclass(frozen=True, slots=True)
class Services:
    """The services that one package describes."""

    data: ServiceData
    files: Mapping[str, tuple[str, ...]]
    """The files of each, by its name."""


def described_services(code: TreeCode) -> tuple[Services, ...]:
    """What the packages of SERVICE_DATA describe in this tree."""
    return tuple(found for data in SERVICE_DATA if (found := _described(code, data)).files)


def names_of_services(services: Iterable[Services]) -> frozenset[str]:
    """Every word that can mean one of them, and the functions that list them."""
    return frozenset(
        name for item in services for name in (*item.files, *item.data.aliases, *item.data.listers)
    )


def unused_services(
    code: TreeCode, search: Search, services: Iterable[Services], own: Iterable[Module]
) -> Iterator[tuple[str, str]]:
    """The files of services that nothing names, each with the folder that all of them are in.

    None of a package if the app computes the name of a service, or something lists them.
    """
    own = tuple(own)
    for item in services:
        data = item.data
        # Who asks for a service gets at it through one of these.
        askers = {APP}.union(*map(search.owners_importing, data.users))
        askers -= {data.distribution, *data.users}
        said = {word for word, owners in search.asked.items() if not askers.isdisjoint(owners)}
        if not data.listers.isdisjoint(said) or _computes(code, data, own):
            continue
        named = {data.aliases.get(word, word) for word in said} | data.always
        for name, paths in item.files.items():
            if name not in named:
                for path in paths:
                    yield path, path[: path.index(data.folder) + len(data.folder)]


def _described(code: TreeCode, data: ServiceData) -> Services:
    files: dict[str, list[str]] = {}
    for site in code.layout.site_packages:
        lead = posixpath.join(site, data.folder) + "/"
        for path in code.paths:
            if path.startswith(lead) and code.owners.by_path.get(path) == data.distribution:
                name = _service(path[len(lead) :])
                if name:
                    files.setdefault(name, []).append(path)
    return Services(data, {name: tuple(paths) for name, paths in files.items()})


def _service(inner: str) -> str:
    """Of ``ec2/2016-11-15/service-2.json.gz`` and ``drive.v3.json``; "" for what is for all."""
    first, slash, _ = inner.partition("/")
    if slash:
        return first
    name, *rest = first.split(".")
    return name if len(rest) > 1 else ""


def _computes(code: TreeCode, data: ServiceData, own: Iterable[Module]) -> bool:
    """Whether the app asks for a service whose name is no literal."""
    sources = [read_if_readable(code.tree.root / module.path) for module in own]
    if not any(_uses(_tree(source), data) for source in sources):
        return False
    return any(computes_service(source, data) for source in sources)


def computes_service(source: bytes, data: ServiceData) -> bool:
    """Whether a call in a module of the app asks for a service of ``data`` by no literal."""
    return any(_is_computed(node, data) for node in ast.walk(_tree(source)))


def _tree(source: bytes) -> ast.AST:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module([], [])


def _uses(tree: ast.AST, data: ServiceData) -> bool:
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module or ""]
        if any(name.partition(".")[0] in data.users for name in names):
            return True
    return False


def _is_computed(node: ast.AST, data: ServiceData) -> bool:
    if not isinstance(node, ast.Call):
        return False
    called = node.func
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    # ``**`` can hold it, if nothing else does.
    named = [item.value for item in node.keywords if item.arg in (*_KEYWORDS, None)]
    given = node.args[:1] or named
    return name in data.factories and any(not isinstance(item, ast.Constant) for item in given)
