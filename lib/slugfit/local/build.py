"""``slugfit build``: the slug compiler, emulated end to end on this machine.

A clean copy of the app, then detect, compile, report and release of this very buildpack, as the
platform runs them; the slug is packed and, if asked, booted.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slugfit.base.atomic import write_atomically
from slugfit.base.errors import (
    BuildError,
    NoPythonError,
    OverLimitError,
    RollBackError,
    SlugfitError,
    UsageError,
    VerificationError,
)
from slugfit.base.hashing import sha256_of
from slugfit.base.words import megabytes
from slugfit.local.app_source import copy_app
from slugfit.local.boot import Booted, boot_document, boot_lines, boot_slug
from slugfit.local.boot_bytecode import Added, add_loaded
from slugfit.local.build_cache import locked_cache
from slugfit.local.folded_log import say_in_log
from slugfit.local.scripts import Job, compile_app, run_script
from slugfit.measure.archive import write_gzip
from slugfit.measure.pieces import slug_pieces
from slugfit.page.html import page_html
from slugfit.page.last_files import LAST_FILES
from slugfit.report.fault_words import fault_sentence
from slugfit.report.json_report import render_json
from slugfit.scan.procfile import default_processes, procfile_faults, read_procfile
from slugfit.scan.tree import scan_tree
from slugfit.settings.config import read_config, read_pyproject

if TYPE_CHECKING:
    from collections.abc import Mapping


BUILDPACK = Path(__file__).resolve().parents[3]
"""The buildpack's own folder."""
PARTS = ("bin", "lib")
_FAILURES: Mapping[int, type[SlugfitError]] = {
    error.code: error for error in (OverLimitError, RollBackError, VerificationError)
}
"""bin/compile's own exit codes; any other is the wrapped buildpack's."""
STAND_IN = "lib/standin"


def build_app(job: Job, *, upstream: str | None, boot: bool) -> dict[str, Any]:
    """Build, pack, report, and boot if asked; returns the content of report.json.

    A wrong setting is told before any work.
    """
    if not (BUILDPACK / STAND_IN).is_dir():
        raise UsageError(
            "This copy of Slugfit cannot build slugs.",
            "The buildpack's scripts are not beside it: it is the engine alone.",
            "Clone the repository, and call its bin/slugfit.",
        )
    if job.app.is_dir():
        read_config(job.variables, read_pyproject(job.app))
    _make_folders(job)
    with locked_cache(job.cache, job.console.say):
        document = build_slug(job, upstream or job.variables.get("SLUGFIT_UPSTREAM"))
    _write(job.output / "report.json", render_json(document))
    _write_page(job)
    if boot:
        document["boot"] = _boot(job, document)
        _write(job.output / "report.json", render_json(document))
    return document


def build_slug(job: Job, upstream: str | None) -> dict[str, Any]:
    """Everything up to the written slug; returns the content of report.json."""
    _prepare(job, upstream)
    say_in_log(job.console, f"-----> Building {job.app.name}")
    answer = run_script(job, "detect", [job.built], quiet=True)
    if answer.returncode:
        raise NoPythonError(
            f"{job.app} is not a Python app: bin/detect says no.",
            "None of the files that make an app a Python app is in it.",
            "Add a requirements.txt, Pipfile.lock, poetry.lock or uv.lock.",
        )
    say_in_log(job.console, f"-----> {answer.stdout.strip()} app detected")
    code = compile_app(job)
    if code:
        failure = _FAILURES.get(code, BuildError)
        raise failure("The build failed: bin/compile stopped.", "Its own words stand above.")
    report = run_script(job, "report", [job.built, job.cache, job.environment], quiet=True).stdout
    release = run_script(job, "release", [job.built], quiet=True).stdout
    processes = dict(default_processes(release))
    processes.update(read_procfile(job.built))
    document = _document(job, report)
    document["process_types"] = processes
    _tell_processes(job, processes)
    say_in_log(job.console, "-----> Compressing...")
    size, digest = _pack(job)
    document["slug"] = {"path": "slug.tgz", "bytes": size, "sha256": digest}
    say_in_log(job.console, f"       Done: {megabytes(size)} MB, {job.output / 'slug.tgz'}")
    return document


