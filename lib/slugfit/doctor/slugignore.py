"""Lines of .slugignore: without effect, against the build, or read otherwise elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slugfit.base.patterns import PatternSet
from slugfit.doctor.changes import physical_line
from slugfit.doctor.finding import Edit, Finding
from slugfit.doctor.slugignore_reading import SLUGIGNORE, parse_slugignore
from slugfit.scan.pattern_faults import pattern_faults

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from slugfit.doctor.app import App
    from slugfit.scan.faults import Fault


NEEDED = ("Procfile", "runtime.txt", ".python-version", "Aptfile", "bin/post_compile", "manage.py")
"""What the build, or the start, reads."""
_LISTS = ("requirements.txt", "Pipfile.lock", "poetry.lock", "uv.lock")
"""Of which the build reads one."""
_HEROKUISH = ("CHECKS", "DOKKU_SCALE", ".dokku", "dokku.yml", ".herokuish")


def slugignore_findings(app: App) -> Iterator[Finding]:
    """One finding a line."""
    text = app.texts.get(SLUGIGNORE, "")
    for fault in pattern_faults(text.splitlines(), SLUGIGNORE, negation=False):
        yield Finding(
            "slugignore-line",
            SLUGIGNORE,
            fault.line,
            fault.text,
            (fault.kind,),
            edits=_mended(app, fault),
            mechanical=not _takes_code(app, fault.instead),
        )
    yield from _needed(app)
    if any(path in app.files for path in _HEROKUISH):
        yield from _elsewhere(app.slugignore or PatternSet(()))


def _needed(app: App) -> Iterator[Finding]:
    """What is taken from the build; one of several lists of packages may be, on purpose."""
    left = any(app.reaches_build(path) for path in _LISTS)
    wanted = [path for path in NEEDED if path in app.files]
    wanted += [] if left else [path for path in _LISTS if path in app.files]
    for path in wanted:
        pattern = app.slugignore.excludes(path) if app.slugignore else None
        if pattern is not None:
            yield Finding("slugignore-needed", SLUGIGNORE, pattern.line, path)


def _takes_code(app: App, lines: Iterable[str]) -> bool:
    """Whether a line that did nothing would take what may run: the app was well without it."""
    patterns = parse_slugignore("\n".join(lines))
    read = (path for path in app.files if path.endswith(".py") or path in (*NEEDED, *_LISTS))
    return any(patterns.excludes(path) is not None for path in read)


def _mended(app: App, fault: Fault) -> tuple[Edit, ...]:
    if fault.kind == "negation":
        return (Edit(SLUGIGNORE, fault.line, 1, ()),)
    if fault.text.startswith("../"):
        # What lies above the app is in no slug, and the same name below is another.
        return ()
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
