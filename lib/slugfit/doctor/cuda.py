"""What only a GPU could use: which distributions, what they weigh, and where torch has none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slugfit.catalog.swaps import GPU_NAMES, GPU_PREFIXES
from slugfit.catalog.torch_wheels import TORCH_INDEX
from slugfit.catalog.wheel_bytes import CUDA_OF_TORCH
from slugfit.doctor.changes import size_of
from slugfit.doctor.sizes import Size, total

if TYPE_CHECKING:
    from slugfit.doctor.app import App

_CPU_WHEELS = re.compile(r"pytorch\.org/whl/cpu|torch_stable\.html|cpu/torch|whl/cpu")
INDEX_OPTION = f"--extra-index-url {TORCH_INDEX}"
"""The wheels for CPUs alone are on PyTorch's index: pip prefers +cpu to the same version."""


def serves_gpu(name: str) -> bool:
    """Whether a distribution, by its normalised name, is of no use without a GPU."""
    return name in GPU_NAMES or name.startswith(GPU_PREFIXES) or name == "cupy"


def names_cpu_wheels(text: str) -> bool:
    """Whether an option, a variable or a command leads to the wheels for CPUs."""
    return _CPU_WHEELS.search(text) is not None


def has_cpu_index(app: App) -> bool:
    """Whether an option of a requirements file, or a variable, leads to the wheels for CPUs."""
    options = [line for file in app.requirements for _, line in file.options]
    settings = [item.value for item in app.settings if item.name.startswith(("PIP_", "UV_"))]
    chosen = any(item.name == "SLUGFIT_TORCH" and item.value for item in app.settings)
    return chosen or any(names_cpu_wheels(text) for text in (*options, *settings))


def cuda_size(app: App) -> Size:
    """What torch with CUDA weighs beyond torch without: where it is known, else as measured."""
    locked = total(size_of(app, name) for name in app.names() if serves_gpu(name))
    return locked or Size(CUDA_OF_TORCH, "wheel")
