"""Usage: python3.N -I -S -B compare_imports.py ENGINE'S_FOLDER

Reads every module of the standard library of the Python that runs this, without its own tests, in
each way that the engine has, and by ``ast``. Prints what was compared, as JSON.
"""

from __future__ import annotations

import ast
import importlib.util
import json
import marshal
import os
import sys
import sysconfig
import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    Imported = set[tuple[str, int, tuple[str, ...]]]

WITHOUT = frozenset(
    ("test", "tests", "idlelib", "idle_test", "site-packages", "dist-packages", "__pycache__")
)
HEADER = importlib.util.MAGIC_NUMBER + bytes(12)


def sources(library: str) -> Iterator[str]:
    for folder, folders, files in os.walk(library):
        folders[:] = sorted(set(folders) - WITHOUT)
        paths = (os.path.join(folder, name) for name in sorted(files) if name.endswith(".py"))
        yield from filter(os.path.isfile, paths)


def by_ast(tree: ast.Module) -> dict[str, Imported]:
    """What the import statements say: ``all``, those that are ``compiled``, those ``at start``.

    The last are neither in functions nor lazy.
    """
    found: dict[str, Imported] = {"all": set(), "compiled": set(), "at start": set()}
    waiting: list[tuple[ast.AST, tuple[str, ...]]] = [(tree, tuple(found))]
    while waiting:
        node, kinds = waiting.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) or _is_lazy(node):
            kinds = tuple(kind for kind in kinds if kind != "at start")
        for kind in kinds:
            found[kind].update(_imports(node))
        dead = _dead(node)
        waiting += [(item, kinds) for item in _statements(node) if item not in dead]
        waiting += [(item, ("all",)) for item in dead if "all" in kinds]
    return found


def _statements(node: ast.AST) -> Iterator[ast.AST]:
    """What stands in the blocks of a statement; no expression has an import in it."""
    for block in ("body", "orelse", "finalbody", "handlers", "cases"):
        yield from getattr(node, block, ())


def _imports(node: ast.AST) -> Iterator[tuple[str, int, tuple[str, ...]]]:
    if isinstance(node, ast.Import):
        yield from ((alias.name, 0, ()) for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        yield node.module or "", node.level, tuple(alias.name for alias in node.names)
    elif isinstance(node, ast.Assign) and _lists_lazy_modules(node):
        yield from ((name, 0, ()) for name in ast.literal_eval(node.value))


def _is_lazy(node: ast.AST) -> bool:
    return bool(getattr(node, "is_lazy", 0)) or _lists_lazy_modules(node)


def _lists_lazy_modules(node: ast.AST) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else []
    return "__lazy_modules__" in map(ast.unparse, targets)


def _dead(node: ast.AST) -> list[ast.stmt]:
    """The side of ``if False`` and its like that no compiler keeps."""
    if isinstance(node, ast.If) and isinstance(node.test, ast.Constant):
        return node.orelse if node.test.value else node.body
    return []


def main() -> None:
    sys.path.insert(0, sys.argv[1])
    from slugfit.scan import imports, module_facts, syntax  # noqa: PLC0415 - its folder is an argument

    warnings.simplefilter("ignore")
    known = imports.FORMAT is not None
    counted = {"modules": 0, "imports": 0}
    differences: list[str] = []

    def compare(kind: str, found: frozenset[imports.Import], expected: Imported) -> None:
        plain = {(item.module, item.level, item.names) for item in found}
        if plain != expected:
            differences.append(f"{source}, {kind}: {sorted(plain ^ expected)}")

    for source in sources(sysconfig.get_path("stdlib")):
        with open(source, "rb") as opened:
            text = opened.read()
        try:
            tree = ast.parse(text)
        except SyntaxError:
            continue
        expected = by_ast(tree)
        counted["modules"] += 1
        counted["imports"] += len(expected["all"])
        if known:
            code = HEADER + marshal.dumps(compile(text, source, "exec", dont_inherit=True))
            found = module_facts.facts_of_module(code, b"").imports
            compare("bytecode", found, expected["compiled"])
            compare("at start", module_facts.imports_at_start(code, b""), expected["at start"])
        # Where bytecode is read this is not, and as slow as all the rest.
        if not known or counted["modules"] % 4 == 0:
            scopes = syntax.scopes_of_source(text) or []
            found = frozenset(item for scope in scopes for item in scope.imports)
            compare("syntax", found, expected["all"])
    answer = {
        "magic": int.from_bytes(importlib.util.MAGIC_NUMBER[:2], "little"),
        "known": known,
        **counted,
        "differences": differences,
    }
    print(json.dumps(answer))  # noqa: T201 - for the test


main()
