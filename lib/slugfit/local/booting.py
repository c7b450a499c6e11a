"""The built slug, booted: its web process answers, and what it had to compile is added."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slugfit.base.errors import BuildError
from slugfit.base.words import megabytes
from slugfit.local.boot import Booted, boot_document, boot_lines, boot_slug
from slugfit.local.boot_bytecode import Added, add_loaded
from slugfit.local.folded_log import say_in_log
from slugfit.local.output import pack
from slugfit.report.fault_words import fault_sentence
from slugfit.scan.procfile import procfile_faults
from slugfit.settings.config import read_config, read_pyproject

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slugfit.local.scripts import Job


def boot_built(job: Job, document: dict[str, Any]) -> Mapping[str, Any]:
    """Boot the slug; what report.json says of it. ``document`` learns the slug's new size."""
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
        size, digest = pack(job)
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
