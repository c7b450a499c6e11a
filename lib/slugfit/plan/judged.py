"""What is known when evidence and references were looked for, as one value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slugfit.plan.facts import PlanFacts
    from slugfit.refer.reference import Reference
    from slugfit.scan.module_reader import ModuleReader


@dataclass(frozen=True, slots=True)
class Judged:
    """The facts of a tree, and what came of them."""

    facts: PlanFacts
    """The facts with what lacks evidence."""
    held: Mapping[str, Reference]
    """What has to stay, with what refers to it."""
    modules: ModuleReader
    """What has read the modules."""
