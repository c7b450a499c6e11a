"""GPU code on machines without a GPU: requirements, lock files, Dockerfiles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slugfit.doctor.gpu_docker import docker_gpu_findings
from slugfit.doctor.gpu_locks import locked_gpu_findings
from slugfit.doctor.gpu_requirements import required_gpu_findings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slugfit.doctor.app import App
    from slugfit.doctor.finding import Finding


def gpu_findings(app: App) -> Iterator[Finding]:
    """What only a GPU could use; nothing where a Dockerfile starts from a base with CUDA."""
    if app.for_gpu:
        return
    yield from required_gpu_findings(app)
    for lock in app.locks:
        yield from locked_gpu_findings(app, lock)
    for path, commands in app.docker.items():
        for command in commands:
            yield from docker_gpu_findings(app, path, command)
