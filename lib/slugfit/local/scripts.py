"""The buildpack's scripts, run as a platform runs them, over the folders of one local build."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slugfit.local.folded_log import FoldedLog

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from slugfit.base.console import Console
    from slugfit.base.progress import Progress

_OWN = ("SLUGFIT_", "PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV", "GIT_DIR", "GIT_WORK_TREE")
"""Variables of this process that are no part of a platform's environment."""


@dataclass(frozen=True, slots=True)
class Job:
    """One build: where everything lies, and where the log goes."""

    app: Path
    work: Path
    cache: Path
    output: Path
    variables: Mapping[str, str]
    console: Console
    progress: Progress
    """Where the stage is noted that is going on."""
    verbose: bool
    """Whether the installer's own lines are shown."""

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


def compile_app(job: Job) -> int:
    """The exit code of bin/compile, whose log is shown."""
    arguments = [job.built, job.cache, job.environment]
    if job.verbose:
        return run_script(job, "compile", arguments).returncode
    command = [job.buildpack / "bin" / "compile", *arguments]
    log = FoldedLog(job.console, job.progress)
    with subprocess.Popen(
        command,
        env=_environment(),
        cwd=job.work,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        errors="surrogateescape",
    ) as process:
        try:
            log.follow(process.stdout or ())
        except BaseException:
            # As subprocess.run does: the context alone would wait for its end.
            process.kill()
            raise
    return process.returncode


def run_script(
    job: Job, script: str, arguments: list[Path], *, quiet: bool = False
) -> subprocess.CompletedProcess[str]:
    """One buildpack script with the environment a platform gives it."""
    job.console.out.flush()
    return subprocess.run(
        [job.buildpack / "bin" / script, *arguments],
        env=_environment(),
        cwd=job.work,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if quiet else job.console.out,
        text=True,
        errors="surrogateescape",
        check=False,
    )


def _environment() -> Mapping[str, str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(_OWN)}
    environment.setdefault("STACK", "local")
    environment["REQUEST_ID"] = "local"
    return environment
