"""What kind of evidence each rule rests on, in a few words: for the table of rules and for why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slugfit.catalog.rules import (
    SERVICES,
    SLUGFITIGNORE,
    SLUGIGNORE,
    TRANSLATIONS,
    UNUSED,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_SOURCE = "its source beside it"
_LISTED = "the app names it"

EVIDENCE: Mapping[str, str] = {
    "optimised-bytecode": "only -O reads it",
    "tests": "test code inside",
    "docs": "no code reads it",
    "interpreter-parts": "no dyno runs it",
    "bytecode": _SOURCE,
    "interpreter-bytecode": _SOURCE,
    "installer-bytecode": _SOURCE,
    "manuals": "only people read it",
    "notebooks": "no Jupyter here",
    "version-control": "nothing reads it",
    "windows-programs": "a known launcher",
    "stubs": "its module beside it",
    "sources": "compiled already",
    "static-libraries": "linked already",
    "build-files": "built already",
    "interpreter-headers": "nothing compiles",
    "duplicates": "the same bytes",
    "symbols": "no loader reads it",
    UNUSED.name: "never reached",
    SERVICES.name: "nothing asks for it",
    TRANSLATIONS.name: "another language",
    SLUGIGNORE.name: _LISTED,
    SLUGFITIGNORE.name: _LISTED,
}
"""By rule: what shows that its files are inert. At most 20 characters, for the table."""
