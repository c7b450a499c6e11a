"""Knowledge has a source: each entry of the tables says where it is from."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

import rooms
from slugfit.catalog.bytecode_formats import BYTECODE_FORMATS
from slugfit.catalog.compilers import COMPILERS
from slugfit.catalog.limits import LIMITS
from slugfit.catalog.overrides import OVERRIDES, SCRIPTS
from slugfit.catalog.rules import RULES, SLUGFITIGNORE, SLUGIGNORE
from slugfit.catalog.swaps import SWAPS
from slugfit.catalog.torch_wheels import LOCK_FILES
from slugfit.catalog.variables import VARIABLES

if TYPE_CHECKING:
    from pathlib import Path

ENTRIES = (
    *(*RULES, SLUGIGNORE, SLUGFITIGNORE, *OVERRIDES, *SCRIPTS, *COMPILERS),
    *(*LIMITS, *SWAPS, *VARIABLES, *LOCK_FILES, *BYTECODE_FORMATS),
)
CATALOG = sorted((rooms.ENGINE / "catalog").glob("[!_]*.py"))


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: type(entry).__name__)
def test_every_entry_has_a_source(entry: object) -> None:
    source = str(getattr(entry, "url", None) or getattr(entry, "source", ""))
    assert source.startswith("measured: ") or re.search(r"https://[\w./?=+#-]+$", source)


@pytest.mark.parametrize("file", CATALOG, ids=lambda file: file.stem)
def test_every_table_names_sources(file: Path) -> None:
    assert "https://" in file.read_text("utf-8")
