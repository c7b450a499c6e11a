"""Modules that import by a name which is only known when they run."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slugfit.evidence.listing import may_list
from slugfit.scan.module_facts import PATH_READERS
from slugfit.scan.syntax import nodes_of_source

if TYPE_CHECKING:
    from slugfit.scan.module_facts import ModuleFacts

_BY_NAME = frozenset(("import_module", "__import__", "import_string", "import_object"))
"""Functions that import what their first argument says.

https://docs.python.org/3/library/importlib.html#importlib.import_module, and what frameworks call
theirs: https://docs.djangoproject.com/en/stable/ref/utils/#module-django.utils.module_loading,
https://www.tornadoweb.org/en/stable/util.html#tornado.util.import_object.
"""
_ANYTHING = frozenset(
    (*("iter_modules", "walk_packages", "run_module", "resolve_name", "find_loader"),)
)
"""Functions that find modules by listing, or by any name.

https://docs.python.org/3/library/pkgutil.html, https://docs.python.org/3/library/runpy.html,
https://docs.python.org/3/library/importlib.html.
"""
_BY_FILE = frozenset(("spec_from_file_location", "load_module", "exec_module", "run_path"))
"""Functions that load a module from a file, or as a loader that was made for one.

What they are given is a file of the package only if the module knows where that lies.
"""
_OWN_PLACES = PATH_READERS | {"__spec__", "__loader__", "getfile", "getsourcefile"}
_READERS = frozenset(("pickle", "cPickle", "_pickle", "dill", "cloudpickle", "joblib", "shelve"))
"""What reads objects back by the names of their modules.

https://docs.python.org/3/library/pickle.html#what-can-be-pickled-and-unpickled
"""
_OWN = frozenset(("__name__", "__package__"))
"""What a module calls itself, or the package that it stands in."""


@dataclass(frozen=True, slots=True)
class Computed:
    """What a module can import by names that none of its own strings is."""

    packages: frozenset[str] = frozenset()
    """All that these packages hold."""
    by_parts: bool = False
    """Whatever has a name that is put together from strings of its distribution."""

    def __bool__(self) -> bool:
        return bool(self.packages) or self.by_parts


def may_compute(facts: ModuleFacts) -> bool:
    """Whether ``computed_imports`` has to look at the source to tell."""
    return not (_ANYTHING | _BY_NAME | _BY_FILE).isdisjoint(facts.names)


def computed_imports(facts: ModuleFacts, source: bytes, parent: str) -> Computed:
    """What a module that stands in the package ``parent`` imports by computed names.

    What finds names by listing folders can import all of the package at the top.
    """
    top = parent.partition(".")[0]
    by_file = not _BY_FILE.isdisjoint(facts.names) and not _OWN_PLACES.isdisjoint(facts.names)
    if by_file or not _ANYTHING.isdisjoint(facts.names):
        return Computed(frozenset((top,)))
    if _BY_NAME.isdisjoint(facts.names):
        return Computed()
    nodes = nodes_of_source(source)
    if nodes is None:
        return Computed(frozenset((top,)))
    calls = [node for node in nodes if isinstance(node, ast.Call) and _is_by_name(node.func)]
    called = {id(call.func) for call in calls}
    packages = {_package(call, parent) for call in calls} - {None}
    # A function that is passed on can be called with anything.
    unknown = "" in packages or any(_is_by_name(node) and id(node) not in called for node in nodes)
    if unknown and may_list(facts):
        packages.add(top)
    return Computed(frozenset(name for name in packages if name), unknown)


def reads_objects(facts: ModuleFacts) -> bool:
    """Whether a module reads pickled objects, or may."""
    tops = {item.module.partition(".")[0] for item in facts.imports}
    return not _READERS.isdisjoint(tops)


def _is_by_name(node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr in _BY_NAME
    return isinstance(node, ast.Name) and node.id in _BY_NAME


def _package(call: ast.Call, parent: str) -> str | None:
    """The package that a call imports from; None if a string says all, "" if nothing tells."""
    first = call.args[0] if call.args else None
    if isinstance(first, ast.Constant) and isinstance(first.value, str):
        return None
    start = _start(first, parent)
    if start.startswith("."):
        others = [*call.args[1:], *(keyword.value for keyword in call.keywords)]
        own = any(isinstance(item, ast.Name) and item.id in _OWN for item in others)
        return parent if own and not start.startswith("..") else ""
    return start.rpartition(".")[0]


def _start(node: ast.expr | None, parent: str) -> str:
    """What a text that is put together begins with, as far as the code tells."""
    while isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Mod)):
        node = node.left
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        node = node.func.value if node.func.attr == "format" else None
    if isinstance(node, ast.JoinedStr):
        node = node.values[0] if node.values else None
    if isinstance(node, ast.FormattedValue):
        node = node.value
    if isinstance(node, ast.Name) and node.id in _OWN:
        return f"{parent}."
    told = node.value if isinstance(node, ast.Constant) else ""
    return re.split("[%{]", told)[0] if isinstance(told, str) else ""
