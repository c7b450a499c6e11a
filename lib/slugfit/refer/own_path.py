"""The folders that packages put on Python's path themselves, and the names that modules get there.

``sys.path.insert(0, os.path.join(os.path.dirname(__file__), "_vendor"))`` makes ``foo.tests`` of
``pkg/_vendor/foo/tests`` for whatever is imported afterwards, in the same distribution as a rule.
"""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from typing import TYPE_CHECKING

from slugfit.base.paths import path_inside
from slugfit.scan.layout import PathEntry
from slugfit.scan.module_names import Module, modules_of_entries
from slugfit.scan.test_code import is_test_code

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from slugfit.scan.module_facts import ModuleFacts
    from slugfit.scan.module_reader import ModuleReader

    OwnNames = Mapping[tuple[str, str], tuple[Module, ...]]

_ADDS = (
    # https://docs.python.org/3/library/sys.html#sys.path
    re.compile(
        rb"sys\s*\.\s*path\s*(?:\.\s*(?:insert|append|extend)\b|\[[^\]]*\]\s*=(?!=)|\+=|=(?!=))"
    ),
    re.compile(rb"from\s+sys\s+import\b[^\n]*\bpath\b"),
    # https://docs.python.org/3/library/site.html#site.addsitedir
    re.compile(rb"addsitedir\b"),
)
"""Each begins with a word, by which it is found ten times as fast."""
_ADDING = frozenset(("path", "addsitedir"))
"""Names, of which code that adds to the path uses one."""


def own_names(
    reader: ModuleReader,
    candidates: Collection[str],
    kept: Iterable[Module],
    owners: Mapping[str, str],
) -> OwnNames:
    """The candidates that are modules by such a name, by the distribution and the name."""
    proposed: dict[str, list[str]] = defaultdict(list)
    for path in candidates:
        if path.endswith((".py", ".so", ".pyc")):
            proposed[owners.get(path, "")].append(path)
    found: dict[tuple[str, str], dict[Module, None]] = defaultdict(dict)
    for module in kept:
        owner = owners.get(module.path, "")
        if owner in proposed and not module.compiled:
            for entry in _added(reader, module, proposed[owner]):
                for item in modules_of_entries(proposed[owner], (entry,)):
                    found[owner, item.name][item] = None
    return {key: tuple(modules) for key, modules in found.items()}


def _added(reader: ModuleReader, module: Module, proposed: Iterable[str]) -> Iterator[PathEntry]:
    """The folders with one of ``proposed`` in them that a module may put on the path."""
    facts = reader.facts_of(module.path)
    if _ADDING.isdisjoint(facts.names) or is_test_code(facts):
        return
    if not _adds(reader.root / module.path, facts):
        return
    folders = {above for path in proposed for above in _above(path)}
    for place in dict.fromkeys(_places(module, facts)):
        if place in folders:
            yield PathEntry(place, "", module.path)


def _adds(file: Path, facts: ModuleFacts) -> bool:
    """Whether a module adds to the path; without a source whether it may."""
    if file.suffix != ".py":
        return "sys" in facts.names or "addsitedir" in facts.names
    try:
        source = file.read_bytes()
    except OSError:
        return False
    return any(form.search(source) for form in _ADDS)


def _places(module: Module, facts: ModuleFacts) -> Iterator[str]:
    """Its folder and those above it in its package, and what its strings lead to from there."""
    names = [*sorted(facts.literals)]
    for texts in sorted(facts.joined):
        names += ["/".join(texts[at : at + count]) for at in range(len(texts)) for count in (2, 3)]
    here = posixpath.dirname(module.path)
    while here and f"{here}/" != module.base and f"{here}/".startswith(module.base):
        yield here
        yield from filter(None, (path_inside(here, name.strip("/")) for name in names))
        here = posixpath.dirname(here)


def _above(path: str) -> Iterator[str]:
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path
