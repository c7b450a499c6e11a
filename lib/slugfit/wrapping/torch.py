"""PyTorch without CUDA: where its wheels for the CPU are, and what keeps the others out.

PyPI's torch for Linux requires the CUDA libraries, 2 to 4 GB of them. The same versions without
them are ``2.9.0+cpu`` on PyTorch's own index. pip takes the highest version: for the same one that
is the local version +cpu, but a newer plain one on the main index would win. So pip also gets a
constraint that nothing can meet on the libraries that every CUDA torch requires: it goes back to
the newest torch that does without.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slugfit import advise

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from slugfit.wrapping.installed import Installed

INDEX = "https://download.pytorch.org/whl/cpu"
VARIABLE = "TORCH_CPU_WHEELS"
"""Holds the index's URL for pip, which puts it into the lines below: a URL can hold a password."""
PACKAGES = ("torch", "torchvision", "torchaudio")
"""What is taken from there, and nothing else: the index carries old versions of others, too."""
OPTIONS = "".join(f"--find-links ${{{VARIABLE}}}/{name}/\n" for name in PACKAGES)
CONSTRAINTS = "slugfit-torch-cpu.txt"
_LIBRARIES = ("cublas", "cudnn")
"""Which no other package requires: xgboost needs nvidia-nccl, and may have it."""
_SERIES = ("", "-cu11", "-cu12", "-cu13", "-cu14")
_CREDENTIALS = re.compile(r"://[^/]*@")
_LOCKED = re.compile(
    r'name = "torch"\s+version = "(?P<toml>[^"]+)"'
    r'|"torch": \{[^{}]*"version": "==(?P<json>[^"]+)"'
)


@dataclass(frozen=True, slots=True)
class Lock:
    """A package manager that installs from a lock file alone: where, and what has to change."""

    manager: str
    file: str
    lines: str
    then: str


LOCKS = (
    Lock(
        "Pipenv",
        "Pipfile.lock",
        "In the Pipfile:\n"
        '  [[source]]\n  name = "pytorch-cpu"\n  url = "{index}"\n  verify_ssl = true\n'
        '  [packages]\n  torch = {{version = "*", index = "pytorch-cpu"}}',
        "pipenv lock",
    ),
    Lock(
        "Poetry",
        "poetry.lock",
        "In pyproject.toml:\n"
        '  [[tool.poetry.source]]\n  name = "pytorch-cpu"\n  url = "{index}"\n'
        '  priority = "explicit"\n'
        '  [tool.poetry.dependencies]\n  torch = {{version = "*", source = "pytorch-cpu"}}',
        "poetry lock",
    ),
    Lock(
        "uv",
        "uv.lock",
        "In pyproject.toml:\n"
        '  [[tool.uv.index]]\n  name = "pytorch-cpu"\n  url = "{index}"\n  explicit = true\n'
        '  [tool.uv.sources]\n  torch = {{index = "pytorch-cpu"}}',
        "uv lock",
    ),
)


def constraints() -> str:
    """The text of the constraints file."""
    names = (f"nvidia-{library}{series}" for library in _LIBRARIES for series in _SERIES)
    head = "# Nothing meets these: SLUGFIT_TORCH asks for a torch that needs no CUDA libraries.\n"
    return head + "".join(f"{name}<0\n" for name in names)


def pinned(lock: str) -> tuple[str, ...]:
    """The versions of torch in a lock file's text if all of them need CUDA, else none."""
    versions = tuple(found["toml"] or found["json"] for found in _LOCKED.finditer(lock))
    return () if any(version.endswith("+cpu") for version in versions) else versions


def locked(lock: Lock, versions: tuple[str, ...], index: str) -> str:
    """Why the setting has no effect on this lock file, and the lines that have."""
    return (
        f"SLUGFIT_TORCH has no effect: {lock.file} pins torch {', '.join(versions)} with CUDA,\n"
        f"and {lock.manager} installs what it pins, whatever the environment says.\n"
        f"{lock.lines.format(index=shown(index))}\n"
        f"and then `{lock.then}`. The same for torchvision and torchaudio."
    )


HASHED = (
    "SLUGFIT_TORCH has no effect: the requirements come with hashes, and pip installs only the\n"
    "files that they name. Make them again with the CPU wheels, for example:\n"
    "  pip-compile --generate-hashes --extra-index-url {index}\n"
    "with `torch==VERSION+cpu` in its input."
)


def arrived(installed: Installed, index: str) -> str:
    """What to say when packages that only serve a GPU were installed all the same; else empty."""
    names = sorted(filter(_serves_gpu, installed.versions))
    if not names:
        return ""
    lines = [f"SLUGFIT_TORCH is set, and yet packages for a GPU were installed ({len(names)}):"]
    lines += [f"  {name}{_wanted(name, installed.requires)}" for name in names]
    version = installed.versions.get("torch", "")
    if version and not version.endswith("+cpu"):
        lines.append(f"torch is {version}. Ask for the CPU's in the requirements file:")
        lines.append(f"  --extra-index-url {shown(index)}")
        lines.append(f"  torch=={version.partition('+')[0]}+cpu")
    else:
        lines.append("torch does not need them. Look for a lighter form of what does, or drop it.")
    return "\n".join(lines)


def _serves_gpu(name: str) -> bool:
    return name in advise.GPU_NAMES or name.startswith("nvidia-")


def _wanted(name: str, requires: Mapping[str, frozenset[str]]) -> str:
    others = ", ".join(_askers(name, requires))
    return f" (wanted by {others})" if others else ""


def _askers(name: str, requires: Mapping[str, frozenset[str]]) -> Iterator[str]:
    yield from (other for other, wants in sorted(requires.items()) if name in wants)


def shown(url: str) -> str:
    """A URL as the log may show it."""
    return _CREDENTIALS.sub("://…@", url).partition("?")[0]
