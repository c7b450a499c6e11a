"""Translations of installed packages into languages that nobody named: SLUGFIT_LOCALES.

Two kinds, by where they are and what is in them: gettext's catalogues, LOCALE/LC_MESSAGES/NAME.mo
and .po (https://www.gnu.org/software/gettext/manual/html_node/MO-Files.html), and Babel's locale
data. What can be asked for a language as a module is left alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slugfit.catalog.languages import (
    CATALOGUE_READERS,
    LENIENT_READERS,
    LOCALE_CHOSEN_BY_APP,
    LOCALE_LISTERS,
    language_of,
)
from slugfit.refer.reference import Reference
from slugfit.scan.bytecode import read_if_readable
from slugfit.scan.owners import APP, PYTHON
from slugfit.unused.named_languages import CATALOGUE, named_languages

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from slugfit.scan.module_names import Module
    from slugfit.unused.search import Search
    from slugfit.unused.tree_code import TreeCode

BABEL = "babel"
_LOCALE_DATA = re.compile(r"babel/locale-data/([^/]+)\.dat")
_MAGIC = (b"\xde\x12\x04\x95", b"\x95\x04\x12\xde")


@dataclass(frozen=True, slots=True)
class Translations:
    """Translations of installed packages."""

    others: Mapping[str, str]
    """By path, into a language that nobody named; each with itself."""
    kept: Mapping[str, Reference]
    """By path, the others, with why each stays."""
    named: tuple[str, ...]
    """The languages of the latter that the app names, sorted."""


NO_TRANSLATIONS = Translations({}, {}, ())


def find_translations(
    code: TreeCode, search: Search, own: Iterable[Module], gone: Collection[str]
) -> Translations:
    """All of them; ``own`` are the app's modules, and ``gone`` files that go anyway."""
    found = [item for item in _translations(code) if item[0] not in gone]
    if not found:
        return NO_TRANSLATIONS
    own = tuple(own)
    named = named_languages(code, search, own)
    held = dict(_held(code, search, own))
    others: dict[str, str] = {}
    kept: dict[str, Reference] = {}
    for path, language, owner in found:
        reference = named.get(language) or held.get((_kind(code, path), owner))
        if reference is not None:
            kept[path] = reference
        elif _is_translation(code, path):
            others[path] = path
    there = {language for _, language, _ in found}
    return Translations(others, kept, tuple(sorted(named.keys() & there)))


def _translations(code: TreeCode) -> Iterator[tuple[str, str, str]]:
    """The path, the language and the distribution of each."""
    names = {dist.name for dist in code.owners.distributions}
    for path in code.paths:
        owner = code.owners.by_path.get(path, "")
        language = _language(code, path) if owner in names else ""
        if language:
            yield path, language, owner


def _language(code: TreeCode, path: str) -> str:
    if not path.endswith((".mo", ".po", ".dat")):
        return ""
    scope, inner = code.layout.scope(path)
    found = _LOCALE_DATA.fullmatch(inner) or CATALOGUE.fullmatch(inner)
    return language_of(found[1]) if found and scope == "site" else ""


def _kind(code: TreeCode, path: str) -> str:
    """What reads the file: "" for gettext."""
    return BABEL if _LOCALE_DATA.fullmatch(code.layout.scope(path)[1]) else ""


def _is_translation(code: TreeCode, path: str) -> bool:
    content = read_if_readable(code.tree.root / path)
    if path.endswith(".mo"):
        return content.startswith(_MAGIC)
    return b'msgid "' in content if path.endswith(".po") else b"locale_id" in content[:64]


def _held(
    code: TreeCode, search: Search, own: Iterable[Module]
) -> Iterator[tuple[tuple[str, str], Reference]]:
    """The (kind, distribution) that stays, for something may ask for any of its translations."""
    readers = set().union(*map(search.owners_importing, CATALOGUE_READERS))
    readers -= {PYTHON, *LENIENT_READERS}
    for dist in code.owners.distributions:
        if dist.name in LENIENT_READERS:
            continue
        modules = (search.index.by_path.get(path) for path in dist.files)
        tops = {module.name.partition(".")[0] for module in modules if module is not None}
        using = {dist.name}.union(*map(search.owners_importing, tops))
        for reader in sorted(using & readers)[:1]:
            yield ("", dist.name), Reference("reads translations", _shown(reader))
    asking = search.owners_importing(BABEL) - {BABEL, APP, *LOCALE_CHOSEN_BY_APP}
    lists = any(
        not LOCALE_LISTERS.isdisjoint(code.modules.facts_of(module.path).names) for module in own
    )
    for reader in [*sorted(asking), *([APP] if lists else [])][:1]:
        yield (BABEL, BABEL), Reference("reads translations", _shown(reader))


def _shown(owner: str) -> str:
    return "The app" if owner == APP else owner
