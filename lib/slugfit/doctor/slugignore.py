"""Lines of .slugignore: without effect, against the build, or read otherwise elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slugfit.base.patterns import PatternError, PatternSet, parse_patterns
from slugfit.doctor.changes import physical_line
from slugfit.doctor.finding import Edit, Finding
from slugfit.scan.pattern_faults import pattern_faults

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slugfit.doctor.app import App
    from slugfit.scan.faults import Fault


SLUGIGNORE = ".slugignore"
NEEDED = (
    *("requirements.txt", "Pipfile", "Pipfile.lock", "poetry.lock", "uv.lock", "pyproject.toml"),
    *("Procfile", "runtime.txt", ".python-version", "Aptfile", "bin/post_compile", "manage.py"),
)
"""What the build, or the start, reads."""
_HEROKUISH = ("CHECKS", "DOKKU_SCALE", ".dokku", "dokku.yml", ".herokuish")


def slugignore_patterns(app: App) -> PatternSet:
    """The patterns that count; none where a line cannot be read."""
    lines = app.texts.get(SLUGIGNORE, "").splitlines()
    try:
        return parse_patterns(
            ["" if line.startswith("!") else line for line in lines], source=SLUGIGNORE
        )
    except PatternError:
        return PatternSet(())


def slugignore_findings(app: App) -> Iterator[Finding]:
    """One finding a line."""
    text = app.texts.get(SLUGIGNORE, "")
    for fault in pattern_faults(text.splitlines(), SLUGIGNORE, negation=False):
        edits = _mended(app, fault)
        yield Finding(
            "slugignore-line", SLUGIGNORE, fault.line, fault.text, (fault.kind,), edits=edits
        )
    patterns = slugignore_patterns(app)
    wanted = [path for path in NEEDED if path in app.files]
    wanted += [file.path for file in app.requirements if file.path not in wanted]
    for path in wanted:
        pattern = patterns.excludes(path)
        if pattern is not None:
            yield Finding("slugignore-needed", SLUGIGNORE, pattern.line, path)
    if any(path in app.files for path in _HEROKUISH):
        yield from _elsewhere(patterns)


def _mended(app: App, fault: Fault) -> tuple[Edit, ...]:
    if fault.kind == "negation":
        return (Edit(SLUGIGNORE, fault.line, 1, ()),)
    same = physical_line(app, SLUGIGNORE, fault.line) == fault.text
    return (Edit(SLUGIGNORE, fault.line, 1, fault.instead),) if fault.instead and same else ()


def _elsewhere(patterns: PatternSet) -> Iterator[Finding]:
    """What ``tar -X`` matches otherwise: https://github.com/gliderlabs/herokuish#slugignore."""
    for pattern in patterns.patterns:
        text = pattern.text
        plain = text.strip("/")
        if text != plain and not any(mark in plain for mark in "*?["):
            edits = (Edit(SLUGIGNORE, pattern.line, 1, (plain,)),)
            why = ("herokuish", plain)
            yield Finding(
                "slugignore-elsewhere",
                SLUGIGNORE,
                pattern.line,
                text,
                why,
                edits=edits,
                mechanical=text.endswith("/") and not text.startswith("/"),
            )
