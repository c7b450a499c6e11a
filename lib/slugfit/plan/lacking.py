"""What stays for want of evidence, or because its group is not worth the risk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slugfit.evidence.judge import lacking_evidence
from slugfit.evidence.lack import Lack
from slugfit.evidence.surroundings import surroundings_of
from slugfit.evidence.worth import not_worth
from slugfit.plan.claims import guarded_candidates, guarded_claims

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from slugfit.evidence.modules import SignReader
    from slugfit.evidence.signs import Signs
    from slugfit.plan.decision import Claim, Decision
    from slugfit.plan.facts import PlanFacts
    from slugfit.plan.reading import ReadTree
    from slugfit.refer.candidates import Candidate
    from slugfit.settings.config import Config

    Lacking = Mapping[tuple[str, str], Lack]


def lacking_of(
    read: ReadTree,
    config: Config,
    claims: Mapping[str, tuple[Claim, ...]],
    reader: SignReader,
) -> Lacking:
    """What stays for want of evidence, or because its group is not worth the risk at its most."""
    named = tuple(guarded_claims(claims))
    small = _too_small(read, config, named)
    candidates = [item for item in named if _group(read, item) not in small]
    return {**_not_worth(read, named, small), **_lacking_among(read, candidates, reader)}


def lacking_beside(
    read: ReadTree,
    facts: PlanFacts,
    claims: Mapping[str, tuple[Claim, ...]],
    held: Collection[str],
    reader: SignReader,
) -> Lacking:
    """What lacks evidence only because references keep a module that lists or compiles."""
    if not any(_reaches_others(reader.signs_of(path)) for path in held if path.endswith(".py")):
        return {}
    candidates = [
        item for item in guarded_claims(claims) if (item.rule, item.path) not in facts.lacking
    ]
    going = {item.path for item in candidates}.difference(held)
    staying = (entry.path for entry in read.tree.files() if entry.path not in going)
    surroundings = surroundings_of(read.tree, read.layout, read.owners, reader, staying)
    found = lacking_evidence(surroundings, candidates)
    # Of what is kept the reference tells more.
    return {(rule, path): lack for (rule, path), lack in found.items() if path not in held}


def _reaches_others(signs: Signs) -> bool:
    return (signs.lists and not signs.tests) or signs.compiles


def _lacking_among(read: ReadTree, candidates: Sequence[Candidate], reader: SignReader) -> Lacking:
    """What lacks evidence in the tree that stays: a module that stays can list other folders."""
    lacking: Lacking = {}
    going = {item.path for item in candidates}
    while True:
        staying = (entry.path for entry in read.tree.files() if entry.path not in going)
        surroundings = surroundings_of(read.tree, read.layout, read.owners, reader, staying)
        lacking = {**lacking, **lacking_evidence(surroundings, candidates)}
        candidates = [item for item in candidates if (item.rule, item.path) not in lacking]
        before = going
        going = {item.path for item in candidates}
        if not any(path.endswith((".py", ".so")) for path in before - going):
            return lacking


def lacking_worth(
    read: ReadTree,
    config: Config,
    claims: Mapping[str, tuple[Claim, ...]],
    decisions: tuple[Decision, ...],
) -> Lacking:
    """What stays because too little of its group is left to go."""
    going = tuple(guarded_candidates(claims, decisions))
    return _not_worth(read, going, _too_small(read, config, going))


def _too_small(
    read: ReadTree, config: Config, candidates: Sequence[Candidate]
) -> frozenset[tuple[str, str]]:
    sizes = {entry.path: entry.size for entry in read.tree.files()}
    return not_worth(read.tree.root, candidates, read.owners.by_path, sizes, config.worth)


def _not_worth(
    read: ReadTree, candidates: Iterable[Candidate], groups: frozenset[tuple[str, str]]
) -> Lacking:
    return {
        (item.rule, item.path): Lack("not worth")
        for item in candidates
        if _group(read, item) in groups
    }


def _group(read: ReadTree, item: Candidate) -> tuple[str, str]:
    """The distribution and the rule of which worth is counted."""
    return read.owners.by_path.get(item.path, ""), item.rule
