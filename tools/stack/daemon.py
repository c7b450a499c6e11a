"""dockerd without a service manager and without any network of its own, for one run."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from stack import mounts
from stack.programs import UnavailableError, run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stack.programs import Say

DRIVERS = ("overlay2", "vfs")
"""Storage drivers, the better one first: vfs copies everything, but works on any file system."""
SECONDS = 60
"""For dockerd to answer, and for it to stop."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where one dockerd lives: ``data`` stays between runs, ``runtime`` is this run's own.

    ``runtime`` has a short path, because the path of a socket may have 107 bytes only.
    """

    data: Path
    runtime: Path
    log: Path

    @property
    def host(self) -> str:
        """What the client connects to."""
        return f"unix://{self.runtime}/docker.sock"

    def command(self, driver: str) -> tuple[str, ...]:
        """dockerd's command line: no bridge, no firewall rules, nothing outside its folders.

        setpriv has the kernel stop it when the process that started it dies.
        """
        return (
            *("setpriv", "--pdeathsig", "TERM", "dockerd"),
            f"--storage-driver={driver}",
            *("--bridge=none", "--iptables=false", "--ip6tables=false"),
            *("--ip-forward=false", "--ip-masq=false"),
            f"--data-root={self.data}-{driver}",
            f"--exec-root={self.runtime}/exec",
            f"--pidfile={self.runtime}/pid",
            f"--host={self.host}",
        )


@contextlib.contextmanager
def started(work: Path, say: Say) -> Iterator[str]:
    """A dockerd of our own for as long as the block runs; yields what to connect to.

    Raises UnavailableError if this kernel or this machine does not let it run.
    """
    if os.geteuid() != 0:
        raise UnavailableError("no Docker answers, and only root can start dockerd")
    runtime = Path(tempfile.mkdtemp(prefix="slugfit-stack-", dir="/tmp"))
    place = Place(work / "docker", runtime, work / "dockerd.log")
    try:
        with _alone(work / "lock", say):
            process = _start(place)
            try:
                yield place.host
            finally:
                _stop(process)
    finally:
        for folder in (runtime, *(Path(f"{place.data}-{driver}") for driver in DRIVERS)):
            mounts.release(folder)
        shutil.rmtree(runtime, ignore_errors=True)


@contextlib.contextmanager
def _alone(lock: Path, say: Say) -> Iterator[None]:
    """Two daemons must not share a data folder: the second run waits for the first."""
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Waiting for another run of the stack harness in this clone to end.")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _start(place: Place) -> subprocess.Popen[bytes]:
    for driver in DRIVERS:
        with place.log.open("wb") as log:
            process = subprocess.Popen(
                place.command(driver),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # A Ctrl-C is for the harness, which stops dockerd when it is done with it.
                start_new_session=True,
            )
        if _answers(place, process):
            return process
        _stop(process)
    raise UnavailableError(f"dockerd does not run here: {reason(place.log.read_text())}")


def _answers(place: Place, process: subprocess.Popen[bytes]) -> bool:
    """Whether it answers before it ends or is out of time."""
    deadline = time.monotonic() + SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        if run(("docker", "--host", place.host, "version"), 10).code == 0:
            return True
        time.sleep(0.3)
    return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End dockerd by its own pid; it ends its containers and its containerd."""
    process.terminate()
    try:
        process.wait(SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def reason(log: str) -> str:
    """Why a dockerd ended, out of its log: the last line that is not its routine."""
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    failed = [line for line in lines if "failed to start daemon" in line or "level=fatal" in line]
    return (failed or lines or ["its log is empty"])[-1]
