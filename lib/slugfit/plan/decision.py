"""Decision and friends: what happens to each file, as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from slugfit.refer.shipped import NewBytecode
from slugfit.unused.translations import NO_TRANSLATIONS, Translations

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slugfit.catalog.rules import Rule
    from slugfit.elf.tail import Tail
    from slugfit.plan.reasons import Reason
    from slugfit.refer.reference import Reference
    from slugfit.refer.start import Start
    from slugfit.scan.app import App
    from slugfit.scan.faults import Fault
    from slugfit.scan.layout import Layout
    from slugfit.scan.owners import Owners
    from slugfit.scan.tree import Tree


@dataclass(frozen=True, order=True, slots=True)
class Group:
    """What one rule takes from one distribution: the smallest thing that is put back."""

    owner: str
    rule: str


Action = Literal["keep", "remove", "cut", "link"]


@dataclass(frozen=True, slots=True)
class Claim:
    """A rule that proposes a file, and the folder or file that it named to do so."""

    rule: Rule
    claimed: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What happens to one file, and why.

    ``size`` and ``saves`` are uncompressed bytes; ``tail`` says what a cut file loses.
    ``rule`` is the rule that decided or would have, "" if none looked at the file.
    """

    path: str
    owner: str
    action: Action
    rule: str
    size: int
    saves: int
    reason: Reason | None = None
    tail: Tail | None = None
    held: Decision | None = None
    """For a file that is shortened: why all of it does not go, where a rule proposed that."""
    twin: str = ""
    """For a file that becomes a hard link: the path of the file that it is the same as."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A tree that has been read, and what is to happen to each of its files."""

    tree: Tree
    layout: Layout
    owners: Owners
    app: App
    decisions: tuple[Decision, ...]
    faults: tuple[Fault, ...]
    start: Start | None = None
    """What each start of the app loads, None if that has no say in the plan."""
    bytecode: NewBytecode = field(default_factory=NewBytecode)
    """What is written of the bytecode that is shipped."""
    unused: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """What the app never reaches, by (path, rule), with the folder or file that it belongs to."""
    users: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By distribution of these: the modules that import it, and that the app never reaches."""
    unused_barred: Mapping[str, Reason] = field(default_factory=dict)
    """Which of these files stay whatever the level is, and why."""
    reached: Mapping[str, Reference] = field(default_factory=dict)
    """By path of a module that the app reaches: the first reference to it, in that order.

    And by path of a translation that stays: why.
    """
    translations: Translations = NO_TRANSLATIONS
    """Of what is installed: SLUGFIT_LOCALES lets the others go, or could."""
