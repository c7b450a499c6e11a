"""``slugfit build``: the slug compiler, emulated end to end on this machine.

A clean copy of the app, then detect, compile, report and release of this very buildpack, as the
platform runs them; the slug is packed and, if asked, booted.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slugfit import archive, boot, cache, config, measure, procfile, sha256, source
from slugfit import tree as trees
from slugfit.errors import (
    BuildError,
    Exit,
    NoPythonError,
    OverLimitError,
    RollBackError,
    SlugfitError,
    UsageError,
    VerificationError,
)
from slugfit.report import as_json
from slugfit.report.text import megabytes

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

HOME = Path(__file__).resolve().parent.parent.parent
"""The buildpack's own folder."""
PARTS = ("bin", "lib")
_FAILURES: Mapping[int, type[SlugfitError]] = {
    Exit.OVER_LIMIT: OverLimitError,
    Exit.ROLL_BACK: RollBackError,
    Exit.VERIFICATION: VerificationError,
}
"""bin/compile's own exit codes; any other is the wrapped buildpack's."""
STAND_IN = "lib/standin"
_OWN = ("SLUGFIT_", "PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV", "GIT_DIR", "GIT_WORK_TREE")


@dataclass(frozen=True, slots=True)
class Job:
    """One build: where everything lies, and where the log goes."""

    app: Path
    work: Path
    cache: Path
    output: Path
    variables: Mapping[str, str]
    log: Any

    @property
    def built(self) -> Path:
        """BUILD_DIR."""
        return self.work / "build"

    @property
    def buildpack(self) -> Path:
        """A copy of this buildpack, as a platform downloads one for each build."""
        return self.work / "buildpack"

    @property
    def environment(self) -> Path:
        """ENV_DIR."""
        return self.work / "env"


def command(options: argparse.Namespace) -> int:
    """Build, pack, report, and boot if asked; a wrong setting is told before any work."""
    app = options.app.resolve()
    if not (HOME / STAND_IN).is_dir():
        raise UsageError(
            "This copy of Slugfit cannot build slugs.",
            "The buildpack's scripts are not beside it: it is the engine alone.",
            "Clone the repository, and call its bin/slugfit.",
        )
    if app.is_dir():
        config.from_environment(dict(options.config), config.read_project(app))
    output = (options.output or Path(f"slug-{app.name}")).resolve()
    variables = dict(options.config)
    if options.limit:
        variables["SLUGFIT_LIMIT"] = options.limit
    with tempfile.TemporaryDirectory(prefix="slugfit-build-") as work:
        kept = (options.cache or Path(work) / "cache").resolve()
        log = sys.stderr if options.json else sys.stdout
        job = Job(app, Path(work), kept, output, variables, log)
        upstream = options.upstream or variables.get("SLUGFIT_UPSTREAM")
        _make_folders(job)
        with cache.held(job.cache, lambda line: _say(job, line)):
            document = build(job, upstream)
        _write(output / "report.json", as_json.render(document))
        if options.boot:
            document["boot"] = _boot(job, document)
            _write(output / "report.json", as_json.render(document))
        if options.json:
            sys.stdout.write(as_json.render(document))
    return Exit.OK


def build(job: Job, upstream: str | None) -> dict[str, Any]:
    """Everything up to the written slug; returns the content of report.json."""
    _prepare(job, upstream)
    _say(job, f"-----> Building {job.app.name}")
    answer = _run(job, "detect", [job.built], quiet=True)
    if answer.returncode:
        raise NoPythonError(
            f"{job.app} is no Python app: bin/detect says no.",
            "None of the files that make an app a Python app is in it.",
            "Add a requirements.txt, Pipfile.lock, poetry.lock or uv.lock.",
        )
    _say(job, f"-----> {answer.stdout.strip()} app detected")
    code = _run(job, "compile", [job.built, job.cache, job.environment]).returncode
    if code:
        failure = _FAILURES.get(code, BuildError)
        raise failure("The build failed: bin/compile stopped.", "Its own words stand above.")
    report = _run(job, "report", [job.built, job.cache, job.environment], quiet=True).stdout
    release = _run(job, "release", [job.built], quiet=True).stdout
    processes = dict(procfile.defaults(release))
    processes.update(procfile.read(job.built))
    size, digest = _pack(job)
    document = _document(job, report)
    document["slug"] = {"path": "slug.tgz", "bytes": size, "sha256": digest}
    document["process_types"] = processes
    _tell_processes(job, processes)
    return document


def _prepare(job: Job, upstream: str | None) -> None:
    for name in PARTS:
        shutil.copytree(HOME / name, job.buildpack / name, symlinks=True)
    source.copy(job.app, job.built)
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


def _run(
    job: Job, script: str, arguments: list[Path], *, quiet: bool = False
) -> subprocess.CompletedProcess[str]:
    """One buildpack script with the environment a platform gives it."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(_OWN)}
    environment.setdefault("STACK", "local")
    environment["REQUEST_ID"] = "local"
    job.log.flush()
    return subprocess.run(
        [job.buildpack / "bin" / script, *arguments],
        env=environment,
        cwd=job.work,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if quiet else job.log,
        text=True,
        errors="surrogateescape",
        check=False,
    )


def _pack(job: Job) -> tuple[int, str]:
    """Write slug.tgz; its size in bytes and sha256."""
    target = job.output / "slug.tgz"
    try:
        size = archive.write(target, measure.slug_pieces(trees.scan(job.built)))
    except OSError as error:
        raise BuildError(
            f"The slug could not be written to {target}.",
            str(error),
            "Free disk space, or name another --output.",
        ) from error
    return size, sha256.of(target).hex()


def _document(job: Job, report: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads((job.cache / "slugfit" / "report.json").read_text())
        found["buildpack"] = json.loads(report or "{}")
    except (OSError, ValueError) as error:
        raise BuildError("The build left no report.", str(error)) from error
    return found


def _tell_processes(job: Job, processes: Mapping[str, str]) -> None:
    names = ", ".join(processes) or "(none: add a Procfile with a line `web: …`)"
    _say(job, "-----> Discovering process types")
    _say(job, f"       Procfile declares types -> {names}")
    size = (job.output / "slug.tgz").stat().st_size
    _say(job, "-----> Compressing...")
    _say(job, f"       Done: {megabytes(size)} MB, {job.output / 'slug.tgz'}")


def _boot(job: Job, document: Mapping[str, Any]) -> Mapping[str, Any]:
    web = document["process_types"].get("web")
    if not web:
        raise BuildError(
            "There is nothing to boot: the app declares no web process.",
            todo="Add a Procfile with a line such as `web: gunicorn app:app --bind 0.0.0.0:$PORT`.",
        )
    _say(job, f"-----> Booting the slug: {web}")
    variables = {k: v for k, v in job.variables.items() if not k.startswith("SLUGFIT_")}
    found = boot.boot(job.output / "slug.tgz", web, variables)
    for line in boot.lines(found):
        _say(job, f"       {line}")
    return boot.document(found)


def _write(target: Path, text: str) -> None:
    try:
        target.write_text(text, "utf-8")
    except OSError as error:
        raise BuildError(f"{target} could not be written.", str(error)) from error


def _say(job: Job, line: str) -> None:
    print(line, file=job.log, flush=True)
