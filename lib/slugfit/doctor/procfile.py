"""The Procfile: whether it is there and read, and whether the web process can be reached."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slugfit.doctor.commands import Served, served
from slugfit.doctor.finding import Edit, Finding
from slugfit.doctor.procfile_faults import line_findings
from slugfit.scan.procfile import PROCFILE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slugfit.doctor.app import App, Process


_WEB_SERVERS = ("gunicorn", "uvicorn", "hypercorn", "daphne", "waitress", "granian")
_FRAMEWORKS = ("flask", "django", "fastapi", "streamlit", "dash", *_WEB_SERVERS)
_PORT = re.compile(r"\$\{?PORT\b")
_DEFAULTS = {
    "uvicorn": ("8000", "127.0.0.1"),  # https://uvicorn.dev/settings/#socket-binding
    # https://hypercorn.readthedocs.io/en/latest/how_to_guides/configuring.html
    "hypercorn": ("8000", "127.0.0.1"),
    "daphne": ("8000", "127.0.0.1"),  # https://github.com/django/daphne#running
    "granian": ("8000", "127.0.0.1"),  # https://github.com/emmett-framework/granian#options
    # https://docs.pylonsproject.org/projects/waitress/en/stable/arguments.html
    "waitress-serve": ("8080", "0.0.0.0"),  # noqa: S104 - what it does
    # https://docs.streamlit.io/develop/api-reference/configuration/config.toml
    "streamlit": ("8501", "0.0.0.0"),  # noqa: S104 - what it does
    "flask": ("5000", "127.0.0.1"),  # https://flask.palletsprojects.com/en/stable/cli/
    # https://docs.djangoproject.com/en/stable/ref/django-admin/#runserver
    "runserver": ("8000", "127.0.0.1"),
}
"""The port and the address of each server where nothing says another."""
_FROM_ENVIRONMENT = {
    "uvicorn": "UVICORN_",
    "streamlit": "STREAMLIT_SERVER_",
    "flask": "FLASK_RUN_",
    "granian": "GRANIAN_",
}
"""What the variables that set options begin with."""
_LOCAL = re.compile(r"(?:localhost|127\.0\.0\.1)(?=$|:)")


def procfile_findings(app: App) -> Iterator[Finding]:
    """For apps that have a Procfile, or should have one."""
    if PROCFILE not in app.texts:
        yield from _missing(app)
        return
    yield from line_findings(app)
    web = next((process for process in app.processes if process.name == "web"), None)
    if web is None:
        yield from _without_web(app)
        return
    found = served(web.command)
    if found is not None:
        yield from _reached(app, web, found)
        if found.server in ("flask", "runserver"):
            yield Finding(
                "development-server", PROCFILE, web.line, found.server, write=_instead(app)
            )
        elif "--reload" in found.words:
            yield Finding("development-server", PROCFILE, web.line, "--reload", edits=_plain(web))
    else:
        yield from _own_program(app, web)


def _missing(app: App) -> Iterator[Finding]:
    """Only where a platform that reads it is meant, and something serves the web."""
    meant = app.marks() | ({"runtime.txt"} & set(app.files))
    misnamed = [path for path in app.files if path.lower() in ("procfile", "procfile.txt")]
    if PROCFILE in app.files:
        yield Finding("procfile-line", PROCFILE, about=PROCFILE, why=("unreadable",))
    elif misnamed:
        yield Finding("procfile-line", misnamed[0], about=misnamed[0], why=("name",))
    elif meant and app.on_buildpack and app.names() & set(_FRAMEWORKS):
        why = (min(meant),)
        yield Finding("procfile-missing", PROCFILE, why=why, write=_instead(app))


def _without_web(app: App) -> Iterator[Finding]:
    started = " ".join(process.command for process in app.processes)
    servers = [name for name in _WEB_SERVERS if name in app.names() and name not in started]
    if servers and app.processes:
        yield Finding("procfile-web", PROCFILE, about=servers[0], write=_instead(app))


def _instead(app: App) -> tuple[str, ...]:
    """The usual line for what is installed."""
    settings = next((path for path in app.files if path.endswith("/wsgi.py")), "")
    if settings and settings.count("/") == 1:
        return (f"web: gunicorn {settings.partition('/')[0]}.wsgi",)
    if "fastapi" in app.names():
        return ("web: uvicorn main:app --host 0.0.0.0 --port $PORT",)
    return ("web: gunicorn app:app",) if "flask" in app.names() else ()


def _plain(web: Process) -> tuple[Edit, ...]:
    command = re.sub(r"\s+--reload\b(?!-)", "", web.command)
    return (Edit(PROCFILE, web.line, 1, (f"web: {command}",)),) if web.line else ()


def _reached(app: App, web: Process, found: Served) -> Iterator[Finding]:
    """Whether the server listens on $PORT, on every address."""
    if found.server == "gunicorn":
        yield from _gunicorn(web, found)
        return
    port, host = _DEFAULTS[found.server]
    by_variable = _by_variables(app, web, found)
    if "port" not in by_variable and not _says_port(app, web):
        given = found.port or port
        edits = _with_port(web, found)
        yield Finding("procfile-port", PROCFILE, web.line, found.server, (given,), edits=edits)
    if "host" in by_variable or "address" in by_variable or found.has_socket:
        return
    if _LOCAL.match(found.host or host):
        why = ("given" if found.host else "default",)
        edits = _with_host(web, found)
        yield Finding("procfile-host", PROCFILE, web.line, found.server, why, edits=edits)


def _gunicorn(web: Process, found: Served) -> Iterator[Finding]:
    """It listens on 0.0.0.0:$PORT by itself: https://docs.gunicorn.org/en/stable/settings.html#bind."""
    if found.config or not found.bind:
        return
    if not _PORT.search(web.command) and not found.bind.startswith("unix:"):
        edits = _with_port(web, found)
        yield Finding("procfile-port", PROCFILE, web.line, "gunicorn", (found.bind,), edits=edits)
    elif _LOCAL.match(found.bind):
        edits = _with_host(web, found)
        yield Finding("procfile-host", PROCFILE, web.line, "gunicorn", ("given",), edits=edits)


