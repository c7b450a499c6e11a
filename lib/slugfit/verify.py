"""Imports in an isolated child, with the app's own interpreter: to see if it still works.

No config var reaches the child, its home is an empty folder, and it is given a time. A crash
counts as a failure of the module that was being imported; the rest go on in a new child.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from slugfit.layout import Layout

SECONDS = 300
"""For one verification; what was not reached by then counts as failed."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A module that could not be imported, and the first line of why.

    One that was not ``tried`` (no Python, no time left) proves nothing either way.
    """

    module: str
    error: str
    tried: bool = True


@dataclass(frozen=True, slots=True)
class Child:
    """Where and how the imports run. ``stash`` is where moved bytecode lies, or None."""

    root: Path
    layout: Layout
    stash: Path | None


def imports(child: Child, modules: Sequence[str], seconds: float = SECONDS) -> tuple[Failure, ...]:
    """Import each of ``modules``; the failures, in order.

    All go into one child, as in an app. What fails there is tried once more alone: some modules
    refuse to be imported after certain others, and that is nobody's fault.
    """
    end = time.monotonic() + seconds
    failures = _pass(child, list(modules), end)
    return tuple(
        again for failure in failures for again in _pass(child, [failure.module], end, failure)
    )


def _pass(
    child: Child, waiting: list[str], end: float, before: Failure | None = None
) -> list[Failure]:
    failures: list[Failure] = []
    while waiting:
        if time.monotonic() >= end:
            late = "not reached in the time that verification has"
            return failures + [before or Failure(name, late, tried=False) for name in waiting]
        answered, ending, began = _run(child, waiting, end - time.monotonic())
        if not began:
            return failures + [Failure(name, ending, tried=False) for name in waiting]
        failures += [Failure(name, error) for name, error in answered.items() if error]
        waiting = [name for name in waiting if name not in answered]
        if waiting:
            failures.append(Failure(waiting.pop(0), ending))
    return failures


def _run(
    child: Child, modules: list[str], seconds: float
) -> tuple[Mapping[str, str | None], str, bool]:
    """One child: each module's error, how it ended, and whether it came to the first module."""
    task = {
        "modules": modules,
        "paths": list(_paths(child)),
        "root": os.path.abspath(child.root),
        "stash": str(child.stash) if child.stash else "",
        "django": any(name.partition(".")[0] == "django" for name in modules),
    }
    home = tempfile.TemporaryDirectory(prefix="slugfit-verify-", ignore_cleanup_errors=True)
    # A file, not a pipe: what the modules start and leave behind would hold a pipe open.
    with home, tempfile.TemporaryFile() as output:
        ending = _end_of(child, home.name, json.dumps(task).encode(), output, max(seconds, 1))
        output.seek(0)
        told = output.read()
        return _answers(told), ending, bool(told)


def _end_of(child: Child, home: str, task: bytes, output: IO[bytes], seconds: float) -> str:
    """Run a child, ended in any case with all that it started; how it ended, in words."""
    try:
        process = subprocess.Popen(
            [str(child.layout.python), "-I", "-B", str(Path(__file__).with_name("probe.py"))],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.DEVNULL,
            env=_environment(child, home),
            cwd=home,
            start_new_session=True,
        )
    except OSError as error:
        return f"the app's Python could not be started: {error}"
    try:
        process.communicate(task, seconds)
    except subprocess.TimeoutExpired:
        return "it took too long"
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    return f"Python ended with status {process.returncode}"


def _answers(output: bytes) -> Mapping[str, str | None]:
    """The probe's lines; a Python that prints something when it starts adds others."""
    found: dict[str, str | None] = {}
    for line in output.splitlines(keepends=True):
        with contextlib.suppress(ValueError):
            answer = json.loads(line) if line.endswith(b"\n") else None
            if isinstance(answer, dict) and "module" in answer:
                found[answer["module"]] = answer["error"]
    return found


def _paths(child: Child) -> Iterator[str]:
    """Only for trees without an interpreter: -I finds an interpreter's own site-packages."""
    if child.layout.shape == "target":
        yield str(child.root)


def _environment(child: Child, home: str) -> Mapping[str, str]:
    environment = {
        "HOME": home,
        "TMPDIR": home,
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": "C.UTF-8",
        # Libraries that would start threads for every core only slow an import down.
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
    if child.layout.prefix is not None:
        # What earlier buildpacks installed (apt's libGL for OpenCV) is on this path already.
        own = str(child.root / child.layout.prefix / "lib")
        inherited = os.environ.get("LD_LIBRARY_PATH")
        environment["LD_LIBRARY_PATH"] = f"{own}:{inherited}" if inherited else own
    return environment
