"""GPU code on machines without a GPU: requirements, lock files, Dockerfiles."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slugfit.catalog.requirers import REQUIRES_TENSORFLOW, REQUIRES_TORCH
from slugfit.catalog.swaps import GPU_NAMES, GPU_PREFIXES, SWAPS
from slugfit.catalog.torch_wheels import LOCK_FILES, TORCH_INDEX, TORCH_PACKAGES
from slugfit.catalog.wheel_bytes import CUDA_OF_TORCH, WHEEL_BYTES
from slugfit.doctor.changes import physical_line, renamed, requirers, share_of, size_of, without
from slugfit.doctor.finding import Edit, Finding
from slugfit.doctor.sizes import Size, total
from slugfit.scan.distributions import normalise_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slugfit.doctor.app import App, Command, Locked, Requirement, RequirementsFile


_CPU_INDEX = re.compile(r"pytorch\.org/whl/cpu|torch_stable\.html|cpu/torch|whl/cpu")
_INDEX = f"--extra-index-url {TORCH_INDEX}"
"""The wheels for CPUs alone are on PyTorch's index: pip prefers +cpu to the same version."""
_ANOTHER_PLACE = re.compile(r"index-url|find-links|^-[if]\b|^(PIP|UV)_.*(INDEX|FIND_LINKS)")
_FIRST_WITH_ITS_OWN = (1, 13)
"""Earlier versions have CUDA inside of their wheels: torch 1.12.1 has 776 MB and requires none."""
_GPU_EXTRAS = frozenset({"cuda", "cuda11", "cuda12", "cuda13", "and-cuda", "gpu"})


def gpu_findings(app: App) -> Iterator[Finding]:
    """What only a GPU could use; nothing where a Dockerfile starts from a base with CUDA."""
    if app.for_gpu:
        return
    for file in app.requirements:
        yield from _of_requirements(app, file)
    yield from _implied_torch(app)
    yield from _without_index(app)
    for lock in app.locks:
        yield from _of_lock(app, lock)
    for path, commands in app.docker.items():
        for command in commands:
            yield from _of_dockerfile(app, path, command)


def serves_gpu(name: str) -> bool:
    """Whether a distribution, by its normalised name, is of no use without a GPU."""
    return name in GPU_NAMES or name.startswith(GPU_PREFIXES) or name == "cupy"


def _of_requirements(app: App, file: RequirementsFile) -> Iterator[Finding]:
    for item in () if file.constraint else app_required(app, file):
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


def app_required(app: App, file: RequirementsFile) -> Iterator[Requirement]:
    """The requirements of one file that hold on Linux."""
    return (item for item in app.required() if item.file == file.path)


def _is_for_cpu(app: App, item: Requirement) -> bool:
    if "+cpu" in item.specifier or "cpu" in item.url:
        return True
    if "+cu" in item.specifier or item.url:
        return False
    return has_cpu_index(app)


def has_cpu_index(app: App) -> bool:
    """Whether an option of a requirements file, or a variable, leads to the wheels for CPUs."""
    options = [line for file in app.requirements for _, line in file.options]
    settings = [item.value for item in app.settings if item.name.startswith(("PIP_", "UV_"))]
    chosen = any(item.name == "SLUGFIT_TORCH" and item.value for item in app.settings)
    return chosen or any(_CPU_INDEX.search(text) for text in (*options, *settings))


def _without_index(app: App) -> Iterator[Finding]:
    """A version that only PyTorch's own index has, where nothing names any other index."""
    if has_cpu_index(app) or _names_an_index(app):
        return
    for file in app.requirements:
        items = () if file.constraint else app_required(app, file)
        local = [item for item in items if "+cpu" in item.specifier and not item.url]
        if local:
            first = local[0]
            line = physical_line(app, first.file, first.line)
            edits = (Edit(first.file, first.line, 1, (_INDEX, line)),)
            about = f"{first.name}=={first.pin}"
            yield Finding("torch-index", first.file, first.line, about, edits=edits)


def _names_an_index(app: App) -> bool:
    """Whether pip, uv or a Dockerfile is told of any place beside the usual index."""
    options = [line for file in app.requirements for _, line in file.options]
    settings = [item.name for item in app.settings]
    commands = [command.rest for commands in app.docker.values() for command in commands]
    return any(_ANOTHER_PLACE.search(text) for text in (*options, *settings, *commands))


def cuda_size(app: App) -> Size:
    """What torch with CUDA weighs beyond torch without: where it is known, else as measured."""
    locked = total(size_of(app, name) for name in app.names() if serves_gpu(name))
    return locked or Size(CUDA_OF_TORCH, "wheel")


def _torch(app: App, file: RequirementsFile, item: Requirement) -> Finding:
    line = physical_line(app, item.file, item.line)
    version = item.pin.partition("+")[0]
    edits: tuple[Edit, ...] = ()
    if version and not item.url and not line.rstrip().endswith("\\"):
        new = re.sub(r"==\s*[^\s;#]+", f"=={version}+cpu", line, count=1)
        edits = (Edit(item.file, item.line, 1, (_INDEX, new)),)
        edits += tuple(
            Edit(other.file, other.line, 1, (_with_cpu(app, other),))
            for other in file.requirements
            if other.name in TORCH_PACKAGES[1:] and other.pin and "+" not in other.pin
        )
    elif not item.url:
        edits = (Edit(item.file, item.line, 1, (_INDEX, line)),)
    listed = [one for one in app_required(app, file) if serves_gpu(one.name)]
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
    edits = (Edit(first.file, first.line, 1, (_INDEX, line)),)
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


def _of_lock(app: App, lock: Locked) -> Iterator[Finding]:
    """One finding a lock file: torch with CUDA, or else what else only a GPU can use."""
    gpu = [item for item in lock.packages if serves_gpu(item.name)]
    torch = [item for item in lock.packages if item.name == "torch"]
    if torch and not any(item.version.endswith("+cpu") for item in torch):
        if gpu or _version(torch[0].version) < _FIRST_WITH_ITS_OWN:
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


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", text)[:2])


def _lock_lines(path: str) -> tuple[str, ...]:
    name = path.rpartition("/")[2]
    known = next((item for item in LOCK_FILES if item.file == name), None)
    if known is None:
        return ()
    lines = known.lines.format(index=TORCH_INDEX).splitlines()
    return (*lines, f"and then: {known.then}")


_PIP = re.compile(r"(?:pip3?|uv pip)\s+install\s+(?P<words>[^&|;]+)")


def _of_dockerfile(app: App, path: str, command: Command) -> Iterator[Finding]:
    """``RUN pip install torch`` without the index of wheels for CPUs."""
    for match in _PIP.finditer(command.rest) if command.word == "RUN" else ():
        words = match["words"].split()
        wants = [re.split(r"[=<>!~\[;@ ]", word.strip("\"'"), maxsplit=1)[0] for word in words]
        named = [normalise_name(word) for word in wants if word and not word.startswith("-")]
        if _CPU_INDEX.search(match["words"]) or "+cpu" in match["words"] or has_cpu_index(app):
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
        new = re.sub(r"((?:pip3?|uv pip)\s+install)", rf"\1 {_INDEX}", line, count=1)
        if new != line:
            return (Edit(path, number, 1, (new,)),)
    return ()