def _by_variables(app: App, web: Process, found: Served) -> set[str]:
    """The options that a variable sets, in lower case."""
    lead = _FROM_ENVIRONMENT.get(found.server)
    if lead is None:
        return set()
    inline = re.findall(rf"\b{lead}(\w+)=", web.command)
    return {
        *(name.lower() for name in inline),
        *(item.name[len(lead) :].lower() for item in app.settings if item.name.startswith(lead)),
    }


def _says_port(app: App, web: Process) -> bool:
    """Whether the command, or a script or configuration that it reads, names $PORT."""
    if _PORT.search(web.command):
        return True
    named = {word.strip("\"'").removeprefix("./") for word in re.split(r"[\s=;&]+", web.command)}
    files = [*named, ".streamlit/config.toml"]
    return any(_PORT.search(app.texts.get(path, "")) for path in files)


def _with_port(web: Process, found: Served) -> tuple[Edit, ...]:
    """The same command with ``$PORT`` in the place of a number, or at its end."""
    command = web.command
    if found.port.isdigit():
        command = re.sub(rf"(?<=[\s=:]){found.port}(?=\s|$)", "$PORT", command, count=1)
    elif found.bind:
        command = re.sub(r":\d+(?=\s|$|['\"])", ":$PORT", command, count=1)
    elif found.server in ("uvicorn", "granian"):
        command += " --port $PORT"
    elif found.server == "streamlit":
        command += " --server.port $PORT"
    if command == web.command or not web.line:
        return ()
    return (Edit(PROCFILE, web.line, 1, (f"web: {command}",)),)


def _with_host(web: Process, found: Served) -> tuple[Edit, ...]:
    command = re.sub(r"(?:localhost|127\.0\.0\.1)", "0.0.0.0", web.command)  # noqa: S104 - advice
    if command == web.command and found.server in ("uvicorn", "flask", "granian"):
        command += " --host 0.0.0.0"
    if command == web.command or not web.line:
        return ()
    return (Edit(PROCFILE, web.line, 1, (f"web: {command}",)),)


def _own_program(app: App, web: Process) -> Iterator[Finding]:
    """``python app.py``: a port that is written there, and nothing of the app that reads PORT."""
    match = re.fullmatch(r"(?:python[\d.]*)\s+(?:-u\s+)?(\S+\.py)", web.command)
    source = next((item for item in app.sources if match and item.path == match[1]), None)
    if source is None or any("PORT" in item.literals for item in app.sources):
        return
    ports = sorted(value for name, value in source.keywords if name == "port" and value.isdigit())
    if ports and {"run", "run_simple", "serve"} & source.names and "flask" in source.tops():
        yield Finding("procfile-port", PROCFILE, web.line, source.path, (ports[0],))
