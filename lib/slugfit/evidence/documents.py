"""Evidence for the rule ``docs``: documents that no code of their distribution can load."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from slugfit.catalog.test_code import CONTENT, DOCUMENTS
from slugfit.evidence.compiling import names_suffix
from slugfit.evidence.lack import Lack

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from slugfit.evidence.surroundings import Surroundings
    from slugfit.refer.candidates import Candidate


def lacking_documents(
    surroundings: Surroundings, candidates: Iterable[Candidate]
) -> Iterator[tuple[str, Lack]]:
    """The candidates that may be content of their package, or code that can be imported."""
    for candidate in candidates:
        lack = _lack(surroundings, candidate)
        if lack is not None:
            yield candidate.path, lack


def _lack(surroundings: Surroundings, candidate: Candidate) -> Lack | None:
    suffix = posixpath.splitext(candidate.path)[1]
    if f"{candidate.claimed}/__init__.py" in surroundings.sizes:
        return Lack("a package")
    if suffix[1:].lower() not in DOCUMENTS or not CONTENT.isdisjoint(candidate.path.split("/")):
        return Lack("content")
    lister = surroundings.listed_by(candidate.path)
    if lister:
        return Lack("listed", lister)
    for module in surroundings.staying.get(surroundings.owner(candidate.path), ()):
        endings = surroundings.reader.signs_of(module.path).endings
        if names_suffix(endings, {suffix, suffix[1:]}):
            return Lack("named suffix", module.path)
    return None
