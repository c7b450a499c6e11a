"""Every module of an environment imported, every entry point loaded, its program run."""

from __future__ import annotations

import importlib.machinery
import json
import re
import tempfile
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpus import children, environments
from corpus.sets import HERE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from corpus.children import Ended
    from corpus.environments import Environment

HOURS = 2
"""For one sweep."""
NEVER: Mapping[str, str] = {}
"""Modules that must not be imported even in a fork, and why; each with what is below it."""
_SUFFIXES = ("/__init__.py", ".py", *importlib.machinery.EXTENSION_SUFFIXES, ".pyc")


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds for one import, how many go on at a time, how many leaves may share a process."""

    seconds: int = 60
    workers: int = 2
    group: int = 1


ALONE = Pace()
TOGETHER = Pace(group=20)
"""Some times as fast; what fails is tried again alone, so only a pass can be owed to company."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What an environment can do: for each module and entry point its error, or None.

    ``absent`` are files that a RECORD names and that are not there; ``smoke`` is the program's
    fault, or None; ``said`` is what it found, by its steps.
    """

    modules: Mapping[str, str | None]
    versions: Mapping[str, str | None]
    entry_points: Mapping[str, str | None]
    absent: tuple[str, ...]
    smoke: str | None
    said: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> Mapping[str, Any]:
        """For keeping."""
        return asdict(self)


def modules(site: Path) -> Mapping[str, str]:
    """Every module that could be imported from ``site``, and the file that it would come from."""
    found: dict[str, tuple[int, str]] = {}
    for path, _ in environments.files(site):
        rank = next((at for at, end in enumerate(_SUFFIXES) if path.endswith(end)), None)
        if rank is None or "__pycache__/" in path:
            continue
        stem = path[: -len(_SUFFIXES[rank])]
        parts = stem.split("/")
        if parts[-1] == "__init__":
            parts.pop()
        if parts and all(map(str.isidentifier, parts)) and parts[-1] != "__main__":
            name = ".".join(parts)
            found[name] = min(found.get(name, (rank, path)), (rank, path))
    return {name: path for name, (_, path) in sorted(found.items()) if not _is_banned(name)}


def _is_banned(name: str) -> bool:
    return any(name == banned or name.startswith(banned + ".") for banned in NEVER)


def run(
    environment: Environment,
    names: Iterable[str],
    program: Path | None,
    *,
    metadata: bool = True,
    pace: Pace = ALONE,
) -> Findings:
    """Import ``names`` and load the entry points."""
    found = _run(environment, sorted(names), program, metadata=metadata, pace=pace)
    failed = [name for name, error in found.modules.items() if error]
    if pace.group > 1 and failed:
        again = _run(environment, failed, program, metadata=False, pace=replace(pace, group=1))
        return replace(found, modules={**found.modules, **again.modules})
    return found


def _run(
    environment: Environment,
    names: list[str],
    program: Path | None,
    *,
    metadata: bool,
    pace: Pace,
) -> Findings:
    with tempfile.TemporaryDirectory(prefix="corpus-") as folder:
        task = {
            "modules": names,
            "answers": f"{folder}/answers",
            "seconds": pace.seconds,
            "workers": pace.workers,
            "group": pace.group,
            "tree": str(environment.root),
            "original": str(environment.original),
            "program": str(program) if program else "",
            "metadata": metadata,
        }
        command = [str(environment.python), "-I", "-B", f"{HERE}/inside.py"]
        ended = children.run(command, HOURS * 3600, feed=json.dumps(task))
        lines = (Path(folder) / "answers").read_text("utf-8").splitlines()
    return _findings(names, [json.loads(line) for line in lines], ended.fault)


def _findings(names: list[str], answers: list[Mapping[str, Any]], fault: str | None) -> Findings:
    told = {answer["name"]: answer["error"] for answer in answers if "error" in answer}
    ended = {answer["name"]: answer["ended"] for answer in answers if "ended" in answer}
    if not any("done" in answer for answer in answers):
        ended[""] = f"the sweep ended early: {fault}"
    found: dict[str, str | None] = {}
    for name in names:
        found[name] = told[name] if name in told else _why_silent(name, told, ended)
    points = {name: told.get(name, ended.get(name)) for name in (*told, *ended) if ": [" in name}
    dists = [answer for answer in answers if "dist" in answer]
    return Findings(
        modules=found,
        versions={dist["dist"]: dist["version"] for dist in dists},
        entry_points=points,
        absent=tuple(f"{dist['dist']}: {path}" for dist in dists for path in dist["absent"]),
        smoke=None,
    )


def _why_silent(name: str, told: Mapping[str, str | None], ended: Mapping[str, str]) -> str:
    """Why a module has no answer: its own end, or that of a package above it."""
    above = name
    while above:
        if above in ended:
            killed = "killed: out of time" if ended[above] == "SIGALRM" else ended[above]
            return killed if above == name else f"{above}: {killed}"
        if told.get(above):
            return f"{above}: {told[above]}"
        above = above.rpartition(".")[0]
    return ended.get("", "ended without a word")


def with_smoke(
    found: Findings, environment: Environment, program: Path, seconds: float = 600
) -> Findings:
    """``found`` with what a smoke program says, and its fault."""
    fault, said = smoke(environment, program, seconds)
    return replace(found, smoke=fault, said=said)


def smoke(
    environment: Environment, program: Path, seconds: float = 600
) -> tuple[str | None, Mapping[str, str]]:
    """Run a smoke program; its fault, or None, and what its steps found ("step: found" a line)."""
    # No bytecode is read or written here: this is what a first boot does.
    ended = children.run([environment.python, "-I", "-B", program], seconds)
    return ending(ended, program)


def ending(ended: Ended, program: Path) -> tuple[str | None, Mapping[str, str]]:
    """The same of a program that has been run."""
    lines = [line.partition(": ") for line in ended.out.splitlines()]
    steps = frozenset(re.findall(r"^def with_(\w+)", program.read_text("utf-8"), re.MULTILINE))
    said = {name: found for name, _, found in lines if name in steps}
    if ended.code == 0 and not ended.out.rstrip().endswith("ok"):
        return "it ended without its last word", said
    return ended.fault, said
