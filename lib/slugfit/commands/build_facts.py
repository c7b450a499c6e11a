"""What the scripts of the buildpack say of a build after it: facts as JSON, labels of an image."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slugfit.base.errors import Exit
from slugfit.commands.command import Command
from slugfit.commands.reports import LAST_REPORT
from slugfit.report.json_report import flat_facts, render_json

if TYPE_CHECKING:
    import argparse

    from slugfit.base.console import Console


@dataclass(frozen=True)
class LabelsOptions:
    """For ``labels``."""

    cache_dir: Path


def run_labels(options: LabelsOptions, console: Console) -> int:
    """Print launch.toml's labels: what the image says of itself."""
    for name, value in sorted(flat_facts(_report_in(options.cache_dir / LAST_REPORT)).items()):
        if name == "slugfit_seconds":
            continue  # the same build is to give the same image
        key = "io.slugfit." + name.removeprefix("slugfit_").replace("_", "-")
        console.say(f"[[labels]]\nkey = {json.dumps(key)}\nvalue = {json.dumps(str(value))}\n")
    return Exit.OK


@dataclass(frozen=True)
class ReportOptions:
    """For ``buildpack-report``."""

    cache_dir: Path
    upstream: Path | None


def configure_report(parser: argparse.ArgumentParser) -> None:
    """The arguments of ReportOptions."""
    parser.add_argument("cache_dir", metavar="CACHE_DIR", type=Path)
    parser.add_argument("--upstream", metavar="FILE", type=Path)


def run_report(options: ReportOptions, console: Console) -> int:
    """Print one flat JSON object: the standard buildpack's report and ours."""
    merged = _report_in(options.upstream) if options.upstream is not None else {}
    console.write(
        render_json({**merged, **flat_facts(_report_in(options.cache_dir / LAST_REPORT))})
    )
    return Exit.OK


def _report_in(file: Path) -> dict[str, Any]:
    """The JSON object in a file; {} if there is none."""
    try:
        content = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _add_cache(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("cache_dir", metavar="CACHE_DIR", type=Path)


LABELS = Command("labels", "Print the image's labels", LabelsOptions, _add_cache, run_labels)


REPORT = Command(
    "buildpack-report", "Print the build's facts", ReportOptions, configure_report, run_report
)
