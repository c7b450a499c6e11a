"""Start a web process on a free port of the loopback interface, and ask it for ``/``."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SECONDS = 120
"""For the process to answer; a guard against waiting for ever, not a claim."""


def answer(command: str, folder: Path, variables: Mapping[str, str]) -> tuple[int, str]:
    """Status and body of the answer to ``GET /``; ``command`` may use $PORT.

    ``variables`` are the whole environment but for the port. An AssertionError with the process's
    output if it ends before it answers.
    """
    port = _free_port()
    log = folder.parent / f"{folder.name}.web.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            ["bash", "-c", command],
            cwd=folder,
            env={**variables, "PORT": str(port)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        try:
            return _ask(process, port)
        except TimeoutError:
            raise AssertionError(log.read_text(errors="replace")) from None
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _ask(process: subprocess.Popen[bytes], port: int) -> tuple[int, str]:
    deadline = time.monotonic() + SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
        try:
            connection.request("GET", "/")
            answered = connection.getresponse()
            return answered.status, answered.read().decode("utf-8", "replace")
        except ConnectionError:
            time.sleep(0.1)
        finally:
            connection.close()
    raise TimeoutError
