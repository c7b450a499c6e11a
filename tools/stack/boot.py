"""A slug started as a dyno: its own image, an unprivileged user, 512 MB, no network."""

from __future__ import annotations

import http
import re
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stack import container as containers
from stack.programs import BrokenError, Ended

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from stack.container import Container
    from stack.engine import Engine

PORT = "5006"
SECONDS = 60
"""The platform ends a web process that has not bound its port by then (R10)."""
BYTES = 512 * 2**20
"""The memory of an eco, basic or standard-1x dyno."""
LIMITS = (
    f"--memory={BYTES}",
    f"--memory-swap={BYTES}",
    "--security-opt=no-new-privileges",
)
_KILLED = "it needs more than 512 MiB, and was killed for it (the platform's R14 and R15)"
_WHY = {
    1: f"nothing listens on $PORT after {SECONDS} s (the platform's R10)",
    2: "the port is bound, but GET / is not answered within 30 s",
    3: "the web process ended before it bound $PORT",
}


@dataclass(frozen=True, slots=True)
class Dyno:
    """What is started: a command from a slug in an image, with config vars; and where it logs."""

    image: str
    slug: Path
    command: str
    config: Mapping[str, str]
    log: Path

    @property
    def variables(self) -> Mapping[str, str]:
        """The environment of its processes."""
        return {**self.config, "HOME": "/app", "PORT": PORT, "DYNO": "web.1"}


@dataclass(frozen=True, slots=True)
class Booted:
    """Seconds to the port and to the answer, its HTTP status, the user's id, bytes of memory."""

    port: float
    answer: float
    status: int
    user: int
    memory: int
    limited: bool

    def __str__(self) -> str:
        held = f"{self.memory / 2**20:.0f}"
        memory = f"{held} of 512 MiB" if self.limited else f"{held} MiB (this kernel sets no limit)"
        return (
            f"port after {self.port:.1f} s, GET / is {self.status} after {self.answer:.1f} s, "
            f"{memory}, as user {self.user}"
        )


def boot(engine: Engine, dyno: Dyno) -> Booted:
    """Start it and ask it for /; BrokenError, with its log, if that fails."""
    running = containers.running(engine, dyno.image, dyno.variables, *LIMITS)
    with running as container, dyno.log.open("wb") as output:
        container.unpack(dyno.slug, "/")
        start = ("bash", "/stack/bin/boot.sh", dyno.command)
        process = container.start(start, output, folder="/app")
        try:
            return asked(container, dyno)
        finally:
            end(container, process)


def asked(container: Container, dyno: Dyno) -> Booted:
    """Ask what was started in ``container`` for /; BrokenError as above."""
    ended = container.run("bash", "/stack/bin/ask.sh", PORT, str(SECONDS))
    _judge(ended, container, dyno)
    return parse(ended.out)


def _judge(ended: Ended, container: Container, dyno: Dyno) -> None:
    """BrokenError, with the web process's log, unless the probe saw what it should."""
    problem = _KILLED if _was_killed(container) else None
    if ended.code:
        problem = problem or _WHY.get(ended.code, f"the probe failed: {ended.last_line}")
    else:
        booted = parse(ended.out)
        if booted.status != http.HTTPStatus.OK:
            problem = problem or f"GET / is answered with {booted.status}, not 200"
        if booted.user == 0:
            problem = problem or "the app ran as root"
    if problem:
        raise BrokenError(problem, dyno.log.read_text("utf-8", "replace"))


def end(container: Container, process: subprocess.Popen[bytes]) -> None:
    """End the container, and with it the client that shows the web process's log."""
    container.engine.run("kill", container.name)
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _was_killed(container: Container) -> bool:
    """Whether the kernel has ended a process in it for want of memory, in either of its ways."""
    files = ("/sys/fs/cgroup/memory.events", "/sys/fs/cgroup/memory/memory.oom_control")
    return bool(re.search(r"^oom_kill [1-9]", container.run("cat", *files).out, re.MULTILINE))


def parse(text: str) -> Booted:
    """What inside/ask.sh said; BrokenError if it is something else."""
    try:
        port, answer, status, user, memory, limit = text.split("\n")[:6]
        return Booted(
            float(port),
            float(answer),
            int(status.split()[1]),
            int(user),
            int(memory),
            limited=limit == str(BYTES),
        )
    except (ValueError, IndexError) as error:
        raise BrokenError("the probe's answer is not understood", text) from error
