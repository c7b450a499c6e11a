"""``plan``, ``measure`` and ``why``: what would happen, and why; they change nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from slugfit.base.errors import Exit
from slugfit.commands.command import Command
from slugfit.commands.pages import PageTargets, save_page
from slugfit.commands.reports import ShownOptions, add_report, require_fit, show_report
from slugfit.commands.settings import SettingsOptions, add_settings
from slugfit.commands.telling import teller_for, telling
from slugfit.pipeline import dry_run
from slugfit.report.json_report import render_json
from slugfit.report.make import make_report
from slugfit.report.why import explain_path, explanation_document, explanation_text

if TYPE_CHECKING:
    import argparse

    from slugfit.base.console import Console
    from slugfit.report.make import Report, ReportAction
    from slugfit.settings.config import Config
    from slugfit.settings.current_run import Run


def run_plan(options: ShownOptions, console: Console) -> int:
    """Show what slim would do."""
    config, run = options.settings(), options.facts()
    report = _planned(options, config, run, console, "plan")
    show_report(report, console, options.form)
    return require_fit(report, config)


def run_measure(options: ShownOptions, console: Console) -> int:
    """Show where the bytes are."""
    config, run = replace(options.settings(), level="measure"), options.facts()
    report = _planned(options, config, run, console, "measure")
    show_report(report, console, options.form)
    return require_fit(report, config)


def _planned(
    options: ShownOptions, config: Config, run: Run, console: Console, action: ReportAction
) -> Report:
    with telling(teller_for(console, as_log=False), run.progress):
        outcome = dry_run(options.root, config, run)
        report = make_report(outcome, config, run, action)
    pages = () if options.html is None else (options.html,)
    save_page(report, outcome, PageTargets(pages), console)
    return report


@dataclass(frozen=True)
class WhyOptions(SettingsOptions):
    """For ``why``."""

    path: str


def configure_why(parser: argparse.ArgumentParser) -> None:
    """The arguments of WhyOptions."""
    add_settings(parser)
    parser.add_argument("path", metavar="PATH", help="a file, as seen from DIR")


def run_why(options: WhyOptions, console: Console) -> int:
    """Explain one file."""
    answer = explain_path(options.root, options.path, options.settings(), options.facts())
    if options.json:
        console.write(render_json(explanation_document(answer)))
    else:
        console.write(explanation_text(answer))
    return Exit.OK


def _configure(parser: argparse.ArgumentParser) -> None:
    add_report(parser)


PLAN = Command(
    "plan", "Show what slim would do; changes nothing", ShownOptions, _configure, run_plan
)
MEASURE = Command(
    "measure", "Show where the bytes are; changes nothing", ShownOptions, _configure, run_measure
)
WHY = Command(
    "why", "Explain what happens to one file, and why", WhyOptions, configure_why, run_why
)
