"""Boot a written slug as a dyno does: unpacked elsewhere, .profile.d sourced, $PORT, 60 s."""

from __future__ import annotations

import contextlib
import http
import http.client
import os
import signal
import socket
import subprocess
import tarfile
import tempfile
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slugfit.base.errors import BootError
from slugfit.scan.bytecode import source_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


PORT_SECONDS = 60
"""A web process must bind its port within this, or the platform stops it (R10)."""
DYNO = ("512 MB dyno (eco, basic, standard-1x)", 512 * 2**20)
_TAIL = 2000
_PAUSE = 0.05
_PORT_PAUSE = 0.005
"""Seconds between two looks at the port."""
_ANSWER_SECONDS = 30

# What runs a process type on the platform: the profile scripts, then the command.
_START = """
cd "$HOME" || exit 1
for script in .profile.d/*.sh; do
	if [ -r "$script" ]; then . "$script"; fi
done
eval "$SLUG_COMMAND"
"""


@dataclass(frozen=True, slots=True)
class Booted:
    """What was seen: seconds to the bound port and to the answer, its status, peak bytes.

    ``compiled`` are sources, as paths in the slug, that had no bytecode and were loaded.
    """

    port_seconds: float
    answer_seconds: float
    status: int
    body: str
    memory: int
    compiled: frozenset[str] = frozenset()


def boot_slug(slug: Path, command: str, variables: Mapping[str, str]) -> Booted:
    """Unpack ``slug``, start ``command``, wait for the port, ask for ``/``; then stop it.

    Raises BootError, with the end of the process's output, if it ends, or does not bind or answer
    in time, or answers with a server error.
    """
    with tempfile.TemporaryDirectory(prefix="slugfit-boot-") as folder:
        home = _unpack(slug, Path(folder))
        before = _bytecode(home)
        booted = boot_tree(home, command, variables)
        # What Python had to compile it has written, as nothing else was there.
        made = filter(None, map(source_of, _bytecode(home) - before))
        return replace(booted, compiled=frozenset(made))


def boot_tree(home: Path, command: str, variables: Mapping[str, str]) -> Booted:
    """The same for a tree that lies at ``home`` already."""
    with tempfile.TemporaryFile() as log:
        process = _start(home, command, _free_port(), variables, log)
        try:
            return _observe(process, log)
        finally:
            _stop(process.child)


def _bytecode(home: Path) -> frozenset[str]:
    """The bytecode files below ``home``, as paths from there."""
    found = home.rglob("__pycache__/*.pyc")
    return frozenset(file.relative_to(home).as_posix() for file in found)


@dataclass(frozen=True, slots=True)
class _Process:
    child: subprocess.Popen[bytes]
    port: int
    started: float


def _unpack(slug: Path, folder: Path) -> Path:
    with tarfile.open(slug, "r:gz") as archive:
        # The filter argument exists from 3.12 on and in late releases of 3.10 and 3.11.
        if hasattr(tarfile, "fully_trusted_filter"):
            archive.extractall(folder, filter="fully_trusted")  # noqa: S202 - our own slug
        else:
            archive.extractall(folder)  # noqa: S202
    return folder / "app"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _start(home: Path, command: str, port: int, variables: Mapping[str, str], log: Any) -> _Process:
    environment = {
        "HOME": str(home),
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "DYNO": "web.1",
        **variables,
        "PORT": str(port),
        "SLUG_COMMAND": command,
    }
    child = subprocess.Popen(
        ["bash", "-c", _START],
        env=environment,
        cwd=home,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        start_new_session=True,
    )
    return _Process(child, port, time.monotonic())


def _observe(process: _Process, log: Any) -> Booted:
    peak = [0]
    stop = threading.Event()
    watcher = threading.Thread(target=_watch, args=(process.child.pid, peak, stop))
    watcher.start()
    try:
        _wait_for_port(process, log)
        bound = time.monotonic() - process.started
        status, body = _ask(process.port, log)
        answered = time.monotonic() - process.started
    finally:
        stop.set()
        watcher.join()
    return Booted(round(bound, 3), round(answered, 3), status, body, peak[0])


def _watch(session: int, peak: list[int], stop: threading.Event) -> None:
    """Note the most memory that the session held, a last time when told to stop."""
    done = False
    while not done:
        done = stop.wait(_PAUSE)
        peak[0] = max(peak[0], _memory(session))


def _wait_for_port(process: _Process, log: Any) -> None:
    while not _bound(process.port):
        if process.child.poll() is not None:
            raise BootError(
                f"The web process ended with status {process.child.returncode} before it "
                "bound $PORT.",
                _end(log),
                "Start the same command on this machine, or read its last lines above.",
            )
        if time.monotonic() - process.started > PORT_SECONDS:
            raise BootError(
                f"The web process did not bind $PORT within {PORT_SECONDS} seconds (error R10).",
                _end(log),
                "Load models after the port is bound, or bind 0.0.0.0:$PORT.",
            )
        time.sleep(_PORT_PAUSE)


def _bound(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def _ask(port: int, log: Any) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_ANSWER_SECONDS)
    try:
        connection.request("GET", "/", headers={"Host": "localhost"})
        answer = connection.getresponse()
        body = answer.read(_TAIL).decode("utf-8", "replace")
    except (OSError, http.client.HTTPException) as error:
        raise BootError(
            f"The web process bound $PORT but did not answer / in {_ANSWER_SECONDS} seconds.",
            f"{error}\n{_end(log)}",
        ) from error
    finally:
        connection.close()
    if answer.status >= http.HTTPStatus.INTERNAL_SERVER_ERROR:
        raise BootError(f"The app answered / with status {answer.status}.", _end(log))
    return answer.status, body


def _end(log: Any) -> str:
    log.flush()
    log.seek(max(0, log.seek(0, os.SEEK_END) - _TAIL))
    return str(log.read().decode("utf-8", "replace")).strip()


def _memory(session: int) -> int:
    """Bytes that the processes of a session hold now, pages they share counted once (PSS)."""
    total = 0
    for pid in _members(session):
        with contextlib.suppress(OSError, ValueError, IndexError):
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1]) * 1024
    return total


def _members(session: int) -> Iterator[int]:
    for name in os.listdir("/proc"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            if name.isdigit() and os.getsid(int(name)) == session:
                yield int(name)


def _stop(child: subprocess.Popen[bytes]) -> None:
    """End the session that we started, politely first."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(10)
    # Also what outlived its parent.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def boot_lines(booted: Booted) -> Iterator[str]:
    """What was seen, in words."""
    name, size = DYNO
    share = booted.memory / size
    verdict = "fits" if share <= 1 else "does NOT fit (error R14)"
    yield f"port bound after {booted.port_seconds:.1f} s (limit {PORT_SECONDS} s)"
    yield f"GET / answered {booted.status} after {booted.answer_seconds:.1f} s"
    yield (f"peak memory {booted.memory / 2**20:.0f} MiB: {verdict} a {name}, {share:.0%} of it")


def boot_document(booted: Booted) -> Mapping[str, Any]:
    """What was seen, as a JSON object; bytes and seconds."""
    return {
        "port_seconds": booted.port_seconds,
        "answer_seconds": booted.answer_seconds,
        "status": booted.status,
        "peak_memory_bytes": booted.memory,
        "dyno_memory_bytes": DYNO[1],
    }
