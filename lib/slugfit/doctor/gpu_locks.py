"""GPU code in the lock file of an app for machines without a GPU."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slugfit.catalog.swaps import SWAPS
from slugfit.catalog.torch_wheels import LOCK_FILES, TORCH_INDEX
from slugfit.doctor.changes import share_of, size_of
from slugfit.doctor.cuda import cuda_size, serves_gpu
from slugfit.doctor.finding import Finding
from slugfit.doctor.sizes import total
from slugfit.forecast.versions import satisfies

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slugfit.doctor.app import App, Locked

_FIRST_WITH_NONE = "1.13"
"""Earlier versions have CUDA inside of their wheels: torch 1.12.1 has 776 MB and requires none."""


def locked_gpu_findings(app: App, lock: Locked) -> Iterator[Finding]:
    """One finding a lock file: torch with CUDA, or else what else only a GPU can use."""
    gpu = [item for item in lock.packages if serves_gpu(item.name)]
    torch = [item for item in lock.packages if item.name == "torch"]
    if torch and not any(item.version.endswith("+cpu") for item in torch):
        if gpu or satisfies(torch[0].version, "<", _FIRST_WITH_NONE):
            why = ("locked", *(item.name for item in gpu)) if gpu else ()
            cuda = total(size_of(app, item.name) for item in gpu) or cuda_size(app)
            write = _lock_lines(lock.path)
            line = torch[0].line
            yield Finding("torch-cuda", lock.path, line, "torch", why, cuda, write=write)
    else:
        for item in gpu if not torch else ():
            size = size_of(app, item.name)
            yield Finding("gpu-package", lock.path, item.line, item.name, size=size)
    for item in lock.packages:
        for swap in SWAPS:
            if swap.distribution == item.name and swap.for_gpu and swap.holds_for(item.version):
                size = share_of(size_of(app, item.name), 1 - swap.keeps)
                why = (swap.instead, swap.because, swap.caveat)
                yield Finding("gpu-variant", lock.path, item.line, item.name, why, size)


def _lock_lines(path: str) -> tuple[str, ...]:
    name = path.rpartition("/")[2]
    known = next((item for item in LOCK_FILES if item.file == name), None)
    if known is None:
        return ()
    lines = known.lines.format(index=TORCH_INDEX).splitlines()
    return (*lines, f"and then: {known.then}")
