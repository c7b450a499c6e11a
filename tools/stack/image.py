"""The two images of a stack: the platform's own, or ones made of Debian's packages."""

from __future__ import annotations

import hashlib
import json
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from stack import debian, mounts
from stack.programs import BrokenError, UnavailableError

if TYPE_CHECKING:
    from stack.engine import Engine
    from stack.programs import Say

PLATFORM = ("heroku/heroku:24-build", "heroku/heroku:24")
STACK = "heroku-24"
ANSWER_SECONDS = 25
"""For a registry to say its first word. None can be reached where it does not."""
PULL_SECONDS = 1200

_PYTHON = """
import json, os, platform
print(json.dumps([platform.python_version(), platform.machine(),
                  os.confstr("CS_GNU_LIBC_VERSION").split()[-1]]))
"""


@dataclass(frozen=True, slots=True)
class Python:
    """An interpreter as wheels are chosen for it: ``3.12.3``, ``x86_64``, glibc's ``2.39``."""

    version: str
    machine: str
    libc: str

    @property
    def series(self) -> str:
        """``3.12``."""
        return ".".join(self.version.split(".")[:2])


@dataclass(frozen=True, slots=True)
class Images:
    """Where an app is built and where it runs, what these are, and the first one's python3."""

    build: str
    run: str
    origin: str
    python: Python


def obtain(engine: Engine, work: Path, say: Say) -> Images:
    """The platform's images if a registry has them, else Debian's.

    Raises UnavailableError if neither can be had.
    """
    problem = next(filter(None, (_pull(engine, name) for name in PLATFORM)), None)
    if problem is None:
        build, run = PLATFORM
        origin = f"{build} -> {run}"
    else:
        suite = debian.suite(say)
        build, run = _names(suite)
        if not (_present(engine, build) and _present(engine, run)):
            say("Making the images by debootstrap, once (one to two minutes).")
            _make(engine, suite, work)
        origin = (
            f"Debian {suite.codename} by debootstrap ({PLATFORM[0]} is not to be had: {problem})"
        )
    return Images(build, run, origin, _python(engine, build))


def _present(engine: Engine, name: str) -> bool:
    return engine.run("image", "inspect", "--format", "{{.Id}}", name).code == 0


def _pull(engine: Engine, name: str) -> str | None:
    """Why an image cannot be had, or None if it is here now."""
    if _present(engine, name):
        return None
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            engine.command("pull", name),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        start = time.monotonic()
        while process.poll() is None and not _late(time.monotonic() - start, log.tell()):
            time.sleep(0.2)
            log.seek(0, 2)
        in_time = process.poll() is not None
        process.kill()
        process.wait()
        log.seek(0)
        return verdict(in_time=in_time, code=process.returncode, said=log.read().decode())


def _late(seconds: float, bytes_said: int) -> bool:
    return seconds > (PULL_SECONDS if bytes_said else ANSWER_SECONDS)


def verdict(*, in_time: bool, code: int, said: str) -> str | None:
    """Why a pull failed, in a few words without addresses, or None if it did not."""
    if in_time and code == 0:
        return None
    if not in_time:
        return "the registry is too slow" if said else "no registry answers"
    unreachable = ("dial tcp", "no such host", "connection refused", "Client.Timeout", "lookup ")
    if any(sign in said for sign in unreachable):
        return "no registry can be reached"
    if "toomanyrequests" in said:
        return "the registry has had too many requests from here"
    return (said.strip().splitlines() or ["the registry gave no reason"])[-1][:100]


def _names(suite: debian.Suite) -> tuple[str, str]:
    """Names of Debian's images: other recipes make other images."""
    digest = hashlib.sha256(repr((suite, debian.RECIPE)).encode()).hexdigest()[:12]
    return f"slugfit-stack:{digest}-build", f"slugfit-stack:{digest}-run"


def _make(engine: Engine, suite: debian.Suite, work: Path) -> None:
    steps = (debian.make, debian.without_python)
    with tempfile.TemporaryDirectory(prefix="debian-", dir=work) as folder:
        root = Path(folder)
        try:
            for name, step in zip(_names(suite), steps, strict=True):
                step(suite, root)
                _import(engine, root, name)
        finally:
            # debootstrap mounts /proc in its tree; a failed one may not take it away.
            mounts.release(root)


def _import(engine: Engine, root: Path, name: str) -> None:
    with debian.packed(root) as archive:
        ended = engine.run("import", "-", name, feed=archive)
    if ended.code:
        raise UnavailableError(f"docker import failed: {ended.last_line}")


def _python(engine: Engine, image: str) -> Python:
    """The interpreter that an image has."""
    base = ("run", "--rm", "--network=none", "--entrypoint=python3")
    ended = engine.run(*base, image, "-I", "-c", _PYTHON)
    try:
        version, machine, libc = json.loads(ended.out)
    except ValueError as error:
        # The daemon ran, so what fails here is the first container.
        if "OCI runtime" in ended.said or "cgroup" in ended.said:
            raise UnavailableError(f"this kernel runs no container: {ended.last_line}") from error
        raise BrokenError(f"{image} has no python3 that runs", ended.said) from error
    return Python(version, machine, libc)
