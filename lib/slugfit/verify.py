"""Tries in an isolated child, with the app's own interpreter: to see if everything still works.

No config var reaches the child, its home is an empty folder, and it is given a time. A crash
counts as a failure of the step that was being tried; the rest go on in a new child.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from importlib import resources
from typing import IO, TYPE_CHECKING, Any, Literal

from slugfit import smoke

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from slugfit.layout import Layout

SECONDS = 300
"""For one verification; a needed step that was not reached by then counts as failed."""
STEP_SECONDS = 60
"""For one step; some packages import for half a minute on a busy machine."""
SPARE_SECONDS = 90
"""For the steps that are not needed; what is not reached by then is not tried."""

Kind = Literal["import", "load", "setup", "smoke"]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to try: ``name`` is a module, an absolute path, settings for Django, a command.

    A ``needed`` one is the app's own; the others stand next to what was removed.
    """

    kind: Kind
    name: str
    needed: bool = True

    @property
    def broken(self) -> str:
        """What there is to say if it fails."""
        return {
            "import": f"{self.name} could no longer be imported",
            "load": f"{os.path.basename(self.name)} could no longer be loaded",
            "setup": f"Django could no longer be set up with {self.name}",
            "smoke": "the smoke command no longer succeeds",
        }[self.kind]


@dataclass(frozen=True, slots=True)
class Failure:
    """A step that failed, and the first line of why.

    ``missing`` are the modules that were not found when nothing but imports failed, else None.
    One that was not ``tried`` (no Python, no time left) proves nothing either way.
    """

    step: Step
    error: str
    missing: tuple[str, ...] | None = None
    tried: bool = True


@dataclass(frozen=True, slots=True)
class Child:
    """Where and how the steps run.

    ``stash`` is where moved bytecode lies, or None; ``env_dir`` holds the config vars, which only
    the smoke command gets to see; ``app`` is the app's own folder if it is no part of the tree.
    """

    root: Path
    layout: Layout
    stash: Path | None
    env_dir: Path | None = None
    app: Path | None = None

    @property
    def folder(self) -> str:
        """Where the app's code runs, absolute."""
        return os.path.abspath(self.app or self.root)


@dataclass(frozen=True, slots=True)
class _Answers:
    """What one child told: an answer to each step by (kind, name), and how it ended, in words.

    ``began`` tells whether it came to the first step, ``skipped`` whether it left out the last.
    """

    by_step: Mapping[tuple[str, str], Mapping[str, Any]]
    ending: str
    began: bool
    skipped: bool


def run(
    child: Child,
    steps: Sequence[Step],
    is_final: Callable[[Failure], bool] = lambda _: False,
    seconds: float = SECONDS,
) -> tuple[Failure, ...]:
    """Try each of ``steps``; the failures, in order.

    All go into one child, as in an app; an app's settings into one of their own, for there can
    only be one set of them. Some modules refuse to be imported after certain others, and that is
    nobody's fault: what fails is tried again among its own package, unless it ``is_final``.
    """
    end = time.monotonic() + seconds
    waiting = [
        [step for step in steps if step.kind in ("import", "load")],
        *([step] for step in steps if step.kind == "setup"),
    ]
    failures = [failure for several in waiting for failure in _pass(child, several, end)]
    settled = [item for item in failures if not item.tried or is_final(item)]
    waiting = _by_package([item.step for item in failures if item not in settled])
    if time.monotonic() < end:
        failed = [failure for several in waiting for failure in _pass(child, several, end)]
        failures = _ordered(settled + failed, [failure.step for failure in failures])
    return (*failures, *_smoke_failures(child, steps))


def run_alone(child: Child, steps: Sequence[Step], seconds: float = SECONDS) -> tuple[Failure, ...]:
    """Try each of ``steps`` in a child of its own, on all cores; the failures, in order.

    All are needed: for one that there was no time for there is a failure that was not ``tried``.
    """
    end = time.monotonic() + seconds
    own = {replace(step, needed=True): step for step in steps if step.kind != "smoke"}
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        several = pool.map(lambda step: _pass(child, [step], end), own)
        found = [replace(item, step=own[item.step]) for failed in several for item in failed]
    return (*found, *_smoke_failures(child, steps))


def _ordered(failures: Sequence[Failure], steps: Sequence[Step]) -> list[Failure]:
    order = {step: number for number, step in enumerate(steps)}
    return sorted(failures, key=lambda failure: order[failure.step])


