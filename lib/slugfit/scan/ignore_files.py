"""The app's own lists: .slugignore for its source, .slugfitignore for the built slug."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slugfit.base.errors import UsageError
from slugfit.base.paths import path_inside
from slugfit.base.patterns import PatternError, PatternSet, parse_patterns

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def read_slugignore(folder: Path) -> PatternSet:
    """The app's .slugignore; lines with ``!`` mean nothing, as on the platform.

    https://devcenter.heroku.com/articles/slug-compiler#ignoring-files-with-slugignore
    """
    lines = ["" if line.startswith("!") else line for line in _lines(folder / ".slugignore")]
    return _parse(lines, ".slugignore", negation=False)


def slugignore_faults(folder: Path) -> tuple[str, ...]:
    """Lines of .slugignore that do nothing, for the report."""
    return tuple(
        f".slugignore line {number}: {line!r} does nothing; the platform knows no '!' there"
        for number, line in enumerate(_lines(folder / ".slugignore"), 1)
        if line.startswith("!")
    )


def read_ignore_files(
    folder: Path, *, keep: Sequence[str], remove: Sequence[str], slugignore_applied: bool
) -> Ignores:
    """All lists of the app in ``folder`` together with SLUGFIT_KEEP and SLUGFIT_REMOVE.

    Where ``slugignore_applied``, what .slugignore names now was made by the build: it stays.
    .slug-post-clean is what older clean-up buildpacks read, paths from the app's root:
    https://github.com/Lostmyname/heroku-buildpack-post-build-clean.
    """
    old = [
        f"/{path}"
        for line in _lines(folder / ".slug-post-clean")
        if not line.startswith("#") and (path := path_inside("", line.strip().lstrip("/")))
    ]
    lines = [*old, *_lines(folder / ".slugfitignore"), *remove]
    return Ignores(
        PatternSet(()) if slugignore_applied else read_slugignore(folder),
        _parse(lines, ".slugfitignore", negation=True),
        _parse(list(keep), "SLUGFIT_KEEP", negation=False),
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
        return parse_patterns(lines, source=source, allow_negation=negation)
    except PatternError as error:
        raise UsageError(
            f"{source} has a line that cannot be read.", str(error), "Correct that line."
        ) from error


@dataclass(frozen=True, slots=True)
class Ignores:
    """The app's own lists, and the settings that work like them."""

    slugignore: PatternSet
    """.slugignore, about the source."""
    slugfitignore: PatternSet
    """.slug-post-clean, .slugfitignore and SLUGFIT_REMOVE, about the built slug."""
    keep: PatternSet
    """SLUGFIT_KEEP."""
