"""GPU code that a Dockerfile installs on machines without a GPU."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slugfit.catalog.wheel_bytes import WHEEL_BYTES
from slugfit.doctor.changes import physical_line
from slugfit.doctor.cuda import (
    INDEX_OPTION,
    cuda_size,
    has_cpu_index,
    names_cpu_wheels,
    serves_gpu,
)
from slugfit.doctor.finding import Edit, Finding
from slugfit.doctor.sizes import Size
from slugfit.scan.distributions import normalise_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slugfit.doctor.app import App, Command

_PIP = re.compile(r"(?:pip3?|uv pip)\s+install\s+(?P<words>[^&|;]+)")


def docker_gpu_findings(app: App, path: str, command: Command) -> Iterator[Finding]:
    """``RUN pip install torch`` without the index of wheels for CPUs."""
    for match in _PIP.finditer(command.rest) if command.word == "RUN" else ():
        words = match["words"].split()
        wants = [re.split(r"[=<>!~\[;@ ]", word.strip("\"'"), maxsplit=1)[0] for word in words]
        named = [normalise_name(word) for word in wants if word and not word.startswith("-")]
        if names_cpu_wheels(match["words"]) or "+cpu" in match["words"] or has_cpu_index(app):
            continue
        if "torch" in named:
            cuda = cuda_size(app)
            edits = _docker_edit(app, path, command)
            yield Finding("torch-cuda", path, command.line, "torch", size=cuda, edits=edits)
        for name in filter(serves_gpu, named):
            size = Size(WHEEL_BYTES[name], "wheel") if name in WHEEL_BYTES else None
            yield Finding("gpu-package", path, command.line, name, size=size)


def _docker_edit(app: App, path: str, command: Command) -> tuple[Edit, ...]:
    """The line of the RUN that says ``pip install``, with the other index."""
    for number in range(command.line, command.line + command.count):
        line = physical_line(app, path, number)
        new = re.sub(r"((?:pip3?|uv pip)\s+install)", rf"\1 {INDEX_OPTION}", line, count=1)
        if new != line:
            return (Edit(path, number, 1, (new,)),)
    return ()
