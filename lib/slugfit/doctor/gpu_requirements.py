"""GPU code among the requirements of an app for machines without a GPU."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slugfit.catalog.requirers import REQUIRES_TENSORFLOW, REQUIRES_TORCH
from slugfit.catalog.swaps import GPU_NAMES, SWAPS
from slugfit.catalog.torch_wheels import TORCH_PACKAGES
from slugfit.doctor.changes import physical_line, renamed, requirers, share_of, size_of, without
from slugfit.doctor.cuda import INDEX_OPTION, cuda_size, has_cpu_index, serves_gpu
from slugfit.doctor.finding import Edit, Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slugfit.doctor.app import App, Requirement, RequirementsFile

_ANOTHER_PLACE = re.compile(r"index-url|find-links|^-[if]\b|^(PIP|UV)_.*(INDEX|FIND_LINKS)")
_GPU_EXTRAS = frozenset({"cuda", "cuda11", "cuda12", "cuda13", "and-cuda", "gpu"})


def required_gpu_findings(app: App) -> Iterator[Finding]:
    """What the deployed requirements files ask for, or what they leave to the usual index."""
    for file in app.requirements:
        yield from _of_requirements(app, file)
    yield from _implied_torch(app)
    yield from _without_index(app)


def _of_requirements(app: App, file: RequirementsFile) -> Iterator[Finding]:
    for item in () if file.constraint else _required(app, file):
        if item.name == "torch" and not _is_for_cpu(app, item):
            yield _torch(app, file, item)
        elif serves_gpu(item.name) and _comes_with_torch(app, item):
            continue
        elif serves_gpu(item.name):
            size = size_of(app, item.name)
            edits = without(app, item)
            yield Finding("gpu-package", item.file, item.line, item.name, size=size, edits=edits)
        elif item.extras & _GPU_EXTRAS:
            yield _extra(app, item)
        else:
            yield from _variant(app, item)


def _comes_with_torch(app: App, item: Requirement) -> bool:
    """Whether a torch with CUDA in the same file, as ``pip freeze`` writes it, accounts for it."""
    torch = [one for one in app.required() if one.name == "torch" and one.file == item.file]
    own = item.name.startswith("nvidia-") or item.name in GPU_NAMES
    return own and any(not _is_for_cpu(app, one) for one in torch)


def _required(app: App, file: RequirementsFile) -> Iterator[Requirement]:
    """The requirements of one file that hold on Linux."""
    return (item for item in app.required() if item.file == file.path)


def _is_for_cpu(app: App, item: Requirement) -> bool:
    if "+cpu" in item.specifier or "cpu" in item.url:
        return True
    if "+cu" in item.specifier or item.url:
        return False
    return has_cpu_index(app)


def _without_index(app: App) -> Iterator[Finding]:
    """A version that only PyTorch's own index has, where nothing names any other index."""
    if has_cpu_index(app) or _names_an_index(app):
        return
    for file in app.requirements:
        items = () if file.constraint else _required(app, file)
        local = [item for item in items if "+cpu" in item.specifier and not item.url]
        if local:
            first = local[0]
            line = physical_line(app, first.file, first.line)
            edits = (Edit(first.file, first.line, 1, (INDEX_OPTION, line)),)
            about = f"{first.name}=={first.pin}"
            yield Finding("torch-index", first.file, first.line, about, edits=edits)


def _names_an_index(app: App) -> bool:
    """Whether pip, uv or a Dockerfile is told of any place beside the usual index."""
    options = [line for file in app.requirements for _, line in file.options]
    settings = [item.name for item in app.settings]
    commands = [command.rest for commands in app.docker.values() for command in commands]
    return any(_ANOTHER_PLACE.search(text) for text in (*options, *settings, *commands))


def _torch(app: App, file: RequirementsFile, item: Requirement) -> Finding:
    line = physical_line(app, item.file, item.line)
    version = item.pin.partition("+")[0]
    edits: tuple[Edit, ...] = ()
    if version and not item.url and not line.rstrip().endswith("\\"):
        new = re.sub(r"==\s*[^\s;#]+", f"=={version}+cpu", line, count=1)
        edits = (Edit(item.file, item.line, 1, (INDEX_OPTION, new)),)
        edits += tuple(
            Edit(other.file, other.line, 1, (_with_cpu(app, other),))
            for other in file.requirements
            if other.name in TORCH_PACKAGES[1:] and other.pin and "+" not in other.pin
        )
    elif not item.url:
        edits = (Edit(item.file, item.line, 1, (INDEX_OPTION, line)),)
    listed = [one for one in _required(app, file) if serves_gpu(one.name)]
    listed = [one for one in listed if _comes_with_torch(app, one)]
    edits += tuple(edit for one in listed if edits for edit in without(app, one))
    why = ("listed", *(one.name for one in listed)) if listed else ()
    return Finding("torch-cuda", item.file, item.line, "torch", why, cuda_size(app), edits)


def _with_cpu(app: App, item: Requirement) -> str:
    line = physical_line(app, item.file, item.line)
    return re.sub(r"==\s*([^\s;#]+)", r"==\1+cpu", line, count=1)


def _implied_torch(app: App) -> Iterator[Finding]:
    """What requires torch where no requirement chooses one."""
    items = [item for item in app.required() if item.name in REQUIRES_TORCH]
    if not items or "torch" in app.names() or has_cpu_index(app):
        return
    first = items[0]
    line = physical_line(app, first.file, first.line)
    edits = (Edit(first.file, first.line, 1, (INDEX_OPTION, line)),)
    why = ("implied", *sorted({item.name for item in items}))
    size = cuda_size(app)
    yield Finding("torch-cuda", first.file, first.line, "torch", why, size, edits)


def _extra(app: App, item: Requirement) -> Finding:
    extra = min(item.extras & _GPU_EXTRAS)
    line = physical_line(app, item.file, item.line)
    left = sorted(item.extras - _GPU_EXTRAS)
    new = re.sub(r"\[[^\]]*\]", f"[{','.join(left)}]" if left else "", line, count=1)
    edits = (Edit(item.file, item.line, 1, (new,)),)
    about = f"{item.name}[{extra}]"
    return Finding("gpu-variant", item.file, item.line, about, (item.name,), edits=edits)


def _variant(app: App, item: Requirement) -> Iterator[Finding]:
    for swap in SWAPS:
        if swap.distribution != item.name or not swap.for_gpu or not swap.holds_for(item.pin):
            continue
        known = REQUIRES_TENSORFLOW if item.name == "tensorflow" else {}
        others = requirers(app, known)
        size = None if others else share_of(size_of(app, item.name), 1 - swap.keeps)
        edits = () if others else renamed(app, item, swap.instead)
        why = (swap.instead, swap.because, swap.caveat, ", ".join(others))
        yield Finding("gpu-variant", item.file, item.line, item.name, why, size, edits)
