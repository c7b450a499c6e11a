"""The app's own lists: .slugignore for its source, .slugfitignore for the built slug."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slugfit import patterns
from slugfit.errors import UsageError
from slugfit.plan import Ignores
from slugfit.tree import inside

if TYPE_CHECKING:
    from pathlib import Path

    from slugfit.config import Config
    from slugfit.patterns import PatternSet


def slugignore(folder: Path) -> PatternSet:
    """The app's .slugignore; like the platform it knows no ``!``, so such lines mean nothing."""
    lines = ["" if line.startswith("!") else line for line in _lines(folder / ".slugignore")]
    return _parse(lines, ".slugignore", negation=False)


def faults(folder: Path) -> tuple[str, ...]:
    """Lines of .slugignore that do nothing, for the report."""
    return tuple(
        f".slugignore line {number}: {line!r} does nothing; the platform knows no '!' there"
        for number, line in enumerate(_lines(folder / ".slugignore"), 1)
        if line.startswith("!")
    )


def read(folder: Path, config: Config) -> Ignores:
    """All lists of the app in ``folder`` together with SLUGFIT_KEEP and SLUGFIT_REMOVE.

    .slug-post-clean is what older clean-up buildpacks read: paths from the app's root.
    """
    old = [
        f"/{path}"
        for line in _lines(folder / ".slug-post-clean")
        if not line.startswith("#") and (path := inside("", line.strip().lstrip("/")))
    ]
    lines = [*old, *_lines(folder / ".slugfitignore"), *config.remove]
    return Ignores(
        patterns.PatternSet(()) if config.after_build else slugignore(folder),
        _parse(lines, ".slugfitignore", negation=True),
        _parse(list(config.keep), "SLUGFIT_KEEP", negation=False),
    )


def _lines(file: Path) -> list[str]:
    try:
        if file.is_symlink() or not file.is_file():
            return []
        return file.read_bytes().decode("utf-8", "surrogateescape").split("\n")
    except OSError as error:
        raise UsageError(f"{file.name} cannot be read.", str(error)) from error


def _parse(lines: list[str], source: str, *, negation: bool) -> PatternSet:
    try:
        return patterns.parse(lines, source=source, allow_negation=negation)
    except patterns.PatternError as error:
        raise UsageError(
            f"{source} has a line that cannot be read.", str(error), "Correct that line."
        ) from error
