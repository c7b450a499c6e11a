"""Where the search begins: the app's code and settings, what its processes run, what starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slugfit.catalog.servers import SERVERS
from slugfit.refer.reference import Reference
from slugfit.scan.app import app_modules
from slugfit.scan.app_words import app_words, words_of_text
from slugfit.scan.bytecode import read_if_readable
from slugfit.scan.module_names import named_module
from slugfit.scan.outside import words_outside
from slugfit.scan.owners import APP
from slugfit.scan.procfile import PROCFILE
from slugfit.unused.computed import computed_imports, may_compute, reads_objects
from slugfit.unused.follow import follow_facts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from slugfit.scan.distributions import Distribution
    from slugfit.scan.module_facts import ModuleFacts
    from slugfit.scan.module_names import Module
    from slugfit.unused.search import Search
    from slugfit.unused.tree_code import TreeCode

_BUILD_SCRIPTS = frozenset(("setup.py", "noxfile.py", "fabfile.py", "tasks.py"))
"""Files at the root of an app that name what it is developed with."""
_PATH_FILES = {"distutils-precedence.pth": "_distutils_hack"}
"""Path files that only matter to who imports a certain module, each with the package that it loads
at every start: see LOADED_FOR."""


def reach_roots(search: Search, code: TreeCode) -> None:
    """Reach what the app says, and what runs without being asked."""
    for path, words in _words(code):
        reach_words(search, words, Reference("names", path))
    for name, words in code.settings.items():
        reach_words(search, words, Reference("setting", name))
    started = (search.index.by_path[path] for path in code.started if path in search.index.by_path)
    for module in started:
        if module.name.partition(".")[0] not in _PATH_FILES.values():
            search.reach([module], Reference("loads", module.path))
    _reach_path_files(search, code)
    _reach_kept(search, code)
    _reach_app(search, code)
    if not code.commands:
        _reach_servers(search, code)


def reach_words(search: Search, words: Iterable[str], told: Reference) -> None:
    """What words of settings or commands mean: modules, programs, groups of entry points."""
    for word in sorted(words):
        reference = Reference(told.kind, told.by, word)
        name = named_module(word.replace("-", "_"), "")
        if name is not None and name.partition(".")[0] in search.index.tops:
            search.reach_package(name, reference)
        if word in search.programs or word in search.groups:
            search.said.setdefault(word, told.by)
        if word in search.services:
            search.asked[word].add(APP)


def _words(code: TreeCode) -> Iterator[tuple[str, frozenset[str]]]:
    yield from app_words(code.tree, code.layout, code.ignored)
    yield from words_outside(code.elsewhere)
    for command in code.commands.values():
        yield PROCFILE, words_of_text(command)


def _reach_app(search: Search, code: TreeCode) -> None:
    """The app's own modules, scripts and commands, and all that their strings name."""
    own = (*app_modules(code.tree, code.layout, code.ignored), *code.outside)
    computing = ""
    strings: list[tuple[Module, ModuleFacts]] = []
    for module in own:
        if module.path in _BUILD_SCRIPTS:
            continue
        search.reached.setdefault(module.path, Reference("names", PROCFILE))
        facts = code.modules.facts_of(module.path)
        follow_facts(search, module, facts)
        strings.append((module, facts))
        search.said |= dict.fromkeys(search.programs & facts.literals, module.path)
        source = read_if_readable(code.tree.root / module.path)
        if reads_objects(facts) or computed_imports(facts, source, module.parent):
            computing = computing or module.path
    for loose in code.loose:
        if loose.is_own:
            follow_facts(search, loose.module, loose.facts)
            strings.append((loose.module, loose.facts))
            if reads_objects(loose.facts) or may_compute(loose.facts):
                computing = computing or loose.module.path
    _reach_strings(search, strings)
    if computing:
        _reach_requested(search, code, computing)


def _reach_strings(search: Search, told: Sequence[tuple[Module, ModuleFacts]]) -> None:
    """All of the packages that the app names and does not import.

    With Django also of those that it imports: there a name brings in what lies in the package under
    names that are agreed on (https://docs.djangoproject.com/en/stable/ref/applications/).
    """
    imported = {item.module.partition(".")[0] for _, facts in told for item in facts.imports}
    for module, facts in told:
        for literal in sorted(facts.literals):
            name = named_module(literal, module.parent)
            top = (name or "").partition(".")[0]
            if name and top in search.index.tops and (top not in imported or "django" in imported):
                search.reach_package(name, Reference("names", module.path, literal))


def _reach_path_files(search: Search, code: TreeCode) -> None:
    """Distributions with a file that each start of Python runs, and what such files import."""
    for dist in code.owners.distributions:
        for path in sorted(dist.files):
            name = path.rpartition("/")[2]
            if path.endswith((".pth", ".start")) and name not in _PATH_FILES:
                reach_distribution(search, dist, Reference("path file", path))
    by_path = code.owners.by_path
    for loose in code.loose:
        path = loose.module.path
        if path.endswith((".pth", ".start")) and path.rpartition("/")[2] not in _PATH_FILES:
            follow_facts(search, loose.module, loose.facts)
    for entry in code.layout.entries:
        for module in search.index.by_path.values():
            if module.path.startswith(f"{entry.folder}/") and by_path.get(module.path) is not None:
                search.reach([module], Reference("path file", entry.by))


def _reach_kept(search: Search, code: TreeCode) -> None:
    for module in search.index.by_path.values():
        if code.keep.excludes(module.path) is not None:
            search.reach([module], Reference("setting", "SLUGFIT_KEEP"))


def _reach_servers(search: Search, code: TreeCode) -> None:
    """Where nothing tells the commands: servers, and what was asked for and has programs."""
    for dist in code.owners.distributions:
        programs = [point for point in dist.entry_points if point.group == "console_scripts"]
        serves = not SERVERS.isdisjoint(point.name for point in programs)
        if serves or (programs and dist.requested):
            reach_distribution(search, dist, Reference("unknown process", dist.name))


def _reach_requested(search: Search, code: TreeCode, by: str) -> None:
    """What the app asks for by name, where it imports what only its data name."""
    for dist in code.owners.distributions:
        if dist.requested:
            reach_distribution(search, dist, Reference("asked for", by, dist.name))


def reach_distribution(search: Search, dist: Distribution, reference: Reference) -> None:
    """All modules of one distribution."""
    own = (path for path in dist.files if path in search.index.by_path)
    search.reach((search.index.by_path[path] for path in sorted(own)), reference)
