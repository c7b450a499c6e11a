"""The languages that an app names: in its code, its settings, and its own catalogues."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slugfit.catalog.languages import (
    LANGUAGE_SETTINGS,
    LENIENT_READERS,
    SOURCE_LANGUAGE,
    language_of,
)
from slugfit.refer.reference import Reference, ReferenceKind
from slugfit.scan.app_words import app_words, words_of_text
from slugfit.scan.outside import words_outside
from slugfit.scan.owners import APP, PYTHON
from slugfit.scan.procfile import PROCFILE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from slugfit.scan.layout import Layout
    from slugfit.scan.module_names import Module
    from slugfit.unused.search import Search
    from slugfit.unused.tree_code import TreeCode

CATALOGUE = re.compile(r"(?:.*/)?([^/]+)/LC_MESSAGES/[^/]+\.(?:mo|po)")
"""https://www.gnu.org/software/gettext/manual/html_node/Locating-Catalogs.html"""
_PARTED = re.compile(r"[,;:|/\s]+")


def named_languages(
    code: TreeCode, search: Search, own: Iterable[Module]
) -> Mapping[str, Reference]:
    """The languages that the settings and the app name, each with the first place that does."""
    named = {SOURCE_LANGUAGE: Reference("fallback", SOURCE_LANGUAGE)}
    for locale in code.locales:
        named[language_of(locale)] = Reference("setting", "SLUGFIT_LOCALES", locale)
    for kind, by, texts in _texts(code, search, own):
        for text in sorted(texts):
            for part in _PARTED.split(text):
                language = language_of(part)
                if language:
                    named.setdefault(language, Reference(kind, by, part))
    return named


def _texts(
    code: TreeCode, search: Search, own: Iterable[Module]
) -> Iterator[tuple[ReferenceKind, str, Collection[str]]]:
    for path, locale in own_locales(code.paths, code.layout):
        yield "names", path, (locale,)
    for path, texts in _in_code(code, search, own):
        yield "names", path, texts
    own_words = app_words(code.tree, code.layout, code.ignored)
    for path, words in (*own_words, *words_outside(code.elsewhere)):
        yield "names", path, words
    for command in code.commands.values():
        yield "names", PROCFILE, words_of_text(command)
    for name, words in code.settings.items():
        yield "setting", name, words


def _in_code(
    code: TreeCode, search: Search, own: Iterable[Module]
) -> Iterator[tuple[str, Collection[str]]]:
    for module in own:
        yield module.path, code.modules.facts_of(module.path).literals
    for loose in code.loose:
        if loose.is_own:
            yield loose.module.path, loose.facts.literals
    for path in search.reached:
        # The app, or its settings, may be installed themselves.
        if code.owners.by_path.get(path, APP) not in (APP, PYTHON, *LENIENT_READERS):
            facts = code.modules.facts_of(path)
            if not LANGUAGE_SETTINGS.isdisjoint(facts.names):
                yield path, facts.literals


def own_locales(paths: Iterable[str], layout: Layout) -> Iterator[tuple[str, str]]:
    """The catalogues of the app itself, each with its locale."""
    for path in paths:
        found = CATALOGUE.fullmatch(path) if path.endswith((".mo", ".po")) else None
        if found and layout.scope(path)[0] == "app":
            yield path, found[1]
