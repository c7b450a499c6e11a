"""A report shown and kept, and the limit that can end a build."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from slugfit.base.atomic import write_atomically
from slugfit.base.errors import Exit, OverLimitError
from slugfit.commands.settings import SettingsOptions, add_settings
from slugfit.report.difference import difference_of
from slugfit.report.json_report import render_json, report_document
from slugfit.report.last_build import read_last_build
from slugfit.report.limit_words import over_sentences
from slugfit.report.markdown import report_markdown
from slugfit.report.text import render_build_log, render_terminal

if TYPE_CHECKING:
    import argparse

    from slugfit.base.console import Console
    from slugfit.report.make import Report
    from slugfit.settings.config import Config

OWN_FOLDER = "slugfit"
"""Slugfit's part of CACHE_DIR."""
LAST_REPORT = f"{OWN_FOLDER}/report.json"
"""The last report, as seen from CACHE_DIR."""


@dataclass(frozen=True)
class ShownOptions(SettingsOptions):
    """For commands that show a report."""

    format: str
    html: Path | None
    """Where report.html is written, None for nowhere."""

    @property
    def form(self) -> str:
        """The form that is asked for: text, json or markdown."""
        return "json" if self.json else self.format


def add_report(parser: argparse.ArgumentParser) -> argparse._ArgumentGroup:
    """The arguments of ShownOptions; returns the group for what only build scripts say."""
    scripts = add_settings(parser)
    add_format(parser)
    parser.add_argument(
        "--html", metavar="FILE", type=Path, help="write a page with a map of the slug"
    )
    return scripts


def add_format(parser: argparse.ArgumentParser) -> None:
    """The argument for the form of what is shown."""
    parser.add_argument(
        "--format",
        choices=("text", "json", "markdown"),
        default="text",
        help="markdown is for a comment on a pull request (text)",
    )


def show_report(report: Report, console: Console, form: str) -> None:
    """Print a report for a person, as JSON or as Markdown."""
    if form == "json":
        console.write(render_json(report_document(report)))
    elif form == "markdown":
        console.write(report_markdown(report_document(report)))
    else:
        console.write(render_terminal(report, console.style))


def show_in_build_log(report: Report, console: Console, cache_dir: Path | None) -> None:
    """Print a report as the log of a build shows it, with what is different from the last build."""
    last = {} if cache_dir is None else read_last_build(cache_dir / LAST_REPORT)
    since = difference_of(last, report_document(report)) if last else None
    console.write(render_build_log(report, since, console.style))


def save_report(report: Report, targets: list[Path], console: Console) -> None:
    """Write report.json to each of ``targets``; one that cannot be written is told, no more."""
    content = render_json(report_document(report)).encode()
    for target in targets:
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(target, content)
        except OSError as error:  # noqa: PERF203 - one may fail, the other not
            console.complain(f"slugfit: {target} could not be written: {error.strerror}")


def require_fit(report: Report, config: Config) -> int:
    """The exit code; raise OverLimitError if the slug is too large and that is to be a failure."""
    if report.verdict == "over" and config.over_limit == "fail":
        raise OverLimitError(
            f"The slug is too large: {' and '.join(over_sentences(report.limit, report.after))}; "
            "SLUGFIT_OVER_LIMIT is fail.",
            "The report above says where the bytes are.",
            "Take the next steps it names, or set SLUGFIT_OVER_LIMIT=warn.",
        )
    return Exit.OK
