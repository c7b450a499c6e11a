"""The child process that tries steps: its task, its environment, its end, and its answers.

It runs the app's own interpreter, isolated. No config var reaches it, its home is an empty folder,
and it is given a time. What it runs is probe.py.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import tempfile
from dataclasses import dataclass
from importlib import resources
from typing import IO, TYPE_CHECKING, Any

from slugfit.refer.shipped import root_of_running

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from slugfit.verify.step import Step, StepContext, StepKind


STEP_SECONDS = 60
"""For one step, of the processor; some packages import for half a minute on a busy machine."""
SPARE_STEP_SECONDS = 20
"""For one that is not needed, of the processor: it must not cost the others their time."""
SPARE_SECONDS = 90
"""For the steps that are not needed, all children together; later ones are not tried."""
_SHORTEST_SECONDS = 1
STARTING: frozenset[StepKind] = frozenset(("start", "serve", "loaded", "compile"))
"""The kinds of steps of start_probe.py."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What one child told."""

    by_step: Mapping[tuple[str, str], Mapping[str, Any]]
    """The answer to each step by (kind, name): ``error`` and ``missing``, as probe.py says."""
    ending: str
    """How the child ended, in words."""
    began: bool
    """Whether it came to the first step."""
    skipped: bool
    """Whether it left out the last steps, because the time for those not needed was over."""
    late: bool
    """Whether its time had run out when it ended."""
    started: tuple[str, str]
    """Kind and name of the step that it began last."""
    deadline: float | None
    """When the time for steps that are not needed is over (``time.monotonic``), if it began."""


def run_child(
    context: StepContext, steps: Sequence[Step], seconds: float, deadline: float | None = None
) -> Answers:
    """Try ``steps`` in one child, which is ended after ``seconds`` at the latest.

    ``deadline`` is that of a child before it, for the steps that are not needed.
    """
    home = tempfile.TemporaryDirectory(prefix="slugfit-verify-", ignore_cleanup_errors=True)
    # A file, not a pipe: what the modules start and leave running would hold a pipe open.
    with home, tempfile.TemporaryFile() as output:
        task = {**_task(context, steps, home.name, seconds), "deadline": deadline}
        ending, late = _run(context, home.name, task, output, max(seconds, _SHORTEST_SECONDS))
        output.seek(0)
        return _answers(output.read(), ending, late=late, deadline=deadline)


def _task(
    context: StepContext, steps: Sequence[Step], home: str, seconds: float
) -> Mapping[str, object]:
    """What the probe reads; see probe.py."""
    kinds = {step.kind for step in steps}
    is_setup = steps[0].kind == "setup"
    return {
        "steps": [[step.kind, step.name, step.needed] for step in steps],
        "seconds": STEP_SECONDS,
        "spare_seconds": min(SPARE_STEP_SECONDS, STEP_SECONDS),
        "spare": min(SPARE_SECONDS, seconds / 3),
        "paths": list(_paths(context)),
        "root": os.path.abspath(context.root),
        "unchanged": [os.path.abspath(context.root), context.folder],
        "stash": str(context.stash) if context.stash else "",
        "django": not is_setup and any(step.top == "django" for step in steps),
        # An app's own settings are read where the app runs.
        "folder": context.folder if is_setup else home,
        "shown": root_of_running(context.root, context.layout),
        "more": "" if STARTING.isdisjoint(kinds) else _text("start_probe.py"),
    }


def _paths(context: StepContext) -> Iterator[str]:
    """Folders for sys.path: an isolated interpreter finds only its own site-packages.

    https://docs.python.org/3/using/cmdline.html#cmdoption-I
    """
    if context.layout.shape == "target":
        yield str(context.root)


def _run(
    context: StepContext,
    home: str,
    task: Mapping[str, object],
    output: IO[bytes],
    seconds: float,
) -> tuple[str, bool]:
    """Run a child and end it in any case, with all that it started.

    How it ended, in words, and whether that was because its time ran out.
    """
    try:
        process = _start(context, home, output)
    except OSError as error:
        return f"the app's Python could not be started: {error}", False
    try:
        process.communicate(json.dumps(task).encode(), seconds)
    except subprocess.TimeoutExpired:
        return "it took longer than the time that was left", True
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    if process.returncode in (-signal.SIGALRM, -signal.SIGPROF):
        of_it = ", of the processor" if process.returncode == -signal.SIGPROF else ""
        return f"it took longer than the time for one step{of_it}", True
    return f"Python ended with status {process.returncode}", False


def _start(context: StepContext, home: str, output: IO[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        # The program is passed as text: Slugfit may be a single archive.
        # Without warnings: nobody reads them here, and astropy looks through all modules for
        # each, which made a verification four times as long (measured).
        [str(context.layout.python), "-I", "-B", "-W", "ignore", "-c", _text("probe.py")],
        stdin=subprocess.PIPE,
        stdout=output,
        stderr=subprocess.DEVNULL,
        env=_environment(context, home),
        cwd=home,
        start_new_session=True,
    )


def _text(program: str) -> str:
    return resources.files("slugfit.verify").joinpath(program).read_text("utf-8")


def _environment(context: StepContext, home: str) -> Mapping[str, str]:
    environment = {
        "HOME": home,
        "TMPDIR": home,
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": "C.UTF-8",
        # For the Pythons that modules start; the child itself has its option.
        "PYTHONDONTWRITEBYTECODE": "1",
        # Threads for every core would only slow an import down.
        # https://www.openmp.org/spec-html/5.0/openmpse50.html
        "OMP_NUM_THREADS": "1",
        # https://github.com/OpenMathLib/OpenBLAS/blob/develop/README.md
        "OPENBLAS_NUM_THREADS": "1",
    }
    if context.layout.prefix is not None:
        # What earlier buildpacks installed (apt's libGL for OpenCV) is on this path already.
        own = str(context.root / context.layout.prefix / "lib")
        inherited = os.environ.get("LD_LIBRARY_PATH")
        environment["LD_LIBRARY_PATH"] = f"{own}:{inherited}" if inherited else own
    return environment


def _answers(output: bytes, ending: str, *, late: bool, deadline: float | None) -> Answers:
    """The probe's lines; a Python that prints something when it starts adds others."""
    by_step: dict[tuple[str, str], Mapping[str, Any]] = {}
    skipped = False
    started = ("", "")
    for line in output.splitlines(keepends=True):
        with contextlib.suppress(ValueError):
            answer = json.loads(line) if line.endswith(b"\n") else None
            if not isinstance(answer, dict):
                continue
            if "kind" in answer:
                by_step[answer["kind"], answer["name"]] = answer
            if "start" in answer:
                started = (answer["of"], answer["start"])
            skipped |= "skipped" in answer
            deadline = answer.get("deadline", deadline)
    return Answers(by_step, ending, bool(output), skipped, late, started, deadline)
