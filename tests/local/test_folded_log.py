"""The log of a build with its installer's lines folded, and shown where something goes wrong."""

from __future__ import annotations

import io
import re

import pytest

from slugfit.base.console import Console
from slugfit.base.progress import Progress
from slugfit.base.style import TO_EMPTY_LINE, Style
from slugfit.local.folded_log import FoldedLog

BEFORE = "-----> Using Python 3.14\n-----> Installing dependencies using 'pip install'\n"
PIP = "       Collecting numpy\n         Downloading numpy.whl (16 MB)\n\n       Installed\n"
FOLDED = "       4 lines of the installer, N s (--verbose shows them)\n"
WARNING = " !     A note of the installer.\n"
STOPPED = "\n !     pip could not install.\n\n"
LOGS = {
    "all is well": (
        f"{BEFORE}{PIP}-----> Saving cache\n       Saved.\n",
        f"{BEFORE}{FOLDED}-----> Saving cache\n       Saved.\n",
    ),
    "it said nothing": (f"{BEFORE}-----> Done\n", f"{BEFORE}-----> Done\n"),
    "the installer failed": (f"{BEFORE}{PIP}{STOPPED}", f"{BEFORE}{PIP}{STOPPED}"),
    "it warned": (
        f"{BEFORE}{PIP}{WARNING}       More.\n-----> Done\n",
        f"{BEFORE}{PIP}{WARNING}       More.\n-----> Done\n",
    ),
    "the script was killed": (f"{BEFORE}{PIP}", f"{BEFORE}{PIP}"),
    "no installer": ("-----> Python\n       3.14\n\n", "-----> Python\n       3.14\n\n"),
    "two installers": (
        f"{BEFORE}{PIP}{BEFORE}{PIP}-----> Done\n",
        f"{BEFORE}{FOLDED}{BEFORE}{FOLDED}-----> Done\n",
    ),
    "progress in a log": (
        "-----> x\n       ... measuring the slug, 4 s\n",
        "-----> x\n       ... measuring the slug, 4 s\n",
    ),
}


def shown(log: str, style: Style | None = None) -> str:
    out = io.StringIO()
    console = Console(out, io.StringIO(), style or Style())
    FoldedLog(console, Progress()).follow(log.splitlines(keepends=True))
    return re.sub(r"\d+ s \(", "N s (", out.getvalue())


@pytest.mark.parametrize("name", LOGS)
def test_a_log_is_folded_where_all_is_well(name: str) -> None:
    log, expected = LOGS[name]
    assert shown(log) == expected


def test_on_a_terminal_progress_is_no_line_and_steps_are_bold() -> None:
    told = shown(
        "-----> x\n       ... measuring the slug, 4 s\n       y\n", Style(colour=True, live=True)
    )
    assert told == (f"{TO_EMPTY_LINE}\x1b[1m-----> x\x1b[0m\n{TO_EMPTY_LINE}       y\n")


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("       limit   1000.0 MB compressed (heroku, 1 GB): fits, 10.4% of it used", "32"),
        ("       limit    500.0 MB compressed (500M): TOO LARGE, 104.0% of it used; 1M", "1;31"),
        ("       limit      none is known (render); what counts is the compressed size", ""),
        ("       the limit: fits, they say", ""),
        ("limit 1: fits, 1%", ""),
    ],
)
def test_on_a_terminal_the_verdict_has_a_colour(line: str, code: str) -> None:
    coloured = f"       \x1b[{code}m{line.lstrip()}\x1b[0m\n" if code else f"{line}\n"
    assert shown(f"{line}\n", Style(colour=True)) == coloured
    assert shown(f"{line}\n") == f"{line}\n"


def test_what_is_going_on_is_noted_while_it_goes_on() -> None:
    progress = Progress()
    seen = []

    def lines() -> list[str]:
        return [*f"{BEFORE}{PIP}-----> Done\n".splitlines(), "       ... packing, 8 s"]

    def watched() -> object:
        for line in lines():
            yield line
            stage = progress.current()
            seen.append(stage.name if stage else None)

    FoldedLog(Console(io.StringIO(), io.StringIO(), Style(live=True)), progress).follow(watched())  # type: ignore[arg-type]
    assert seen == [
        *("", "installing", "Collecting numpy", "Downloading numpy.whl (16 MB)"),
        *("Downloading numpy.whl (16 MB)", "Installed", "", "packing"),
    ]
    assert progress.current() is None
