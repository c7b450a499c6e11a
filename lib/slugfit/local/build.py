"""``slugfit build``: the slug compiler, emulated end to end on this machine.

A clean copy of the app, then detect, compile, report and release of this very buildpack, as the
platform runs them; the slug is packed and, if asked, booted.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slugfit.base.errors import (
    BuildError,
    NoPythonError,
    OverLimitError,
    RollBackError,
    SlugfitError,
    UsageError,
    VerificationError,
)
from slugfit.base.words import megabytes
from slugfit.local.app_source import copy_app
from slugfit.local.booting import boot_built
from slugfit.local.build_cache import locked_cache
from slugfit.local.folded_log import say_in_log
from slugfit.local.output import pack, read_document, write_page, write_report
from slugfit.local.scripts import Job, compile_app, run_script
from slugfit.scan.procfile import default_processes, read_procfile
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
    write_report(job, document)
    write_page(job)
    if boot:
        document["boot"] = boot_built(job, document)
        write_report(job, document)
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
    document = read_document(job, report)
    document["process_types"] = processes
    _tell_processes(job, processes)
    say_in_log(job.console, "-----> Compressing...")
    size, digest = pack(job)
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


def _tell_processes(job: Job, processes: Mapping[str, str]) -> None:
    names = ", ".join(processes) or "(none: add a Procfile with a line `web: COMMAND`)"
    say_in_log(job.console, "-----> Discovering process types")
    say_in_log(job.console, f"       Procfile declares types -> {names}")
