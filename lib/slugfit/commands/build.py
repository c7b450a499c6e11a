"""``build``: a slug built on this machine, as the platform will, and booted if asked."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from slugfit.base.errors import Exit
from slugfit.base.progress import Progress
from slugfit.commands.command import Command, setting_pair
from slugfit.commands.reports import add_format
from slugfit.commands.settings import own_name
from slugfit.commands.telling import teller_for, telling
from slugfit.report.json_report import render_json
from slugfit.report.markdown import report_markdown

if TYPE_CHECKING:
    import argparse

    from slugfit.base.console import Console


@dataclass(frozen=True)
class BuildOptions:
    """For ``build``."""

    app: Path
    output: Path | None
    cache: Path | None
    config: list[tuple[str, str]]
    upstream: str | None
    limit: str | None
    boot: bool
    verbose: bool
    json: bool
    format: str

    @property
    def form(self) -> str:
        """The form of the answer: text is the log itself."""
        return "json" if self.json else self.format


def configure_build(parser: argparse.ArgumentParser) -> None:
    """The arguments of BuildOptions."""
    parser.add_argument("app", metavar="APP", type=Path, help="the app's folder")
    parser.add_argument(
        "--output",
        metavar="DIR",
        type=Path,
        help="for slug.tgz, report.json and report.html (slug-NAME)",
    )
    parser.add_argument(
        "--cache", metavar="DIR", type=Path, help="build cache; a second build is much faster"
    )
    parser.add_argument(
        "--config",
        metavar="K=V",
        action="append",
        default=[],
        type=setting_pair,
        help="a config var",
    )
    parser.add_argument(
        "--upstream",
        metavar="PATH",
        help="the standard buildpack to wrap: a folder, an archive or URL#ref "
        "(default: the local stand-in)",
    )
    parser.add_argument("--limit", metavar="LIMIT", help="a platform's name or a size such as 500M")
    parser.add_argument(
        "--boot", action="store_true", help="start the written slug and ask it for /"
    )
    parser.add_argument("--verbose", action="store_true", help="show the installer's own lines")
    parser.add_argument("--json", action="store_true", help="print report.json instead of the log")
    add_format(parser)


def run_build(options: BuildOptions, console: Console) -> int:
    """Build a slug as the platform will, and boot it if asked."""
    # A dyno's build never needs it.
    from slugfit.local.build import build_app  # noqa: PLC0415
    from slugfit.local.scripts import Job  # noqa: PLC0415

    app = options.app.resolve()
    variables = dict(options.config)
    for name in filter(own_name, variables):
        console.complain(f"slugfit: {name} is set for the app; Slugfit's own is {own_name(name)}.")
    if options.limit:
        variables["SLUGFIT_LIMIT"] = options.limit
    log = console if options.form == "text" else console.only_errors()
    progress = Progress()
    with tempfile.TemporaryDirectory(prefix="slugfit-build-") as work:
        job = Job(
            app=app,
            work=Path(work),
            cache=(options.cache or Path(work) / "cache").resolve(),
            output=(options.output or Path(f"slug-{app.name}")).resolve(),
            variables=variables,
            console=log,
            progress=progress,
            verbose=options.verbose,
        )
        with telling(teller_for(log, as_log=True), progress):
            document = build_app(job, upstream=options.upstream, boot=options.boot)
    if options.form == "json":
        console.write(render_json(document))
    elif options.form == "markdown":
        console.write(report_markdown(document))
    return Exit.OK


BUILD = Command(
    "build",
    "Build an app's slug here, as the platform will",
    BuildOptions,
    configure_build,
    run_build,
)