def _smoke_failures(child: Child, steps: Sequence[Step]) -> Iterator[Failure]:
    for step in steps:
        error = _smoke(child, step) if step.kind == "smoke" else ""
        if error:
            yield Failure(step, error)


def _smoke(child: Child, step: Step) -> str:
    return smoke.run(step.name, child)


def _by_package(steps: Sequence[Step]) -> list[list[Step]]:
    packages: dict[str, list[Step]] = {}
    for step in steps:
        packages.setdefault(step.name.partition(".")[0], []).append(step)
    return list(packages.values())


def _pass(child: Child, waiting: list[Step], end: float) -> list[Failure]:
    failures: list[Failure] = []
    while waiting:
        if time.monotonic() >= end:
            late = "not reached in the time that verification has"
            return failures + [Failure(step, late, tried=False) for step in waiting if step.needed]
        answers = _run(child, waiting, end - time.monotonic())
        if not answers.began:
            return failures + [Failure(step, answers.ending, tried=False) for step in waiting]
        failures += [failure for step in waiting for failure in _failed(child, step, answers)]
        waiting = [step for step in waiting if (step.kind, step.name) not in answers.by_step]
        if answers.skipped:
            return failures
        stopped = waiting.pop(0) if waiting else None
        if stopped is not None and (stopped.needed or time.monotonic() < end):
            failures.append(Failure(stopped, answers.ending))
    return failures


def _failed(child: Child, step: Step, answers: _Answers) -> Iterator[Failure]:
    answer = answers.by_step.get((step.kind, step.name), {})
    if answer.get("error"):
        missing = answer.get("missing")
        # The build's folder has another name each time.
        error = answer["error"].replace(f"{os.path.abspath(child.root)}/", "")
        yield Failure(step, error, None if missing is None else tuple(missing))


def _run(child: Child, steps: list[Step], seconds: float) -> _Answers:
    """One child with ``steps``, ended after ``seconds`` at the latest."""
    task = {
        "steps": [[step.kind, step.name, step.needed] for step in steps],
        "seconds": STEP_SECONDS,
        "spare": min(SPARE_SECONDS, seconds / 3),
        "paths": list(_paths(child)),
        "root": os.path.abspath(child.root),
        "unchanged": [os.path.abspath(child.root), child.folder],
        "stash": str(child.stash) if child.stash else "",
        "django": steps[0].kind != "setup"
        and any(step.name.partition(".")[0] == "django" for step in steps),
    }
    home = tempfile.TemporaryDirectory(prefix="slugfit-verify-", ignore_cleanup_errors=True)
    # A file, not a pipe: what the modules start and leave behind would hold a pipe open.
    with home, tempfile.TemporaryFile() as output:
        # An app's own settings are read where the app runs.
        task["folder"] = child.folder if steps[0].kind == "setup" else home.name
        ending = _end_of(child, home.name, json.dumps(task).encode(), output, max(seconds, 1))
        output.seek(0)
        return _answers(output.read(), ending)


def _end_of(child: Child, home: str, task: bytes, output: IO[bytes], seconds: float) -> str:
    """Run a child, ended in any case with all that it started; how it ended, in words."""
    try:
        process = subprocess.Popen(
            # As text: Slugfit may be a single archive, and the child's Python another one.
            # Without warnings: nobody reads them here, and astropy looks through all modules for
            # each, which made a verification four times as long.
            [str(child.layout.python), "-I", "-B", "-W", "ignore", "-c", _probe()],
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
    if process.returncode == -signal.SIGALRM:
        return f"it took longer than {STEP_SECONDS} seconds"
    return f"Python ended with status {process.returncode}"


def _probe() -> str:
    return resources.files("slugfit").joinpath("probe.py").read_text("utf-8")


def _answers(output: bytes, ending: str) -> _Answers:
    """The probe's lines; a Python that prints something when it starts adds others."""
    found: dict[tuple[str, str], Mapping[str, Any]] = {}
    skipped = False
    for line in output.splitlines(keepends=True):
        with contextlib.suppress(ValueError):
            answer = json.loads(line) if line.endswith(b"\n") else None
            if isinstance(answer, dict) and "kind" in answer:
                found[answer["kind"], answer["name"]] = answer
            skipped |= isinstance(answer, dict) and "skipped" in answer
    return _Answers(found, ending, began=bool(output), skipped=skipped)


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
        # For the Pythons that modules start; the child itself has its option.
        "PYTHONDONTWRITEBYTECODE": "1",
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
