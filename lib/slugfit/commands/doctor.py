"""``doctor``: what of an app's repository to mend before it is deployed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from slugfit.base.errors import Exit
from slugfit.commands.command import Command, need_folder
from slugfit.doctor.checkup import findings_of
from slugfit.doctor.finding import SEVERITIES
from slugfit.doctor.installed import read_installed
from slugfit.doctor.json_document import findings_json
from slugfit.doctor.reading import read_app
from slugfit.doctor.rules import RULE_OF
from slugfit.doctor.sarif import findings_sarif
from slugfit.doctor.text import findings_text

if TYPE_CHECKING:
    import argparse

    from slugfit.base.console import Console
    from slugfit.doctor.app import App
    from slugfit.doctor.finding import Finding


@dataclass(frozen=True)
class DoctorOptions:
    """For ``doctor``."""

    app: Path
    installed: Path | None
    fail_on: str
    format: str


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
        "--json", action="store_const", const="json", dest="format", help="print JSON"
    )
    parser.add_argument(
        "--sarif",
        action="store_const",
        const="sarif",
        dest="format",
        default="text",
        help="print SARIF 2.1.0, as code hosts show it beside the lines",
    )
    parser.add_argument(
        "--fail-on",
        choices=SEVERITIES,
        default="error",
        help="exit with 12 for findings of this severity or a graver one (default: error)",
    )


def run_doctor(options: DoctorOptions, console: Console) -> int:
    """Tell what is to be mended; nothing for a healthy app."""
    need_folder(options.app)
    app = _with_installed(read_app(options.app), options)
    findings = findings_of(app)
    _show(findings, app, options.format, console)
    return Exit.FINDINGS if _fails(findings, options.fail_on) else Exit.OK


def _show(findings: tuple[Finding, ...], app: App, form: str, console: Console) -> None:
    if form == "json":
        console.write(findings_json(findings, app.texts))
    elif form == "sarif":
        console.write(findings_sarif(findings))
    else:
        console.write(findings_text(findings, app.texts))


def _with_installed(app: App, options: DoctorOptions) -> App:
    own = options.app / ".venv"
    place = options.installed or (own if (own / "pyvenv.cfg").is_file() else None)
    if place is None:
        return app
    need_folder(place)
    installed = read_installed(place)
    return replace(app, installed=installed, sizes={**installed.sizes, **app.sizes})


def _fails(findings: tuple[Finding, ...], severity: str) -> bool:
    grave = SEVERITIES[: SEVERITIES.index(severity) + 1]
    return any(RULE_OF[item.rule].severity in grave for item in findings)


DOCTOR = Command(
    "doctor",
    "Say what of an app to mend before it is deployed; changes nothing",
    DoctorOptions,
    configure_doctor,
    run_doctor,
)
