"""The rooms of the engine: their order as data, the imports between them, and their picture.

tests/test_architecture.py holds the code to ROOMS, and CONTRIBUTING.md to the picture:

    python tools/rooms.py    prints it
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ENGINE = Path(__file__).resolve().parent.parent / "lib/slugfit"

ROOMS = {
    "base": "errors, paths, atomic writes, locks, hashes, patterns, TOML, URLs, words",
    "catalog": "knowledge as data: rules, overrides, limits, swaps, variables",
    "models": "model files: fetched at build or at boot",
    "elf": "ELF headers, and the tail that no loader reads",
    "scan": "tree, layout, distributions, modules, the app, its lists",
    "settings": "what the user set, and the facts of this run",
    "refer": "the closure over references; what the app's start loads",
    "evidence": "what a file is, by what is in it: test code, stubs, sources",
    "unused": "what the app never reaches, by a closure from the app",
    "plan": "Decision and friends; decide (pure); make",
    "measure": "the tar stream, its deflated size, by distribution and rule",
    "verify": "the child, its probe, checks, smoke, bisection",
    "apply": "change, transaction, journal, RECORD, store",
    "packing": "large packages as zstd archives, and what unpacks them",
    "proof": "what is known of a change that is tried, and what came back",
    "rebuild": "what one build leaves for the next: its plan, its sizes, its proof",
    "fit": "the least drastic actions that bring a slug under its limit",
    "prove": "apply, verify, put back, until it holds",
    "pipeline": "the line itself: scan to report in one screen",
    "report": "one Report; text, JSON, why, advice, the last build",
    "page": "report.html: a map of the slug, and a table beside it",
    "forecast": "a slug's size before it is built: wheels' directories, locks, targets",
    "doctor": "checks of an app's repository before it is deployed",
    "deploy": "what ends up in an app: hook, vendored file, variables",
    "wrapping": "around the standard buildpack's run",
    "local": "build a slug on this machine, boot it",
    "review": "a change for a pull request: two revisions, and the comment",
    "commands": "the commands: options beside what they do",
    "cli": "parse, print, catch, exit",
    "__main__": "start, with a Python that is new enough",
}
"""From the lowest to the highest: a room imports only rooms that stand before it."""

EVERYWHERE = "slugfit"
"""The package itself, which holds the version alone; each room may import it."""


@dataclass(frozen=True)
class Import:
    """One import of the engine by itself: dotted names of the two modules, and the line."""

    importer: str
    imported: str
    line: int


def room_of(module: str) -> str:
    """The room that a dotted module name belongs to: ``slugfit.scan.tree`` is in ``scan``."""
    return module.split(".")[1] if "." in module else EVERYWHERE


def modules(engine: Path = ENGINE) -> Mapping[str, Path]:
    """Every module of the engine by its dotted name."""
    found = {}
    for file in sorted(engine.rglob("*.py")):
        parts = file.relative_to(engine.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return found


def imports(known: Mapping[str, Path]) -> Iterator[Import]:
    """Every import of one of ``known`` by another: at any depth, and for types only as well."""
    for name, file in known.items():
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            for target in _targets(node):
                # "from package import module" and "from module import name" look alike.
                found = target if target in known else target.rpartition(".")[0]
                if found in known and found != name:
                    yield Import(name, found, getattr(node, "lineno", 0))


def _targets(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        yield from (f"{node.module}.{alias.name}" for alias in node.names)


def upward(found: Import) -> bool:
    """Whether an import leads from a room to one that stands after it."""
    order = [EVERYWHERE, *ROOMS]
    return order.index(room_of(found.imported)) > order.index(room_of(found.importer))


def circle(found: list[Import]) -> list[str]:
    """The modules of one circle of imports, in order; [] if there is none."""
    graph: dict[str, set[str]] = {}
    for item in found:
        graph.setdefault(item.importer, set()).add(item.imported)
    done: set[str] = set()
    for start in sorted(graph):
        path = _circle_from(start, graph, done, [])
        if path:
            return path
    return []


def _circle_from(
    name: str, graph: Mapping[str, set[str]], done: set[str], path: list[str]
) -> list[str]:
    if name in path:
        return [*path[path.index(name) :], name]
    if name not in done:
        for other in sorted(graph.get(name, ())):
            found = _circle_from(other, graph, done, [*path, name])
            if found:
                return found
        done.add(name)
    return []


def picture() -> str:
    """The rooms from the highest to the lowest, with their modules, as text of 80 columns."""
    known = modules()
    lines = []
    for room, text in reversed(ROOMS.items()):
        lines.append(f"{room:<10} {text}")
        inside = sorted(name.split(".")[2] for name in known if name.startswith(f"slugfit.{room}."))
        line = " " * 10
        for name in inside:
            if len(line) + len(name) + 1 > 80:
                lines.append(line)
                line = " " * 10
            line += f" {name}"
        lines += [line] if line.strip() else []
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(picture(), end="")
