"""For each file that a guarded rule names: what evidence is lacking that it is inert."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from slugfit.evidence.documents import lacking_documents
from slugfit.evidence.programs import lacking_launchers, lacking_venv
from slugfit.evidence.sources import lacking_sources
from slugfit.evidence.stubs import lacking_stubs
from slugfit.evidence.tests import lacking_tests

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from slugfit.evidence.lack import Lack
    from slugfit.evidence.surroundings import Surroundings
    from slugfit.refer.candidates import Candidate

JUDGES: Mapping[str, Callable[[Surroundings, list[Candidate]], Iterator[tuple[str, Lack]]]] = {
    "tests": lacking_tests,
    "docs": lacking_documents,
    "interpreter-parts": lacking_venv,
    "windows-programs": lacking_launchers,
    "stubs": lacking_stubs,
    "sources": lacking_sources,
    "static-libraries": lacking_sources,
    "build-files": lacking_sources,
}
"""By rule: what tells for which of its candidates there is no evidence."""


def lacking_evidence(
    surroundings: Surroundings, candidates: Iterable[Candidate]
) -> Mapping[tuple[str, str], Lack]:
    """Why candidates stay for want of evidence, by (rule, path); absent are those that may go."""
    by_rule: dict[str, list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        by_rule[candidate.rule].append(candidate)
    return {
        (rule, path): lack
        for rule, named in sorted(by_rule.items())
        if rule in JUDGES
        for path, lack in JUDGES[rule](surroundings, named)
    }
