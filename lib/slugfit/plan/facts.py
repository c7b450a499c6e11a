"""All that a plan depends on, as one value."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slugfit.catalog.rules import Condition
    from slugfit.elf.tail import Tail
    from slugfit.evidence.lack import Lack
    from slugfit.scan.conditions import Unmet
    from slugfit.scan.ignore_files import Ignores
    from slugfit.scan.layout import Layout
    from slugfit.scan.tree import Entry, Tree
    from slugfit.settings.config import Config


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """All that a plan depends on. ``unmet`` says for a rule's condition why it does not hold.

    ``vendored`` are files that a RECORD which nobody rewrites names, ``starting`` the
    bytecode that each start of the app loads.
    """

    tree: Tree
    layout: Layout
    owners: Mapping[str, str]
    config: Config
    ignores: Ignores
    unmet: Mapping[Condition, Unmet]
    cuts: Mapping[str, Tail]
    vendored: frozenset[str] = frozenset()
    tree_is_cached: bool = False
    starting: frozenset[str] = frozenset()
    unused: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """What the app never reaches, by (path, rule), with the folder or file that it belongs to."""
    lacking: Mapping[tuple[str, str], Lack] = field(default_factory=dict)
    """Why there is no evidence that a file is inert, by (rule, path)."""
    copies: tuple[tuple[Entry, ...], ...] = ()
    """Libraries that are the same, byte for byte."""
