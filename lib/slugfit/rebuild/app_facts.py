"""What of an app's source a plan can depend on.

An app is edited in each build, and what its dependencies lose hardly ever depends on that. A text
or a name matters if one of its words is in the tree: in a path, a distribution's name, an entry
point. What the engine knows by name is told as what it makes of it: signs, computed imports.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slugfit.catalog.languages import LOCALE_LISTERS, with_other_codes
from slugfit.catalog.service_data import SERVICE_DATA
from slugfit.evidence.listing import may_list
from slugfit.evidence.signs import Signs, signs_in
from slugfit.plan.unreached import words_of_settings
from slugfit.refer.candidates import STUB_READER
from slugfit.scan.app import app_modules
from slugfit.scan.app_words import app_words
from slugfit.scan.bytecode import read_if_readable, read_module
from slugfit.scan.module_facts import facts_of_module
from slugfit.scan.outside import words_outside
from slugfit.unused.building import build_calls
from slugfit.unused.computed import computed_imports, reads_objects
from slugfit.unused.fallbacks import fallback_imports
from slugfit.unused.named_languages import own_locales
from slugfit.unused.services import computes_service
from slugfit.unused.starting import may_start, starts_programs

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from slugfit.plan.reading import ReadTree
    from slugfit.scan.module_facts import ModuleFacts
    from slugfit.scan.module_names import Module
    from slugfit.settings.current_run import Run

_WORD = re.compile(r"[^\W_]+")
_OPEN = frozenset("*?[]{}%")
"""Marks of a text that stands for other texts."""


@dataclass(frozen=True, slots=True)
class AppModule:
    """What one module, or other code, of the app says that can matter to others."""

    path: str
    imports: tuple[str, ...]
    """Its import statements."""
    literals: tuple[str, ...]
    """Its strings with a word of the tree in them."""
    names: tuple[str, ...]
    """The names that it uses, with such a word."""
    joined: tuple[tuple[str, ...], ...]
    signs: tuple[str, ...]
    """What the engine makes of the rest."""
    source: str
    """The SHA-256 of all of it where it may list folders, else ""."""


def app_facts(read: ReadTree, run: Run) -> tuple[object, ...]:
    """All of it, in an order that is always the same; the values of config vars by their words."""
    words = words_of_tree(read)
    own = (*app_modules(read.tree, read.layout, read.ignored), *read.outside)
    modules = tuple(_module(read, module, words) for module in sorted(own, key=_path))
    loose = tuple(_code(item.module, item.facts, b"", words) for item in read.loose if item.is_own)
    said_by = (
        *app_words(read.tree, read.layout, read.ignored),
        *words_outside(read.elsewhere),
    )
    texts = tuple((path, _relevant(said, words)) for path, said in said_by)
    variables = tuple(
        (name, _relevant(said, words)) for name, said in sorted(words_of_settings(run).items())
    )
    app = read.app
    told = (app.imports, app.compiler_use, app.strings, app.settings, app.elsewhere)
    locales = sorted({locale for _, locale in own_locales(read.owners.by_path, read.layout)})
    return (modules, loose, texts, variables, told, locales)


def words_of_tree(read: ReadTree) -> frozenset[str]:
    """Every word in the paths and metadata of what is not the app's own, without case."""
    scope = read.layout.scope
    texts = [entry.path for entry in read.tree.entries if scope(entry.path)[0] != "app"]
    for dist in read.owners.distributions:
        texts += (dist.name, *dist.requires)
        for point in dist.entry_points:
            texts += (point.group, point.name, point.module)
    return with_other_codes(_WORD.findall("\n".join(texts).casefold()))


def _path(module: Module) -> str:
    return module.path


def _module(read: ReadTree, module: Module, words: Collection[str]) -> AppModule:
    code, source = read_module(read.tree.root / module.path)
    source = source or read_if_readable(read.tree.root / module.path)
    return _code(module, facts_of_module(code, source), source, words)


def _code(module: Module, facts: ModuleFacts, source: bytes, words: Collection[str]) -> AppModule:
    return AppModule(
        module.path,
        tuple(sorted(map(repr, facts.imports))),
        _relevant(facts.literals, words),
        _relevant(facts.names, words),
        tuple(sorted(facts.joined)),
        tuple(_signs(module, facts, source)),
        hashlib.sha256(source).hexdigest() if may_list(facts) else "",
    )


def _signs(module: Module, facts: ModuleFacts, source: bytes) -> Iterator[str]:
    yield from _in_order(signs_in(facts))
    computed = computed_imports(facts, source, module.parent)
    yield repr((sorted(computed.packages), computed.by_parts, reads_objects(facts)))
    yield repr(STUB_READER in facts.names)
    yield repr("__file__" in facts.names)
    yield repr(may_start(facts) and starts_programs(source))
    yield repr(sorted(build_calls(facts, lambda: source)))
    yield repr(sorted(fallback_imports(source, bool)))
    yield repr(LOCALE_LISTERS.isdisjoint(facts.names))
    for data in SERVICE_DATA:
        listed = data.listers.union(data.aliases) & (facts.names | facts.literals)
        yield repr((sorted(listed), computes_service(source, data)))


def _in_order(signs: Signs) -> Iterator[str]:
    """Each sign as a text; what is in a set is sorted, as sets have no order that stays."""
    for name in Signs.__slots__:
        value = getattr(signs, name)
        yield repr(sorted(value) if isinstance(value, frozenset) else value)


def _relevant(texts: Iterable[str], words: Collection[str]) -> tuple[str, ...]:
    """Those with a word of the tree in them, sorted, and those that may stand for one."""
    return tuple(sorted(text for text in texts if _can_matter(text, words)))


def _can_matter(text: str, words: Collection[str]) -> bool:
    own = _WORD.findall(text.casefold())
    return not own or not _OPEN.isdisjoint(text) or any(word in words for word in own)
