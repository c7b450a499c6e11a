"""What stays for want of evidence, or because its group is not worth the risk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slugfit.evidence.judge import lacking_evidence
from slugfit.evidence.lack import Lack
from slugfit.evidence.modules import ModuleReader
from slugfit.evidence.surroundings import surroundings_of
from slugfit.evidence.worth import not_worth
from slugfit.plan.claims import guarded_candidates, guarded_claims

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from slugfit.plan.decision import Claim, Decision
    from slugfit.plan.reading import ReadTree
    from slugfit.refer.candidates import Candidate
    from slugfit.settings.config import Config

    Lacking = Mapping[tuple[str, str], Lack]


def lacking_of(read: ReadTree, config: Config, claims: Mapping[str, tuple[Claim, ...]]) -> Lacking:
    """What stays for want of evidence, or because its group is not worth the risk at its most."""
    named = tuple(guarded_claims(claims))
    small = _too_small(read, config, named)
    candidates = [
        item for item in named if (read.owners.by_path.get(item.path, ""), item.rule) not in small
    ]
    return {**_not_worth(read, named, small), **_lacking_among(read, candidates)}


def _lacking_among(read: ReadTree, candidates: Sequence[Candidate]) -> Lacking:
    """What lacks evidence in the tree that stays: a module that stays can list other folders."""
    reader = ModuleReader(read.tree.root)
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
        if (read.owners.by_path.get(item.path, ""), item.rule) in groups
    }
