"""What looks like dead weight and stays: counted by why, in a few words each."""

from __future__ import annotations

import shlex
from collections import defaultdict
from typing import TYPE_CHECKING

from slugfit.base.words import counted, megabytes, printable
from slugfit.report.layout import EMPTY, ROOM, Line, Table, shortened
from slugfit.report.paths import short_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from slugfit.evidence.lack import LackKind
    from slugfit.plan.reasons import Reason, ReasonKind
    from slugfit.report.make import KeptTotal

_LISTED = 6

_REASONS: Mapping[ReasonKind, str] = {
    "rule": "a rule keeps them",
    "model": "pyproject.toml names them as models",
    "kept by setting": "SLUGFIT_KEEP names them",
    "kept by list": ".slugfitignore names them",
    "read-only": "their folder is read-only",
    "for installers": "the next build's installer needs them",
    "vendored": "part of a package inside another one",
    "condition": "what is installed or set reads them",
    "no evidence": "nothing shows that they are inert",
    "reference": "what stays refers to them",
    "source stays": "bytecode of a source that stays",
    "no source": "bytecode whose source is not there",
    "loaded at start": "each start loads them",
    "put back": "put back: something failed without them",
    "too little tried": "put back: too little was tried without",
    "on trial": "put back for a trial",
}
_LACKS: Mapping[LackKind, str] = {
    "no tests": "no sign that they are test code",
    "not mostly tests": "among tests, and no test code",
    "listed": "code lists the folder that they lie in",
    "no module": "the module that they describe is not there",
    "read as types": "another package reads types",
    "nothing compiled": "nothing was compiled from them",
    "compiles": "their package compiles or names them",
    "compiled against": "another package compiles against them",
    "a package": "their folder can be imported",
    "content": "they may be content of their package",
    "named suffix": "code names files of their kind",
    "not for Windows": "not known to serve Windows alone",
    "venv": "virtual environments start them",
    "not worth": "too few bytes to be worth a risk",
}


def kept_phrase(reason: Reason) -> str:
    """Why files stay, in at most 42 characters, without naming one."""
    return _LACKS[reason.lack.kind] if reason.lack is not None else _REASONS[reason.kind]


def kept_lines(kept: Sequence[KeptTotal], sites: Sequence[str]) -> Iterator[Line]:
    """How many files stay for which reason; ``sites`` are the folders of packages."""
    # What is loaded does not look like dead weight to anybody.
    staying = [item for item in kept if item.reason.kind != "loaded at start"]
    if not staying:
        return
    yield EMPTY
    totals = list(_counted(staying))
    rows = [_row(*total) for total in totals[:_LISTED]]
    more = totals[_LISTED:]
    if more:
        files, size = sum(total[1] for total in more), sum(total[2] for total in more)
        rows.append(_row(counted(len(more), "other reason"), files, size))
    heading = ("What looks like dead weight and stays (MB)", "files", "unpacked")
    yield from Table(heading, (44, 8, 10), rows).lines()
    example = next((item for item in staying if item.reason.kind != "source stays"), staying[0])
    path = printable(shlex.quote(short_path(example.example, sites)))
    yield Line(f"Why: slugfit why DIR {shortened(path, ROOM - 21)}")


def _row(phrase: str, files: int, size: int) -> tuple[str, str, str]:
    return phrase, str(files), megabytes(size)


def _counted(staying: Iterable[KeptTotal]) -> Iterator[tuple[str, int, int]]:
    """Phrase, files and bytes; what is most bytes first."""
    totals: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    for item in staying:
        total = totals[kept_phrase(item.reason)]
        total[0] += item.files
        total[1] += item.uncompressed
    order = sorted(totals.items(), key=lambda item: (-item[1][1], item[0]))
    yield from ((phrase, files, size) for phrase, (files, size) in order)
