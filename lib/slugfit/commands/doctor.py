"""``doctor``: what of an app's repository to mend before it is deployed."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from slugfit.base.errors import Exit, UsageError
from slugfit.base.git import ask_git
from slugfit.base.urls import redact
from slugfit.base.words import printable
from slugfit.commands.command import Command, need_folder
from slugfit.commands.forecast import forecast_at
from slugfit.commands.target_options import usual_target
from slugfit.doctor.checkup import findings_of
from slugfit.doctor.diffs import unified
from slugfit.doctor.finding import SEVERITIES
from slugfit.doctor.fixing import fix_of, require_committed, write_fix
from slugfit.doctor.installed import read_installed
from slugfit.doctor.json_document import findings_json
from slugfit.doctor.reading import read_app
from slugfit.doctor.rules import RULE_OF
from slugfit.doctor.sarif import findings_sarif
from slugfit.doctor.sizes import Size
from slugfit.doctor.text import findings_text
from slugfit.forecast.errors import ForecastError
from slugfit.report.failures import error_sentences

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from slugfit.base.console import Console
    from slugfit.doctor.app import App
    from slugfit.doctor.finding import Finding


@dataclass(frozen=True)
class DoctorOptions:
    """For ``doctor``."""

    app: Path
    installed: Path | None
    forecast: bool
    fail_on: str
    format: str
    fix: bool
    yes: bool


def configure_doctor(parser: argparse.ArgumentParser) -> None:
    """The arguments of DoctorOptions."""
    parser.add_argument("app", metavar="APP", type=Path, help="the folder of an app's source")
    parser.add_argument(
        "--installed",
        metavar="DIR",
        type=Path,
        help="an environment that the app is installed in; default: its own .venv",
    )
    parser.add_argument(
        "--forecast",
        action="store_true",
        help="ask the package index for the megabytes of what is required (seconds)",
    )
    parser.add_argument(
        "--json", action="store_const", const="json", dest="format", help="print JSON"
    )
    parser.add_argument(
        "--sarif",
        action="store_const",
        const="sarif",
        dest="format",
        help="print SARIF 2.1.0, as code hosts show it beside the lines",
    )
    parser.set_defaults(format="text")
    parser.add_argument(
        "--fix", action="store_true", help="make the changes that need no judgement; asks before"
    )
    parser.add_argument("--yes", action="store_true", help="do not ask; for --fix")
    parser.add_argument(
        "--fail-on",
        choices=SEVERITIES,
        default="error",
        help="exit with 12 for findings of this severity or a graver one (default: error)",
    )


def run_doctor(options: DoctorOptions, console: Console) -> int:
    """Tell what is to be mended; nothing for a healthy app."""
    need_folder(options.app)
    told = _forecast_sizes(options.app, console) if options.forecast else {}
    app = _with_sizes(read_app(options.app), options, told)
    findings = findings_of(app)
    if options.fix and _fixed(options, findings, app, console):
        app = _with_sizes(read_app(options.app), options, told)
        findings = findings_of(app)
    _show(findings, app, options, console)
    return Exit.FINDINGS if _fails(findings, options.fail_on) else Exit.OK


def _fixed(
    options: DoctorOptions, findings: tuple[Finding, ...], app: App, console: Console
) -> bool:
    """Make the mechanical changes; False if there are none, or they are not wanted."""
    told = console if options.format == "text" else console.only_errors()
    fix = fix_of(findings, app.texts)
    if not fix.files:
        told.say("slugfit doctor: nothing that --fix could change")
        return False
    folder = Path(os.path.realpath(options.app))
    require_committed(folder, fix.files)
    for line in unified(fix.edits, app.texts):
        told.say(printable(redact(line)))
    if not options.yes and not _agreed():
        return False
    write_fix(folder, fix, app.texts)
    told.say(f"slugfit doctor: changed {', '.join(map(printable, fix.files))}\n")
    return True


def _agreed() -> bool:
    if not sys.stdin.isatty():
        raise UsageError(
            "--fix asks before it changes a file.", "There is no terminal.", "Add --yes."
        )
    return input("Make these changes? [y/N] ").strip().lower() in ("y", "yes")


def _show(
    findings: tuple[Finding, ...], app: App, options: DoctorOptions, console: Console
) -> None:
    if options.format == "json":
        console.write(findings_json(findings, app.texts))
    elif options.format == "sarif":
        console.write(findings_sarif(findings, _place_in_repository(options.app)))
    else:
        console.write(findings_text(findings, app.texts))


def _place_in_repository(app: Path) -> str:
    """The folder of the app from its repository's root, with a slash at its end; "" for that."""
    try:
        return os.fsdecode(ask_git(app, "rev-parse", "--show-prefix").stdout).rstrip("\n")
    except (OSError, subprocess.TimeoutExpired):
        return ""


def _with_sizes(app: App, options: DoctorOptions, told: Mapping[str, Size]) -> App:
    """The app with what is installed for it, and what each distribution weighs.

    What a forecast ``told`` counts first: it is of the very versions that are asked for.
    """
    own = options.app / ".venv"
    place = options.installed or (own if (own / "pyvenv.cfg").is_file() else None)
    if place is None:
        return replace(app, sizes={**app.sizes, **told})
    need_folder(place)
    installed = read_installed(place)
    return replace(app, installed=installed, sizes={**installed.sizes, **app.sizes, **told})


def _forecast_sizes(app: Path, console: Console) -> Mapping[str, Size]:
    """What each distribution will take in the slug; none where no forecast can be made."""
    try:
        shares = forecast_at(app, usual_target()).shares
    except ForecastError as error:
        for line in error_sentences(error):
            console.complain(f"slugfit: no forecast: {line}")
        return {}
    return {share.name: Size(share.before.compressed, "slug") for share in shares}


def _fails(findings: tuple[Finding, ...], severity: str) -> bool:
    grave = SEVERITIES[: SEVERITIES.index(severity) + 1]
    return any(RULE_OF[item.rule].severity in grave for item in findings)


DOCTOR = Command(
    "doctor",
    "Say what of an app to mend before it is deployed",
    DoctorOptions,
    configure_doctor,
    run_doctor,
)
