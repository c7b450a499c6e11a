"""Item: what the page knows of one file, and how it comes from a plan that was carried out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from slugfit.report.reasons import decision_sentence, reference_sentence
from slugfit.scan.bytecode import source_of
from slugfit.scan.owners import APP

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from slugfit.packing.outcome import PackedBundle
    from slugfit.pipeline import Outcome
    from slugfit.plan.decision import Decision
    from slugfit.refer.reference import Reference

ItemAction = Literal["keep", "remove", "cut", "link", "new", "ghost"]
"""As a plan's, ``new`` for what Slugfit wrote, ``ghost`` for what only the last build had."""
BY = "\x01"
"""Stands in a sentence for the path or the name of what refers to a file."""
NEW_BYTECODE = "Slugfit compiled it: each start of the app loads it."
ONLY_SHORTENED = "No rule removes it."


@dataclass(frozen=True, slots=True)
class Item:
    """One file of the page; sizes in uncompressed bytes."""

    path: str
    owner: str
    action: ItemAction
    before: int
    """0 for what was not there."""
    after: int
    """0 for what goes."""
    rule: str = ""
    """The rule that decided or would have, "" if none looked at the file."""
    text: str = ""
    """Why it stays, a sentence with BY for ``by``; "" where nothing is to be said."""
    by: str = ""
    """What keeps it: a path, or a distribution's name."""
    reached: str = ""
    """How the app's code leads to it, a sentence with BY for ``reached_by``."""
    reached_by: str = ""
    pack: int = -1
    """The place of its archive among the archives, -1 if it is not packed."""
    was: int | None = None
    """Its bytes in the last build's slug; None if that is not known."""


def items_of(outcome: Outcome) -> tuple[Item, ...]:
    """Every file of a plan, those that go too, and the bytecode that was written."""
    plan = outcome.planned
    packed = () if outcome.packing is None else outcome.packing.packed
    compiled = _compiled(outcome)
    items = [
        _item(decision, plan.reached.get(decision.path), compiled.get(decision.path))
        for decision in plan.decisions
    ]
    there = {item.path for item in items}
    for path, size in sorted(compiled.items()):
        if path not in there:
            owner = plan.owners.by_path.get(source_of(path) or "", APP)
            items.append(Item(path, owner, "new", 0, size, text=NEW_BYTECODE))
    return tuple(_packed(items, packed))


def _compiled(outcome: Outcome) -> Mapping[str, int]:
    """The sizes in bytes of the bytecode that was written whole, by path."""
    plan = outcome.planned
    gone = {item.path for item in plan.decisions if item.action == "remove"}
    return {
        path: len(content)
        for path, content in plan.bytecode.compiled.items()
        if gone.isdisjoint((path, source_of(path)))
    }


def _item(decision: Decision, reached: Reference | None, written: int | None) -> Item:
    text, by = _why(decision)
    stays = decision.size - decision.saves if written is None else written
    item = Item(
        decision.path,
        decision.owner,
        decision.action,
        decision.size,
        0 if decision.action == "remove" else stays,
        decision.rule,
        text,
        by,
    )
    if reached is None:
        return item
    way = reference_sentence(replace(reached, by=BY))
    return replace(item, reached=way, reached_by=reached.by)


def _why(decision: Decision) -> tuple[str, str]:
    """Why a file stays, and what keeps it; "" where only its rule can tell."""
    held = decision.held if decision.action in ("cut", "link") else decision
    if decision.twin:
        return f"The same bytes as {BY}, which the slug holds once.", decision.twin
    if held is None:
        return ONLY_SHORTENED, ""
    if held.reason is None or held.reason.kind == "rule":
        return "", ""
    reference = held.reason.reference
    if reference is None:
        return decision_sentence(held), ""
    return reference_sentence(replace(reference, by=BY)), reference.by


def _packed(items: list[Item], packed: tuple[PackedBundle, ...]) -> Iterator[Item]:
    """The items, with the archive that those lie in that stay below a packed folder."""
    folders = {unit.path: place for place, item in enumerate(packed) for unit in item.bundle.units}
    for item in items:
        place = _pack_of(item.path, folders) if folders and item.after else -1
        yield item if place < 0 else replace(item, pack=place)


def _pack_of(path: str, folders: Mapping[str, int]) -> int:
    end = path.find("/")
    while end >= 0:
        if path[:end] in folders:
            return folders[path[:end]]
        end = path.find("/", end + 1)
    return -1
