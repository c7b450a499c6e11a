"""``review``: what a change does to the slug, for a pull request."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slugfit.base.errors import Exit, UsageError
from slugfit.base.progress import Progress
from slugfit.commands.command import Command, need_folder
from slugfit.commands.diff import add_growth, require_growth, show_difference
from slugfit.commands.forecast import forecast_at
from slugfit.commands.reports import add_format
from slugfit.commands.target_options import TargetOptions, add_target
from slugfit.commands.telling import teller_for, telling
from slugfit.forecast.errors import ForecastError
from slugfit.forecast.table import forecast_document
from slugfit.report.difference import difference_of
from slugfit.report.failures import error_sentences
from slugfit.review.pull_request import CommentError, pull_request_of, put_comment
from slugfit.review.revision import check_out
from slugfit.review.words import FROM, MARK, comment

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from slugfit.base.console import Console
    from slugfit.report.difference import Difference
    from slugfit.report.growth import Growth
    from slugfit.review.pull_request import PullRequest
    from slugfit.review.words import Source


@dataclass(frozen=True)
class ReviewOptions(TargetOptions):
    """For ``review``."""

    app: Path
    base: str
    exact: bool
    comment: bool
    format: str
    fail_if_grown: Growth | None


def configure_review(parser: argparse.ArgumentParser) -> None:
    """The arguments of ReviewOptions."""
    parser.add_argument("app", metavar="APP", type=Path, help="the app's folder, in a repository")
    parser.add_argument(
        "--base", metavar="REVISION", required=True, help="what the change is compared with"
    )
    parser.add_argument(
        "--exact", action="store_true", help="build both slugs after the forecast (minutes)"
    )
    parser.add_argument(
        "--comment",
        action="store_true",
        help="write the comment of a pull request on GitHub Actions, and keep it up to date",
    )
    add_format(parser)
    add_growth(parser)
    add_target(parser)


def run_review(options: ReviewOptions, console: Console) -> int:
    """Compare the app with itself at another revision: by a forecast, then by two builds."""
    need_folder(options.app)
    pull = pull_request_of(os.environ) if options.comment else None
    with tempfile.TemporaryDirectory(prefix="slugfit-review-") as work:
        older = check_out(options.app, options.base, Path(work) / "base")
        if not older.is_dir():
            raise UsageError(
                f"{options.app} was not there at {options.base}.", "There is nothing to compare."
            )
        difference = _forecast_difference(options, older)
        _tell("forecast", difference, options, console)
        _comment(pull, "forecast", difference, console)
        if options.exact:
            apps = (older, options.app.resolve())
            difference = _built_difference(apps, console.only_errors(), Path(work))
            _tell("build", difference, options, console)
            _comment(pull, "build", difference, console)
    require_growth(difference, options.fail_if_grown)
    return Exit.OK


def _tell(source: Source, difference: Difference, options: ReviewOptions, console: Console) -> None:
    """Text as it comes; of other forms the best alone, which whoever reads them can rely on."""
    if options.format == "text":
        console.say(FROM[source])
    elif source == "forecast" and options.exact:
        return
    show_difference(difference, options.format, console)


def _comment(
    pull: PullRequest | None, source: Source, difference: Difference, console: Console
) -> None:
    """Write it; a comment that cannot be written is told, and fails nothing."""
    if pull is None:
        return
    try:
        address = put_comment(pull, MARK, comment(difference, source))
        console.complain(f"slugfit: the comment is at {address}.")
    except CommentError as error:
        for line in error_sentences(error):
            console.complain(f"slugfit: {line}")


def _forecast_difference(options: ReviewOptions, older: Path) -> Difference:
    return _difference(
        _forecast_of_older(options, older), forecast_document(forecast_at(options.app, options))
    )


def _forecast_of_older(options: ReviewOptions, older: Path) -> Mapping[str, Any]:
    """An error names the revision, and not the folder that it was checked out into."""
    try:
        return forecast_document(forecast_at(older, options))
    except ForecastError as error:
        told = [
            text.replace(os.fspath(older), os.fspath(options.app))
            for text in (error.what, error.why, error.todo)
        ]
        raise ForecastError(f"At {options.base}: {told[0]}", *told[1:]) from error


def _built_difference(apps: tuple[Path, Path], console: Console, work: Path) -> Difference:
    """Two builds on one cache: what both have in common is installed once."""
    # Only a clone of the repository can build, and a forecast needs none of it.
    from slugfit.local.build import build_app  # noqa: PLC0415
    from slugfit.local.scripts import Job  # noqa: PLC0415

    progress = Progress()
    documents = []
    for number, app in enumerate(apps):
        place = work / f"build-{number}"
        place.mkdir()
        job = Job(
            app=app,
            work=place,
            cache=work / "cache",
            output=place / "slug",
            variables={},
            console=console,
            progress=progress,
            verbose=False,
        )
        with telling(teller_for(console, as_log=True), progress):
            documents.append(build_app(job, upstream=None, boot=False))
    return _difference(*documents)


def _difference(older: Mapping[str, Any], newer: Mapping[str, Any]) -> Difference:
    difference = difference_of(older, newer)
    if difference is None:
        raise AssertionError("these documents are Slugfit's own")
    return difference


REVIEW = Command(
    "review",
    "Show what a change does to the slug, for a pull request",
    ReviewOptions,
    configure_review,
    run_review,
)
