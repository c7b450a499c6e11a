"""``diff``: what is different between two builds, by their report.json."""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from slugfit.base.errors import Exit, OverLimitError, UsageError
from slugfit.base.words import megabytes
from slugfit.commands.command import Command
from slugfit.commands.reports import add_format
from slugfit.report.difference import difference_of
from slugfit.report.difference_words import difference_document, difference_lines
from slugfit.report.growth import Growth, parse_growth
from slugfit.report.json_report import render_json
from slugfit.report.markdown import difference_markdown
from slugfit.report.text import rendered

if TYPE_CHECKING:
    from slugfit.base.console import Console
    from slugfit.report.difference import Difference


@dataclass(frozen=True)
class DiffOptions:
    """For ``diff``."""

    old: Path
    new: Path
    format: str
    fail_if_grown: Growth | None


def configure_diff(parser: argparse.ArgumentParser) -> None:
    """The arguments of DiffOptions."""
    parser.add_argument("old", metavar="OLD", type=Path, help="report.json of the older build")
    parser.add_argument("new", metavar="NEW", type=Path, help="report.json of the newer build")
    add_format(parser)
    add_growth(parser)


def add_growth(parser: argparse.ArgumentParser) -> None:
    """The argument for how much a slug may grow."""
    parser.add_argument(
        "--fail-if-grown",
        metavar="SIZE",
        type=_growth,
        help="exit with 3 if the compressed slug grew by more: 5%%, or +5MB",
    )


def run_diff(options: DiffOptions, console: Console) -> int:
    """Show the difference; fail if the slug grew by more than it may."""
    difference = difference_of(_document(options.old), _document(options.new))
    if difference is None:
        raise UsageError(
            f"{options.old} and {options.new} cannot be compared.",
            "One of them is not a report of Slugfit's.",
            "Name two files that `slugfit build`, SLUGFIT_REPORT or --json wrote.",
        )
    show_difference(difference, options.format, console)
    require_growth(difference, options.fail_if_grown)
    return Exit.OK


def show_difference(difference: Difference, form: str, console: Console) -> None:
    """The difference in the ``form`` that is asked for."""
    if form == "json":
        console.write(render_json(difference_document(difference)))
    elif form == "markdown":
        console.write(difference_markdown(difference))
    else:
        console.write(rendered(difference_lines(difference, "What is different"), console.style))


def require_growth(difference: Difference, growth: Growth | None) -> None:
    """Raise OverLimitError if the newer slug is beyond ``growth``."""
    exceeded = 0 if growth is None else growth.exceeded(difference)
    if growth is not None and exceeded:
        grown, allowed = difference.compressed, growth.allowed(difference.before)
        raise OverLimitError(
            f"The slug grew by {megabytes(grown)} MB ({grown} bytes) compressed.",
            f"--fail-if-grown {growth.told} allows {megabytes(allowed)} MB ({allowed} bytes).",
            "The table says which packages came or grew.",
        )


def _document(file: Path) -> dict[str, object]:
    try:
        content = json.loads(file.read_text("utf-8"))
    except OSError as error:
        raise UsageError(f"{file} cannot be read.", error.strerror or str(error)) from error
    except ValueError as error:
        raise UsageError(f"{file} is not JSON.", str(error)) from error
    return content if isinstance(content, dict) else {}


def _growth(text: str) -> Growth:
    try:
        return parse_growth(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is neither a share nor a size") from None


DIFF = Command(
    "diff", "Show what is different between two builds", DiffOptions, configure_diff, run_diff
)
