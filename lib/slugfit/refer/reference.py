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
    "computes",  # ``by`` imports by computed names, which can be those of all of ``target``
    "runs",  # ``by`` names the program ``target``, which a distribution installs
    "loads",  # each start of the app loads ``by``
    "group",  # ``by`` names the group ``target`` of entry points
    "links",  # ``by`` is linked to the shared library ``target``, or names it
    "placed",  # ``by`` is a file that lies in ``target``, a folder of others
    "path file",  # ``by`` is a file that each start of Python reads
    "asked for",  # ``by``, of the app, imports by computed names what the app asks for: ``target``
    "setting",  # the config var or setting ``by`` names it
    "unknown process",  # no Procfile tells what runs, and ``by`` installs programs
    "fallback",  # programs fall back to its language
    "reads translations",  # ``by`` is a distribution that may not go on without one
    "installer",  # ``by`` installs packages into this tree
]


@dataclass(frozen=True, slots=True)
class Reference:
    """One reference to a candidate, the first that was found."""

    kind: ReferenceKind
    by: str
    """What refers to it: a path of the tree (absolute if it is outside), or a distribution."""
    target: str = ""
    """What the reference says, as its kind tells."""
