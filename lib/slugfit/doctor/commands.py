"""Commands that serve: which server, on which port and address, with which options."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass

_SERVERS = frozenset(
    ("gunicorn", "uvicorn", "hypercorn", "daphne", "granian", "waitress-serve", "streamlit")
)
_ASSIGNED = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=.*")
_PORTS = ("--port", "-p", "--server.port")
_HOSTS = ("--host", "-h", "-b", "--bind", "--server.address")
_BINDS = ("--bind", "-b", "--listen")


@dataclass(frozen=True, slots=True)
class Served:
    """What a command starts."""

    server: str
    words: tuple[str, ...]
    """Its arguments, ``--name=value`` taken apart."""
    port: str = ""
    """As an option says it; "" where none does."""
    host: str = ""
    bind: str = ""
    """Address and port in one."""
    config: bool = False
    """Whether a file of settings is given, which nobody read."""
    has_socket: bool = False

    def option(self, *names: str) -> str:
        """The value of an option, "" if it is not given."""
        return _value(self.words, names)


def served(command: str) -> Served | None:
    """The server that a command starts last; None if it is none of the known ones.

    ``sh -c``, ``exec``, wrappers before it and variables in front of it are seen through.
    """
    try:
        words = shlex.split(command.replace("&&", " ; "), comments=False)
    except ValueError:
        return None
    for number in reversed(range(len(words))):
        server = _server(words, number)
        if server:
            rest = words[number + 1 :]
            ends = [place for place, word in enumerate(rest) if word in (";", "|", "&", "||")]
            return _read(server, rest[: ends[0]] if ends else rest)
    return None


def _server(words: list[str], number: int) -> str:
    """The server that a word names where a program's name can stand."""
    name = words[number].rpartition("/")[2]
    before = words[number - 1].rpartition("/")[2] if number else ""
    if name in ("runserver", "run"):
        runs = before.endswith("manage.py") if name == "runserver" else before == "flask"
        return ("runserver" if name == "runserver" else "flask") if runs else ""
    if name not in _SERVERS or (name == "streamlit" and "run" not in words[number + 1 :][:2]):
        return ""
    first = not number or before in _BEFORE or before.endswith(";") or bool(_ASSIGNED.match(before))
    return name if first else ""


_BEFORE = frozenset(
    (
        *("exec", ";", "|", "&", "||", "-m", "run", "ddtrace-run", "newrelic-admin", "run-program"),
        *(
            "start-pgbouncer",
            "start-nginx",
            "bin/start-pgbouncer",
            "start-stunnel",
            "opentelemetry",
        ),
        *("env", "nohup", "opentelemetry-instrument", "time", "uv", "poetry", "pipenv"),
    )
)
"""What a program's name can follow."""


def _read(server: str, rest: list[str]) -> Served:
    words: list[str] = []
    for word in rest:
        name, equals, value = word.partition("=")
        if equals and name.startswith("-"):
            words += (name, value)
        elif re.match(r"-[bpwtkc].", word) and not word.startswith("--"):
            words += (word[:2], word[2:])
        else:
            words.append(word)
    given = tuple(words)
    binds = _BINDS if server in ("gunicorn", "hypercorn", "waitress-serve") else ()
    bind = _value(given, binds)
    hosts = tuple(name for name in _HOSTS if name not in binds)
    port, host = _value(given, _PORTS), _value(given, hosts)
    if server == "runserver":
        bind = next((word for word in given if re.search(r"\d|PORT", word)), "")
    if bind and not port and server != "gunicorn":
        host, _, port = bind.rpartition(":")
    return Served(
        server,
        given,
        port,
        host,
        bind,
        bool(_value(given, ("-c", "--config"))),
        bool(_value(given, ("--uds", "-u", "--fd"))) or "unix:" in bind or "-e" in given,
    )


def _value(words: tuple[str, ...], names: tuple[str, ...]) -> str:
    for number, word in enumerate(words[:-1]):
        if word in names:
            return words[number + 1]
    return ""
