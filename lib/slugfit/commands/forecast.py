"""``forecast``: how large the slug will be, before anything is installed."""

from __future__ import annotations

import argparse
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from slugfit.base.errors import Exit, UsageError
from slugfit.catalog.limits import parse_limit
from slugfit.catalog.stacks import ARCHITECTURES, STACK, STACKS
from slugfit.commands.command import Command, need_folder
from slugfit.forecast.cache import Cache, cache_folder
from slugfit.forecast.comparison import comparison_document, comparison_lines
from slugfit.forecast.forecast import Basis, forecast_of
from slugfit.forecast.look import look_at_all
from slugfit.forecast.own_files import collected_static, own_files
from slugfit.forecast.pip_indexes import Indexes
from slugfit.forecast.resolve import Resolver
from slugfit.forecast.table import forecast_document, forecast_lines
from slugfit.forecast.target import Target, machine
from slugfit.report.json_report import render_json
from slugfit.report.text import rendered

if TYPE_CHECKING:
    from slugfit.base.console import Console
    from slugfit.catalog.limits import Limit
    from slugfit.forecast.forecast import Forecast
    from slugfit.forecast.look import Look
    from slugfit.measure.sizes import Bytes


@dataclass(frozen=True)
class TargetOptions:
    """For commands that forecast: what the app will run on, and where its packages come from."""

    python: tuple[int, int]
    stack: str
    arch: str
    extra: list[str]
    limit: str
    index_url: str
    extra_index_url: list[str]
    fresh: bool


@dataclass(frozen=True)
class ForecastOptions(TargetOptions):
    """For ``forecast``."""

    file: Path
    compare: Path | None
    app: Path | None
    json: bool


def configure_forecast(parser: argparse.ArgumentParser) -> None:
    """The arguments of ForecastOptions."""
    parser.add_argument(
        "file", metavar="FILE", type=Path, help="a list of packages, a lock, or their folder"
    )
    parser.add_argument("--compare", metavar="OTHER", type=Path, help="another list beside it")
    parser.add_argument("--app", metavar="APP", type=Path, help="count this app's own files, too")
    add_target(parser)
    parser.add_argument("--json", action="store_true", help="print JSON instead of text")


def add_target(parser: argparse.ArgumentParser) -> None:
    """The arguments of TargetOptions."""
    parser.add_argument(
        "--python",
        metavar="X.Y",
        type=_python,
        default=sys.version_info[:2],
        help="the app's Python (the one that runs this)",
    )
    parser.add_argument("--stack", choices=sorted(STACKS), default=STACK, help=f"({STACK})")
    parser.add_argument(
        "--arch", choices=sorted(ARCHITECTURES), default=machine(), help="(this machine's)"
    )
    parser.add_argument(
        "--extra", metavar="NAME", action="append", default=[], help="an extra of the project"
    )
    parser.add_argument(
        "--limit", metavar="LIMIT", default="heroku", help="a platform's name or a size (heroku)"
    )
    parser.add_argument(
        "--index-url", metavar="URL", default="", help="the package index, as for pip"
    )
    parser.add_argument(
        "--extra-index-url", metavar="URL", action="append", default=[], help="another one"
    )
    parser.add_argument(
        "--fresh",
        action="store_true",
        help="ask pip and the index anew, not the cache",
    )


def usual_target() -> TargetOptions:
    """What the options are where none is given."""
    return TargetOptions(sys.version_info[:2], STACK, machine(), [], "heroku", "", [], fresh=False)


def _python(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"(3)\.(\d{1,2})(\.\d+)?", text)
    if match is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not a version such as 3.14")
    return int(match[1]), int(match[2])


def run_forecast(options: ForecastOptions, console: Console) -> int:
    """Show how large the slug will be."""
    first = forecast_at(options.file, options, options.app)
    if options.compare is None:
        document, lines = forecast_document(first), forecast_lines(first)
    else:
        second = forecast_at(options.compare, options, options.app)
        document, lines = comparison_document(first, second), comparison_lines(first, second)
    if options.json:
        console.write(render_json(document))
    else:
        console.write(rendered(lines, console.style))
    return Exit.OK


def forecast_at(place: Path, options: TargetOptions, app: Path | None = None) -> Forecast:
    """The forecast of the list, the lock or the folder at ``place``; raises ForecastError.

    The files of ``app`` count as well, if one is named.
    """
    limit = _limit(options.limit)
    arch = ARCHITECTURES[options.arch]
    target = Target(options.python, arch, STACKS[options.stack], options.stack)
    indexes = Indexes(options.index_url, tuple(options.extra_index_url))
    cache = Cache(cache_folder(os.environ), options.fresh)
    file, wanted = Resolver(target, indexes, cache, tuple(options.extra)).resolve(place)
    looks = look_at_all(wanted, cache)
    return forecast_of(looks, Basis(os.fspath(file), target, limit, _own(app, looks)))


def _own(app: Path | None, looks: tuple[Look, ...]) -> Bytes | None:
    if app is None:
        return None
    need_folder(app)
    return own_files(app) + collected_static(app, looks)


def _limit(text: str) -> Limit:
    try:
        return parse_limit(text)
    except ValueError:
        raise UsageError(
            f"--limit {text} is not a limit.", todo="Name a platform, or a size such as 500M."
        ) from None


FORECAST = Command(
    "forecast",
    "Show how large a slug will be, before anything is installed",
    ForecastOptions,
    configure_forecast,
    run_forecast,
)
