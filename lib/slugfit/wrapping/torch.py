"""PyTorch without CUDA: where its wheels for the CPU are, and what keeps the others out.

PyPI's torch for Linux requires the CUDA libraries, 2 to 4 GB of them. The same versions without
them are ``2.9.0+cpu`` on PyTorch's own index. pip takes the highest version: for the same one that
is the local version +cpu, but a newer plain one on the main index would win. So pip also gets a
constraint that nothing can meet on the libraries that every CUDA torch requires: it goes back to
the newest torch that does without.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slugfit.base.urls import redact_url
from slugfit.catalog.swaps import GPU_NAMES
from slugfit.catalog.torch_wheels import CUDA_LIBRARIES, CUDA_SERIES, LockFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from slugfit.wrapping.installed import Installed


_LOCKED = re.compile(
    r'name = "torch"\s+version = "(?P<toml>[^"]+)"'
    r'|"torch": \{[^{}]*"version": "==(?P<json>[^"]+)"'
)


def torch_constraints() -> str:
    """The text of the constraints file."""
    names = (f"nvidia-{library}{series}" for library in CUDA_LIBRARIES for series in CUDA_SERIES)
    head = "# Nothing meets these: SLUGFIT_TORCH asks for a torch that needs no CUDA libraries.\n"
    return head + "".join(f"{name}<0\n" for name in names)


def pinned_torch(lock: str) -> tuple[str, ...]:
    """The versions of torch in a lock file's text if all of them need CUDA, else none."""
    versions = tuple(pin["toml"] or pin["json"] for pin in _LOCKED.finditer(lock))
    return () if any(version.endswith("+cpu") for version in versions) else versions


def locked_torch(lock: LockFile, versions: tuple[str, ...], index: str) -> str:
    """Why the setting has no effect on this lock file, and the lines that have."""
    return (
        f"SLUGFIT_TORCH has no effect: {lock.file} pins torch {', '.join(versions)} with CUDA,\n"
        f"and {lock.manager} installs what it pins, whatever the environment says.\n"
        f"{lock.lines.format(index=redact_url(index))}\n"
        f"and then `{lock.then}`. The same for torchvision and torchaudio."
    )


def gpu_arrived(installed: Installed, index: str) -> str:
    """What to say when packages that only serve a GPU were installed all the same; else empty."""
    names = sorted(filter(_serves_gpu, installed.versions))
    if not names:
        return ""
    lines = [f"SLUGFIT_TORCH is set, and yet packages for a GPU were installed ({len(names)}):"]
    lines += [f"- {name}{_wanted(name, installed.requires)}" for name in names]
    version = installed.versions.get("torch", "")
    if version and not version.endswith("+cpu"):
        lines.append(f"torch is {version}. Ask for the CPU's in the requirements file:")
        lines.append(f"  --extra-index-url {redact_url(index)}")
        lines.append(f"  torch=={version.partition('+')[0]}+cpu")
    else:
        lines.append("torch does not need them. Look for a lighter form of what does, or drop it.")
    return "\n".join(lines)


def _serves_gpu(name: str) -> bool:
    return name in GPU_NAMES or name.startswith("nvidia-")


def _wanted(name: str, requires: Mapping[str, frozenset[str]]) -> str:
    others = ", ".join(_askers(name, requires))
    return f" (wanted by {others})" if others else ""


def _askers(name: str, requires: Mapping[str, frozenset[str]]) -> Iterator[str]:
    yield from (other for other, wants in sorted(requires.items()) if name in wants)
