"""What modules show of themselves that evidence is built on: a little of all that they say.

All that they say takes a hundred times the memory, and reading them anew for each question most of
a plan's time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from slugfit.catalog.test_code import DOCUMENTS
from slugfit.evidence.compiling import compiles, header_names, offers_headers
from slugfit.evidence.listing import may_list
from slugfit.scan.test_code import is_test_code

if TYPE_CHECKING:
    from slugfit.scan.module_facts import ModuleFacts

STUB, STUB_ONLY = ".pyi", "-stubs"
"""Suffixes of a stub and of a distribution that is nothing but stubs.

https://peps.python.org/pep-0561/#stub-only-packages
"""
INSTALLER = "ensurepip"
_MAKERS = frozenset(("venv", INSTALLER))


@dataclass(frozen=True, slots=True)
class Signs:
    """What one module shows."""

    tests: bool = False
    """Whether it is test code."""
    lists: bool = False
    """Whether it may list a folder of its own package."""
    compiles: bool = False
    """Whether it builds extensions or starts a compiler."""
    offers: frozenset[str] = frozenset()
    """Its functions that tell others where its headers are."""
    asks: frozenset[str] = frozenset()
    """The names of such functions that it uses."""
    imports: frozenset[str] = frozenset()
    """The top-level modules that it imports, if it asks for headers."""
    endings: frozenset[str] = frozenset()
    """Its strings that can be a suffix, or a pattern, of files."""
    stubs: frozenset[str] = frozenset()
    """Which of STUB and STUB_ONLY are strings of it."""
    makes: Literal["", "venv", "venv with pip"] = ""
    """Whether it makes virtual environments, and whether for sure with an installer in them."""


NO_SIGNS = Signs()


def signs_in(facts: ModuleFacts) -> Signs:
    """The signs in what a module says."""
    asks = header_names(facts.names)
    tops = (item.module.partition(".")[0] for item in facts.imports) if asks else ()
    return Signs(
        is_test_code(facts),
        may_list(facts),
        compiles(facts),
        offers_headers(facts),
        asks,
        frozenset(tops),
        frozenset(filter(_can_be_ending, facts.literals)),
        facts.literals & {STUB, STUB_ONLY},
        _makes(facts),
    )


def _can_be_ending(literal: str) -> bool:
    return literal[0] == "." or "*" in literal or literal.lower() in DOCUMENTS


def _makes(facts: ModuleFacts) -> Literal["", "venv", "venv with pip"]:
    """Whether a module imports ``venv``, or starts it by ``-m``."""
    imported = {item.module.partition(".")[0] for item in facts.imports}
    started = "-m" in facts.literals and _MAKERS & facts.literals
    if started or INSTALLER in imported:
        return "venv with pip"
    if "venv" in imported:
        return "venv with pip" if "with_pip" in facts.literals else "venv"
    return ""
