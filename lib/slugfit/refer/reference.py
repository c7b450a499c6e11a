"""Reference: why a file that a rule proposes has to stay, as data; words come from report/."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ReferenceKind = Literal[
    "imports",  # ``by`` has an import statement for the module ``target``
    "names",  # ``by`` has a string literal, ``target``, that means the file or its folder
    "needs",  # ``by`` refers to something in the package ``target``
    "stands in",  # ``by`` is kept, and lies in the package ``target``
    "stub",  # ``by`` reads the stub beside it through lazy_loader
    "link",  # ``by`` is a link that leads to it
    "entry point",  # ``by`` is a distribution, ``target`` the name of its entry point
    "override",  # ``by`` is a distribution, ``target`` the reason of the override for it
]


@dataclass(frozen=True, slots=True)
class Reference:
    """One reference to a candidate, the first that was found."""

    kind: ReferenceKind
    by: str
    """What refers to it: a path of the tree (absolute if it is outside), or a distribution."""
    target: str = ""
    """What the reference says, as its kind tells."""
