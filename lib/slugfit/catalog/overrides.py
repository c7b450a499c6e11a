"""What no marker in code tells: files of certain versions that apps use although they look inert.

An override has a range of versions, because a list without one becomes wrong unseen. Each has a
reason, a source, and a row in the tests.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_RELEASE = re.compile(r"\d+(\.\d+)*")


@dataclass(frozen=True, slots=True)
class Override:
    """Files of one distribution in a range of versions."""

    distribution: str
    """Its normalised name."""
    since: tuple[int, ...]
    """The first version."""
    until: tuple[int, ...]
    """The first version that is not meant."""
    paths: tuple[str, ...]
    """Names below site-packages; one that ends in ``/`` means all in that folder."""
    reason: str
    """Why they are different, for reports."""
    source: str
    """Where the reason is from, a URL."""


SCRIPTS = (
    Override(
        "scipy",
        (0, 19),
        (2,),
        ("scipy/special/_precompute/",),
        "its developers compute the data of its tests with these, and with mpmath",
        "https://github.com/scipy/scipy/tree/main/scipy/special/_precompute",
    ),
)
"""Modules that only the developers of a package run: what they name is not needed."""

OVERRIDES = (
    Override(
        "twisted",
        (8,),
        (27,),
        ("twisted/test/__init__.py", "twisted/test/proto_helpers.py"),
        "documented for years as what apps test their protocols with, and used by other packages",
        "https://docs.twisted.org/en/stable/api/twisted.test.proto_helpers.html",
    ),
)


def release_numbers(version: str) -> tuple[int, ...]:
    """The numbers that a version begins with, its release; () for one that has none.

    https://packaging.python.org/en/latest/specifications/version-specifiers/
    """
    release = _RELEASE.match(version)
    return tuple(map(int, release[0].split("."))) if release else ()
