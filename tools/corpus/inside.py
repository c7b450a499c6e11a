"""Imports every module in a process of its own, by forking: run by an environment's own Python.

To import ``a.b.c`` is to import ``a`` and ``a.b`` first. So ``a`` is imported in a fork, ``a.b`` in
a fork of that one, and so on: each module is met as in a fresh process, at the price of one import.
The task is one JSON object on standard input; answers are JSON lines appended to its ``answers``.
"""

import gc
import importlib
import importlib.metadata
import json
import os
import runpy
import signal
import sys
from collections.abc import Callable
from typing import Any, Optional


def first_line(error: BaseException) -> str:
    text = str(error).strip().splitlines()
    return "{}: {}".format(type(error).__name__, text[0][:300] if text else "")


def attempt(work: Callable[[], object]) -> Optional[str]:  # noqa: UP045 - old Pythons read it
    """The error of ``work`` in one line, or None."""
    try:
        work()
    except BaseException as error:  # noqa: BLE001 - SystemExit at import is a failure too
        return first_line(error)
    return None


def read_bytecode_of(tree: str, original: str) -> None:
    """Find the bytecode of ``tree`` beside the same sources in ``original``; write none."""
    external: Any = importlib._bootstrap_external  # noqa: SLF001 - there is no public way
    usual = external.cache_from_source

    def moved(path: str, *arguments: object, **options: object) -> str:
        cached: str = usual(path, *arguments, **options)
        if cached.startswith(tree + os.sep):
            return os.path.join(original, os.path.relpath(cached, tree))
        return cached

    sys.dont_write_bytecode = True
    external.cache_from_source = moved


class Sweep:
    """The forks below this process; one more may run at a time for each token in the pipe."""

    def __init__(self, task: "dict[str, Any]") -> None:
        self.answers = os.open(task["answers"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self.seconds: int = task["seconds"]
        self.group: int = task.get("group", 1)
        self.below: dict[str, list[str]] = {"": []}
        self.source, self.sink = os.pipe()
        os.set_blocking(self.source, False)
        os.write(self.sink, b"+" * (task["workers"] - 1))
        listed = set(task["modules"])
        for name in task["modules"]:
            above = name.rpartition(".")[0]
            while above and above not in listed:
                above = above.rpartition(".")[0]
            self.below.setdefault(above, []).append(name)

    def tell(self, **answer: object) -> None:
        os.write(self.answers, json.dumps(answer).encode() + b"\n")

    def modules(self, above: str) -> None:
        """Every module below one that this process has imported; leaves may share a fork."""
        names = self.below.get(above, [])
        leaves = [name for name in names if name not in self.below]
        shared = [leaves[at : at + self.group] for at in range(0, len(leaves), self.group)]
        alone = [[name] for name in names if name in self.below]
        self.each(shared + alone, importlib.import_module)

    def each(self, jobs: "list[list[str]]", work: Callable[[str], object]) -> None:
        """Do each job in a fork of this process: beside it if there is a token, else in turn."""
        gc.freeze()
        beside: dict[int, list[str]] = {}
        for names in jobs:
            self.reap(beside, os.WNOHANG)
            token = self.token()
            child = os.fork()
            if not child:
                self.child(names, work)
            elif token:
                beside[child] = names
            else:
                self.ended(names, os.waitpid(child, 0)[1])
        while beside:
            self.reap(beside, 0)

    def child(self, names: "list[str]", work: Callable[[str], object]) -> None:
        status = 1
        try:
            for name in names:
                signal.signal(signal.SIGALRM, signal.SIG_DFL)
                signal.alarm(self.seconds)
                error = attempt(lambda name=name: work(name))  # type: ignore[misc]
                signal.alarm(0)
                self.tell(name=name, error=error)
                if not error and name in self.below:
                    self.modules(name)
            status = 0
        finally:
            os._exit(status)

    def token(self) -> bytes:
        try:
            return os.read(self.source, 1)
        except BlockingIOError:
            return b""

    def reap(self, beside: "dict[int, list[str]]", how: int) -> None:
        for child in list(beside):
            done, status = os.waitpid(child, how)
            if done:
                self.ended(beside.pop(child), status)
                os.write(self.sink, b"+")

    def ended(self, names: "list[str]", status: int) -> None:
        how = f"status {os.WEXITSTATUS(status)}" if os.WIFEXITED(status) else ""
        for name in names if status else ():
            self.tell(name=name, ended=how or signal.Signals(os.WTERMSIG(status)).name)


def prepare(program: str, seconds: int) -> None:
    """What the smoke program does before its work, if a first try in a fork survives it."""

    def work() -> None:
        runpy.run_path(program, run_name="corpus").get("prepare", int)()

    child = os.fork()
    if not child:
        signal.alarm(seconds)
        os._exit(bool(attempt(work)))
    if not os.waitpid(child, 0)[1]:
        attempt(work)


def metadata(sweep: Sweep) -> None:
    """Versions, files that are not there, and every entry point loaded in a fork."""
    points: dict[str, Any] = {}
    for dist in importlib.metadata.distributions():
        named = attempt(lambda dist=dist: dist.metadata["Name"] + dist.version)  # type: ignore[misc]
        name = dist.metadata["Name"] if named is None else str(getattr(dist, "_path", "?"))
        absent = [str(file) for file in dist.files or () if not os.path.lexists(file.locate())]
        sweep.tell(dist=name, version=dist.version if named is None else None, absent=absent)
        points.update(
            (f"{name}: [{point.group}] {point.name}", point) for point in dist.entry_points
        )
    sweep.each([[name] for name in points], lambda name: points[name].load())


def main() -> None:
    task = json.load(sys.stdin)
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in range(3):
        os.dup2(null, descriptor)
    read_bytecode_of(task["tree"], task["original"])
    sweep = Sweep(task)
    if task["program"]:
        prepare(task["program"], task["seconds"])
    sweep.modules("")
    if task["metadata"]:
        metadata(sweep)
    sweep.tell(done=True)
    os._exit(0)


if __name__ == "__main__":
    main()
