"""``forecast``: how large the slug will be, before anything is installed."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from slugfit.base.errors import Exit, OverLimitError, UsageError
from slugfit.catalog.limits import parse_limit
from slugfit.commands.command import Command, need_folder
from slugfit.commands.settings import own_setting
from slugfit.commands.target_options import TargetOptions, add_target
from slugfit.forecast.cache import Cache, cache_folder
from slugfit.forecast.comparison import comparison_document, comparison_lines
from slugfit.forecast.forecast import Basis, forecast_of
from slugfit.forecast.look import look_at_all
from slugfit.forecast.own_files import collected_static, own_files
from slugfit.forecast.resolve import Resolver
from slugfit.forecast.table import forecast_document, forecast_lines
from slugfit.report.json_report import render_json
from slugfit.report.limit_words import over_sentences
from slugfit.report.text import rendered
from slugfit.settings.config import read_config, read_pyproject
from slugfit.settings.config_vars import ConfigVars

if TYPE_CHECKING:
    import argparse

    from slugfit.base.console import Console
    from slugfit.catalog.limits import Limit
    from slugfit.forecast.forecast import Forecast
    from slugfit.forecast.look import Look
    from slugfit.measure.sizes import Bytes
    from slugfit.settings.config import Config


@dataclass(frozen=True)
class ForecastOptions(TargetOptions):
    """For ``forecast``."""

    file: Path
    compare: Path | None
    app: Path | None
    config: list[tuple[str, str]]
    json: bool

    def app_at(self, place: Path) -> Path | None:
        """The folder whose files are the app's own; None if none is named."""
        return self.app or (place if place.is_dir() else None)

    def settings(self) -> Config:
        """The settings of the app that the list is of; raises UsageError."""
        given = dict(self.config)
        if self.limit:
            _limit(self.limit)
            given["SLUGFIT_LIMIT"] = self.limit
        folder = self.app_at(self.file) or self.file.parent
        return read_config(ConfigVars(given=given).settings(), read_pyproject(folder))


def configure_forecast(parser: argparse.ArgumentParser) -> None:
    """The arguments of ForecastOptions."""
    parser.add_argument(
        "file", metavar="FILE", type=Path, help="a list of packages, a lock, or their folder"
    )
    parser.add_argument("--compare", metavar="OTHER", type=Path, help="another list beside it")
    parser.add_argument("--app", metavar="APP", type=Path, help="count this app's own files, too")
    parser.add_argument(
        "--config",
        metavar="K=V",
        action="append",
        default=[],
        type=own_setting,
        help="a setting, such as SLUGFIT_OVER_LIMIT=fail (also read from the environment)",
    )
    add_target(parser)
    parser.add_argument("--json", action="store_true", help="print JSON instead of text")


def run_forecast(options: ForecastOptions, console: Console) -> int:
    """Show how large the slug will be."""
    config = options.settings()
    options = replace(options, limit=config.limit.name)
    first = forecast_at(options.file, options, options.app_at(options.file))
    if options.compare is None:
        document, lines = forecast_document(first), forecast_lines(first)
    else:
        second = forecast_at(options.compare, options, options.app_at(options.compare))
        document, lines = comparison_document(first, second), comparison_lines(first, second)
    if options.json:
        console.write(render_json(document))
    else:
        console.write(rendered(lines, console.style))
    return _require_fit(first, config)


def _require_fit(forecast: Forecast, config: Config) -> int:
    """The exit code; raise OverLimitError if even the slimmed slug is too large, and shall fail."""
    if forecast.verdict == "over" and config.over_limit == "fail":
        over = " and ".join(over_sentences(forecast.basis.limit, forecast.after))
        raise OverLimitError(
            f"The slug will be too large: {over}; SLUGFIT_OVER_LIMIT is fail.",
            "The forecast above says where the bytes will be.",
            "Ask for less, or set SLUGFIT_OVER_LIMIT=warn.",
        )
    return Exit.OK


def forecast_at(place: Path, options: TargetOptions, app: Path | None = None) -> Forecast:
    """The forecast of the list, the lock or the folder at ``place``; raises ForecastError.

    The files of ``app`` count as well, if one is named.
    """
    limit, target = _limit(options.limit or "heroku"), options.target()
    cache = Cache(cache_folder(os.environ), options.fresh)
    resolver = Resolver(target, options.indexes(), cache, tuple(options.extra))
    file, wanted = resolver.resolve(place)
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
