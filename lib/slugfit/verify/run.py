"""The passes of a verification: which steps share a child, and what is tried again.

A crash counts as a failure of the step that was being tried; the rest go on in a new child.
"""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from slugfit.verify.child import run_child
from slugfit.verify.smoke import SMOKE_TOO_LONG, run_smoke
from slugfit.verify.step import Failure, Step, StepContext

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from slugfit.verify.child import Answers


VERIFY_SECONDS = 300
"""For one verification; a step that was not reached by then was not tried."""


@dataclass(slots=True)
class _Spare:
    """The time for steps that are not needed, which children of one pass share."""

    deadline: float | None = None


def run_steps(
    context: StepContext,
    steps: Sequence[Step],
    is_final: Callable[[Failure], bool] = lambda _: False,
    seconds: float = VERIFY_SECONDS,
) -> tuple[Failure, ...]:
    """Try each of ``steps``; the failures, in order. What there was no time for is ``late``.

    All go into one child, as in an app; an app's settings into one of their own, for there can
    only be one set of them. Some modules refuse to be imported after certain others, and that is
    nobody's fault: what fails is tried again among its own package, unless it ``is_final``.
    """
    end = time.monotonic() + seconds
    groups = [
        [step for step in steps if step.kind in ("import", "load")],
        *([step] for step in steps if step.kind == "setup"),
    ]
    failures = _passes(context, groups, end)
    settled = [failure for failure in failures if not failure.tried or is_final(failure)]
    unsettled = {failure.step: failure for failure in failures if failure not in settled}
    if time.monotonic() < end:
        order = [failure.step for failure in failures]
        packages = _by_package(list(unsettled))
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            passes = pool.map(lambda group: _passes(context, [group], end), packages)
            again = [failure for failures in passes for failure in failures]
        # Without time for a second look the first one counts.
        told = [new if new.tried else unsettled[new.step] for new in again]
        failures = _ordered(settled + told, order)
    return (*failures, *_smoke_failures(context, steps))


def run_steps_alone(
    context: StepContext, steps: Sequence[Step], seconds: float = VERIFY_SECONDS
) -> tuple[Failure, ...]:
    """Try each of ``steps`` in a child of its own, on all cores; the failures, in order.

    All are needed: for one that there was no time for there is a failure that was not ``tried``.
    """
    end = time.monotonic() + seconds
    original = {replace(step, needed=True): step for step in steps if step.kind != "smoke"}
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        passes = pool.map(lambda step: _pass(context, [step], end, _Spare()), original)
        failures = [
            replace(failure, step=original[failure.step]) for failed in passes for failure in failed
        ]
    return (*failures, *_smoke_failures(context, steps))


def _passes(context: StepContext, groups: Sequence[list[Step]], end: float) -> list[Failure]:
    spare = _Spare()
    return [failure for group in groups for failure in _pass(context, group, end, spare)]


def _ordered(failures: Sequence[Failure], steps: Sequence[Step]) -> list[Failure]:
    order = {step: number for number, step in enumerate(steps)}
    return sorted(failures, key=lambda failure: order[failure.step])


def _by_package(steps: Sequence[Step]) -> list[list[Step]]:
    packages: dict[str, list[Step]] = {}
    for step in steps:
        packages.setdefault(step.top, []).append(step)
    return list(packages.values())


def _smoke_failures(context: StepContext, steps: Sequence[Step]) -> Iterator[Failure]:
    for step in steps:
        error = run_smoke(step.name, context) if step.kind == "smoke" else ""
        late = error.startswith(SMOKE_TOO_LONG)
        if error:
            yield Failure(step, error, tried=not late, late=late)


def _pass(context: StepContext, waiting: list[Step], end: float, spare: _Spare) -> list[Failure]:
    """Try the steps in one child, and in another one for those after a crash; until ``end``."""
    failures: list[Failure] = []
    while waiting:
        if time.monotonic() >= end:
            return failures + [_late(step) for step in waiting]
        answers = run_child(context, waiting, end - time.monotonic(), spare.deadline)
        spare.deadline = answers.deadline
        if not answers.began:
            unbegun = Failure(waiting[0], answers.ending, tried=False, late=answers.late)
            return failures + [replace(unbegun, step=step) for step in waiting]
        failures += [failure for step in waiting for failure in _failed(context, step, answers)]
        waiting = [step for step in waiting if (step.kind, step.name) not in answers.by_step]
        if answers.skipped:
            return failures + [_late(step) for step in waiting]
        stopped = _stopped(waiting, answers)
        if stopped is not None:
            waiting.remove(stopped)
            late = answers.late
            failures.append(Failure(stopped, answers.ending, tried=not late, late=late))
    return failures


def _stopped(waiting: Sequence[Step], answers: Answers) -> Step | None:
    """The step that a child ended in."""
    begun = (step for step in waiting if (step.kind, step.name) == answers.started)
    return next(begun, waiting[0] if waiting else None)


def _late(step: Step) -> Failure:
    return Failure(
        step, "not reached in the time that verification has", None, tried=False, late=True
    )


def _failed(context: StepContext, step: Step, answers: Answers) -> Iterator[Failure]:
    answer = answers.by_step.get((step.kind, step.name), {})
    if answer.get("error"):
        missing = answer.get("missing")
        # The build's folder has another name each time.
        error = answer["error"].replace(f"{os.path.abspath(context.root)}/", "")
        yield Failure(step, error, None if missing is None else tuple(missing))
