"""What a local build leaves in its output folder: slug.tgz, report.json, report.html."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from slugfit.base.atomic import write_atomically
from slugfit.base.errors import BuildError
from slugfit.base.hashing import sha256_of
from slugfit.local.folded_log import say_in_log
from slugfit.measure.archive import write_gzip
from slugfit.measure.pieces import slug_pieces
from slugfit.page.html import page_html
from slugfit.page.last_files import LAST_FILES
from slugfit.report.json_report import render_json
from slugfit.scan.tree import scan_tree

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slugfit.local.scripts import Job


def pack(job: Job) -> tuple[int, str]:
    """Write slug.tgz; its size in bytes and sha256."""
    target = job.output / "slug.tgz"
    try:
        with job.progress.during("compressing the slug"):
            size = write_gzip(target, slug_pieces(scan_tree(job.built)))
    except OSError as error:
        raise BuildError(
            f"The slug could not be written to {target}.",
            str(error),
            "Free disk space, or name another --output.",
        ) from error
    return size, sha256_of(target).hex()


def read_document(job: Job, report: str) -> dict[str, Any]:
    """What the build left of report.json, with ``report``, the answer of bin/report."""
    try:
        document: dict[str, Any] = json.loads((job.cache / "slugfit" / "report.json").read_text())
        document["buildpack"] = json.loads(report or "{}")
    except (OSError, ValueError) as error:
        raise BuildError("The build left no report.", str(error)) from error
    return document


def write_report(job: Job, document: Mapping[str, Any]) -> None:
    """Write report.json."""
    target = job.output / "report.json"
    try:
        target.write_text(render_json(document), "utf-8")
    except OSError as error:
        raise BuildError(f"{target} could not be written.", str(error)) from error


def write_page(job: Job) -> None:
    """Write report.html from what the build left of it in its cache, if it did."""
    try:
        data = (job.cache / LAST_FILES).read_bytes()
        write_atomically(job.output / "report.html", page_html(data))
        say_in_log(job.console, f"       Each file, and why: {job.output / 'report.html'}")
    except OSError as error:
        job.console.complain(f"slugfit: report.html could not be written: {error.strerror}")
