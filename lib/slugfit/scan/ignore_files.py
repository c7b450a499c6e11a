"""The app's own lists: .slugignore for its source, .slugfitignore for the built slug."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slugfit.base.errors import UsageError
from slugfit.base.paths import path_inside
from slugfit.base.patterns import PatternError, PatternSet, parse_patterns
from slugfit.base.text import Text, decode_text
from slugfit.scan.faults import Fault
from slugfit.scan.pattern_faults import pattern_faults, post_clean_faults

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


def read_slugignore(folder: Path) -> PatternSet:
    """The app's .slugignore; lines with ``!`` mean nothing, as on the platform.

    https://devcenter.heroku.com/articles/slug-compiler#ignoring-files-with-slugignore
    """
    lines = ["" if line.startswith("!") else line for line in _lines(folder / ".slugignore")]
    return _parse(lines, ".slugignore", negation=False)


def ignore_file_faults(folder: Path) -> Iterator[Fault]:
    """What of the app's own lists does nothing, or not what it seems to."""
    for name in (".slugignore", ".slugfitignore", ".slug-post-clean"):
        read = _read(folder / name)
        if read.encoding != "utf-8":
            yield Fault("encoding", name, text=read.encoding)
        if "\0" in read.text:
            yield Fault("not text", name)
            continue
        lines = read.text.split("\n")
        if name == ".slug-post-clean":
            yield from post_clean_faults(lines, name)
        else:
            yield from pattern_faults(lines, name, negation=name != ".slugignore")


def slugfitignore_lines(folder: Path) -> tuple[str, ...]:
    """The lines of the app's .slugfitignore."""
    return tuple(_lines(folder / ".slugfitignore"))


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
    return _read(file).text.split("\n")


def _read(file: Path) -> Text:
    """What a list says; nothing if there is no such file of the app's own."""
    try:
        if file.is_symlink() or not file.is_file():
            return Text("", "utf-8", marked=False)
        return decode_text(file.read_bytes(), "surrogateescape")
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
