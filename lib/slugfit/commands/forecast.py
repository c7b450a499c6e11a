"""``forecast``: how large the slug will be, before anything is installed."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from slugfit.base.errors import Exit, UsageError
from slugfit.catalog.limits import parse_limit
from slugfit.commands.command import Command
from slugfit.forecast.cache import Cache, cache_folder
from slugfit.forecast.forecast import forecast_of
from slugfit.forecast.look import look_at_all
from slugfit.forecast.pip_report import Pip, resolve_with_pip
from slugfit.forecast.table import forecast_document, forecast_lines
from slugfit.report.json_report import render_json
from slugfit.report.text import rendered

if TYPE_CHECKING:
    import argparse

    from slugfit.base.console import Console
    from slugfit.catalog.limits import Limit
    from slugfit.forecast.forecast import Forecast


@dataclass(frozen=True)
class ForecastOptions:
    """For ``forecast``."""

    file: Path
    limit: str
    index_url: str | None
    extra_index_url: list[str]
    json: bool


def configure_forecast(parser: argparse.ArgumentParser) -> None:
    """The arguments of ForecastOptions."""
    parser.add_argument("file", metavar="FILE", type=Path, help="requirements.txt or the like")
    parser.add_argument(
        "--limit", metavar="LIMIT", default="heroku", help="a platform's name or a size (heroku)"
    )
    parser.add_argument("--index-url", metavar="URL", help="the package index, as for pip")
    parser.add_argument(
        "--extra-index-url", metavar="URL", action="append", default=[], help="another one"
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of text")


def run_forecast(options: ForecastOptions, console: Console) -> int:
    """Show how large the slug will be."""
    forecast = _forecast(options, options.file)
    if options.json:
        console.write(render_json(forecast_document(forecast)))
    else:
        console.write(rendered(forecast_lines(forecast), console.style))
    return Exit.OK


def _forecast(options: ForecastOptions, file: Path) -> Forecast:
    limit = _limit(options.limit)
    if not file.is_file():
        raise UsageError(f"{file} is not a file.", todo="Name a requirements file, or a lock file.")
    wanted = resolve_with_pip(file, Pip(options=_index_options(options)))
    looks = look_at_all(wanted, Cache(cache_folder(os.environ)))
    return forecast_of(file.name, looks, limit)


def _index_options(options: ForecastOptions) -> tuple[str, ...]:
    first = () if options.index_url is None else ("--index-url", options.index_url)
    more = [part for url in options.extra_index_url for part in ("--extra-index-url", url)]
    return (*first, *more)


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
