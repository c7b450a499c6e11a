"""What a treatment broke: worked before, does not after. Pure."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from corpus.sweep import Findings

_EXCUSED = re.compile(
    r"(^|/)(tests?|docs?|examples?)/"
    r"|(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$"
    r"|(^|/)(_?test_[^/]*|[^/]*_tests?|_cy?test)\.(cpython-[^/.]*|abi3)\.so$"
    r"|^numpy/_?core/_simd\.[^/]*\.so$"
)
"""The last one is NumPy's for its tests of vector instructions, and for nothing else."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Modules and entry points with their errors; names of distributions; files of a RECORD.

    ``said`` is what steps of the program found that found something else before.
    """

    modules: Mapping[str, str]
    entry_points: Mapping[str, str]
    versions: tuple[str, ...]
    absent: tuple[str, ...]
    smoke: str | None
    said: Mapping[str, str] = field(default_factory=dict)

    @property
    def broken(self) -> bool:
        """Whether anything that worked no longer does."""
        lost = self.modules or self.entry_points or self.versions or self.absent
        return bool(lost or self.smoke or self.said)

    def as_json(self) -> Mapping[str, Any]:
        """For keeping."""
        return asdict(self)


def is_excused(path: str) -> bool:
    """Whether a module that was itself removed is no loss: a test, documentation, an example."""
    return _EXCUSED.search(path) is not None


def excused(files: Mapping[str, str], left: Collection[str]) -> frozenset[str]:
    """The modules whose own file was removed as a test, documentation or an example.

    ``files`` are the modules before, with their files; ``left`` are the files after.
    """
    return frozenset(name for name, path in files.items() if path not in left and is_excused(path))


def compare(
    before: Findings, after: Findings, spared: Collection[str], *, records: bool
) -> Verdict:
    """``spared`` modules do not count; files that RECORD names only if ``records`` are promised."""
    return Verdict(
        modules={
            name: after.modules.get(name, "not tried") or ""
            for name, error in before.modules.items()
            if error is None and name not in spared and after.modules.get(name, "") is not None
        },
        entry_points={
            name: after.entry_points.get(name, "its distribution is no longer known") or ""
            for name, error in before.entry_points.items()
            if error is None and after.entry_points.get(name, "") is not None
        },
        versions=tuple(
            name
            for name, version in before.versions.items()
            if version is not None and after.versions.get(name) != version
        ),
        absent=tuple(sorted(set(after.absent) - set(before.absent))) if records else (),
        smoke=after.smoke if before.smoke is None else None,
        said={
            step: after.said.get(step, "nothing")
            for step, found in before.said.items()
            if after.said.get(step) != found
        },
    )
