"""Which modules start programs."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from slugfit.scan.syntax import last_name, nodes_of_source

if TYPE_CHECKING:
    from slugfit.scan.module_facts import ModuleFacts

_STARTERS = frozenset(
    (
        *("Popen", "run", "call", "check_call", "check_output", "getoutput", "system", "which"),
        *("execv", "execve", "execvp", "execvpe", "spawnv", "spawnvp", "posix_spawn"),
        *("create_subprocess_exec", "create_subprocess_shell"),
    )
)
"""Names in code that starts programs: https://docs.python.org/3/library/subprocess.html."""
_ATTRIBUTES = frozenset(("system",))
"""Those that are common names of attributes: https://docs.python.org/3/library/platform.html."""


def may_start(facts: ModuleFacts) -> bool:
    """Whether ``starts_programs`` has to look at the source to tell."""
    return not _STARTERS.isdisjoint(facts.names)


def starts_programs(source: bytes) -> bool:
    """Whether a module uses what starts programs; so it does where its source is not valid here.

    ``platform.uname().system`` does not.
    """
    nodes = nodes_of_source(source)
    if nodes is None:
        return True
    called = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
    return any(
        _name(node) in _STARTERS
        and (_name(node) not in _ATTRIBUTES or id(node) in called or _is_of_a_name(node))
        for node in nodes
    )


def _name(node: ast.AST) -> str:
    if isinstance(node, ast.alias):
        return node.name
    return last_name(node)


def _is_of_a_name(node: ast.AST) -> bool:
    """Whether it stands by itself, or is ``os.system`` as a value that is handed on."""
    if not isinstance(node, ast.Attribute):
        return True
    return isinstance(node.value, ast.Name) and node.value.id in ("os", "posix")
