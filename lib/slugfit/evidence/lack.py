"""Lack: why a file that a rule names stays, for want of evidence that it is inert; as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

LackKind = Literal[
    "no tests",  # nothing in the folder, or in the file, says that it is test code
    "not mostly tests",  # it has no sign of test code, and its folder is not mostly test code
    "listed",  # ``by`` lists a folder that it lies in
    "no module",  # a stub whose module does not stand beside it
    "read as types",  # ``by``, of another distribution, reads stubs: a type checker, an editor
    "nothing compiled",  # its distribution has no compiled module of which it could be a source
    "compiles",  # ``by``, of its distribution, compiles at run time or names such files
    "compiled against",  # ``by``, a distribution that compiles at run time, imports its own
    "a package",  # documentation or an example that can be imported
    "content",  # it lies among templates or other content, or is not a kind of documentation
    "named suffix",  # ``by`` names its suffix
    "not for Windows",  # nothing tells that it is a program for Windows
    "venv",  # ``by`` makes virtual environments, which start it
    "not worth",  # what the rule takes from its distribution is not worth the risk
]


@dataclass(frozen=True, slots=True)
class Lack:
    """Why one file stays although a rule names it."""

    kind: LackKind
    by: str = ""
    """A module (its path) or a distribution, as the kind tells."""
