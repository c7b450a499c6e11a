"""How many requests at once: gunicorn's options, and processes against memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slugfit.base.text import whole_number
from slugfit.catalog.variables import HEAVY
from slugfit.doctor.commands import Served, served
from slugfit.doctor.finding import Edit, Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slugfit.doctor.app import App, Process


_WORKERS = ("--workers", "-w")
_ON_DISK = (".do/app.yaml", ".do/deploy.template.yaml")


def serving_findings(app: App) -> Iterator[Finding]:
    """For the web process; memory is that of a small dyno of 512 MB."""
    web = next((process for process in app.processes if process.name == "web"), None)
    found = served(web.command) if web else None
    if web is None or found is None:
        yield from _in_containers(app)
        return
    heavy = next((name for name in HEAVY if name in app.names()), "")
    yield from _workers(app, web, found, heavy)
    if found.server == "gunicorn" and not found.config:
        yield from _gunicorn(app, web, found, heavy)
    yield from _in_containers(app)


def _workers(app: App, web: Process, found: Served, heavy: str) -> Iterator[Finding]:
    if found.server not in ("gunicorn", "uvicorn", "hypercorn") or not heavy or found.config:
        return
    given = found.option(*_WORKERS)
    setting = next((item for item in app.settings if item.name == "WEB_CONCURRENCY"), None)
    if (number := whole_number(given)) is not None:
        if number > 1:
            why = (given,)
            edits = _with_option(web, found, given)
            yield Finding("concurrency", web.file, web.line, heavy, why, edits=edits)
    elif setting is not None and (number := whole_number(setting.value)) is not None:
        if number > 1:
            yield Finding("concurrency", setting.file, setting.line, heavy, (setting.value,))
    elif setting is None and not given and not _sets_it(app):
        write = ("heroku config:set WEB_CONCURRENCY=1",)
        yield Finding("concurrency", web.file, web.line, heavy, ("unset",), write=write)


def _sets_it(app: App) -> bool:
    """Whether Slugfit is used, which sets it, or a script does."""
    marks = ("slugfit", "WEB_CONCURRENCY")
    return any(
        any(mark in text for mark in marks)
        for path, text in app.texts.items()
        if path in ("app.json", ".buildpacks", "Procfile", "gunicorn.conf.py")
        or path.endswith(".sh")
        or path.startswith("bin/")
    )


def _with_option(web: Process, found: Served, given: str) -> tuple[Edit, ...]:
    for written in (f"--workers {given}", f"--workers={given}", f"-w {given}", f"-w{given}"):
        if written in web.command and web.line:
            one = written[: -len(given)] + "1"
            command = web.command.replace(written, one, 1)
            if found.server == "gunicorn" and "--threads" not in found.words:
                command += " --threads 4"
            return (Edit(web.file, web.line, 1, (f"{web.name}: {command}",)),)
    return ()


def _gunicorn(app: App, web: Process, found: Served, heavy: str) -> Iterator[Finding]:
    """What each option does: https://docs.gunicorn.org/en/stable/settings.html."""
    requests = whole_number(found.option("--max-requests"))
    if requests and not found.option("--max-requests-jitter"):
        edits = _added(web, f"--max-requests-jitter {max(requests // 10, 1)}")
        yield Finding("gunicorn-jitter", web.file, web.line, why=(str(requests),), edits=edits)
    if not heavy or _by_variable(app):
        return
    one = found.option(*_WORKERS) == "1" or any(
        item.name == "WEB_CONCURRENCY" and item.value == "1" for item in app.settings
    )
    kind = found.option("-k", "--worker-class")
    if one and not found.option("--threads") and kind in ("", "sync", "gthread"):
        edits = _added(web, "--threads 4")
        yield Finding("gunicorn-threads", web.file, web.line, heavy, edits=edits)
    several = found.option(*_WORKERS)
    if (whole_number(several) or 0) > 1 and "--preload" not in found.words:
        edits = _added(web, "--preload")
        why = (several,)
        yield Finding(
            "gunicorn-preload", web.file, web.line, heavy, why, edits=edits, mechanical=False
        )


def _by_variable(app: App) -> bool:
    return any(item.name == "GUNICORN_CMD_ARGS" for item in app.settings)


def _added(web: Process, option: str) -> tuple[Edit, ...]:
    if not web.line or any(mark in web.command for mark in ("&&", ";", "|", " & ")):
        return ()
    return (Edit(web.file, web.line, 1, (f"{web.name}: {web.command} {option}",)),)


def _in_containers(app: App) -> Iterator[Finding]:
    """Where /tmp is a disk: https://docs.gunicorn.org/en/stable/faq.html#blocking-os-fchmod."""
    for path, commands in app.docker.items():
        for command in commands:
            text = command.rest
            starts = command.word in ("CMD", "ENTRYPOINT") and "gunicorn" in text
            settled = "worker-tmp-dir" in text or "-c" in text.replace('"', " ").split()
            if starts and not settled and "--config" not in text and not _by_variable(app):
                write = ("--worker-tmp-dir /dev/shm",)
                yield Finding("gunicorn-tmp", path, command.line, write=write)
    for process in app.processes if any(path in app.files for path in _ON_DISK) else ():
        found = served(process.command)
        if found and found.server == "gunicorn" and not found.option("--worker-tmp-dir"):
            edits = () if found.config else _added(process, "--worker-tmp-dir /dev/shm")
            if not found.config and not _by_variable(app):
                yield Finding("gunicorn-tmp", process.file, process.line, edits=edits)