def _prepare(job: Job, upstream: str | None) -> None:
    for name in PARTS:
        shutil.copytree(BUILDPACK / name, job.buildpack / name, symlinks=True)
    with job.progress.during("copying the app"):
        copy_app(job.app, job.built)
    chosen = upstream or str(job.buildpack / STAND_IN)
    if upstream and "://" not in upstream:
        chosen = str(Path(upstream).resolve())
    job.environment.mkdir()
    for name, value in {**job.variables, "SLUGFIT_UPSTREAM": chosen}.items():
        (job.environment / name).write_text(value, "utf-8")


def _make_folders(job: Job) -> None:
    try:
        job.cache.mkdir(parents=True, exist_ok=True)
        job.output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError("A folder for the result could not be made.", str(error)) from error


def _pack(job: Job) -> tuple[int, str]:
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


def _document(job: Job, report: str) -> dict[str, Any]:
    try:
        document: dict[str, Any] = json.loads((job.cache / "slugfit" / "report.json").read_text())
        document["buildpack"] = json.loads(report or "{}")
    except (OSError, ValueError) as error:
        raise BuildError("The build left no report.", str(error)) from error
    return document


def _tell_processes(job: Job, processes: Mapping[str, str]) -> None:
    names = ", ".join(processes) or "(none: add a Procfile with a line `web: COMMAND`)"
    say_in_log(job.console, "-----> Discovering process types")
    say_in_log(job.console, f"       Procfile declares types -> {names}")


def _boot(job: Job, document: dict[str, Any]) -> Mapping[str, Any]:
    web = document["process_types"].get("web")
    if not web:
        wrong = [f"{fault_sentence(fault)}." for fault in procfile_faults(job.built)]
        raise BuildError(
            "There is nothing to boot: the app declares no web process.",
            " ".join(wrong),
            "Correct that."
            if wrong
            else "Add a Procfile with a line such as `web: gunicorn app:app --bind 0.0.0.0:$PORT`.",
        )
    say_in_log(job.console, f"-----> Booting the slug: {web}")
    variables = {k: v for k, v in job.variables.items() if not k.startswith("SLUGFIT_")}
    with job.progress.during("booting the slug"):
        booted = boot_slug(job.output / "slug.tgz", web, variables)
    for line in boot_lines(booted):
        say_in_log(job.console, f"       {line}")
    added = _add_compiled(job, booted)
    if added.files:
        size, digest = _pack(job)
        document["slug"].update(bytes=size, sha256=digest)
        say_in_log(
            job.console,
            f"       {added.files} modules had to be compiled: their bytecode is added "
            f"({megabytes(added.size)} MB), the slug is {megabytes(size)} MB",
        )
    return {**boot_document(booted), "bytecode_files_added": added.files}


def _add_compiled(job: Job, booted: Booted) -> Added:
    """Add the bytecode that the web process lacked, where the slug has that of its start."""
    config = read_config(job.variables, read_pyproject(job.app))
    # With ``auto`` the limit may have no room for it.
    if config.bytecode != "boot" or config.level == "measure":
        return Added(0, 0)
    return add_loaded(job.built, booted.compiled)


def _write_page(job: Job) -> None:
    """Write report.html from what the build left of it in its cache, if it did."""
    try:
        data = (job.cache / LAST_FILES).read_bytes()
        write_atomically(job.output / "report.html", page_html(data))
        say_in_log(job.console, f"       Each file, and why: {job.output / 'report.html'}")
    except OSError as error:
        job.console.complain(f"slugfit: report.html could not be written: {error.strerror}")


def _write(target: Path, text: str) -> None:
    try:
        target.write_text(text, "utf-8")
    except OSError as error:
        raise BuildError(f"{target} could not be written.", str(error)) from error
