"""PyTorch's wheels without CUDA: their index, and the lines that lead to them."""

from __future__ import annotations

from dataclasses import dataclass

TORCH_INDEX = "https://download.pytorch.org/whl/cpu"
"""The index that https://pytorch.org/get-started/locally/ names for CPUs."""

TORCH_VARIABLE = "TORCH_CPU_WHEELS"
"""Holds the index's URL for pip, which puts it into the lines below: a URL can hold a password."""

TORCH_PACKAGES = ("torch", "torchvision", "torchaudio")
"""What is taken from there, and nothing else: the index carries old versions of others, too."""

# https://pip.pypa.io/en/stable/reference/requirements-file-format/ for both: --find-links in such a
# file, and the variables that are put into it.
TORCH_OPTIONS = "".join(f"--find-links ${{{TORCH_VARIABLE}}}/{name}/\n" for name in TORCH_PACKAGES)

CONSTRAINTS_FILE = "slugfit-torch-cpu.txt"


@dataclass(frozen=True, slots=True)
class LockFile:
    """A package manager that installs from a lock file alone."""

    manager: str
    """What people call it."""
    file: str
    """The name of its lock file."""
    lines: str
    """What to change, in words and lines; ``{index}`` stands for the index's URL."""
    then: str
    """The command that makes the lock file anew."""
    source: str
    """Where the lines are from, a URL."""


LOCK_FILES = (
    LockFile(
        "Pipenv",
        "Pipfile.lock",
        "In the Pipfile:\n"
        '  [[source]]\n  name = "pytorch-cpu"\n  url = "{index}"\n  verify_ssl = true\n'
        '  [packages]\n  torch = {{version = "*", index = "pytorch-cpu"}}',
        "pipenv lock",
        "https://pipenv.pypa.io/en/latest/indexes.html",
    ),
    LockFile(
        "Poetry",
        "poetry.lock",
        "In pyproject.toml:\n"
        '  [[tool.poetry.source]]\n  name = "pytorch-cpu"\n  url = "{index}"\n'
        '  priority = "explicit"\n'
        '  [tool.poetry.dependencies]\n  torch = {{version = "*", source = "pytorch-cpu"}}',
        "poetry lock",
        "https://python-poetry.org/docs/repositories/#explicit-package-sources",
    ),
    LockFile(
        "uv",
        "uv.lock",
        "In pyproject.toml:\n"
        '  [[tool.uv.index]]\n  name = "pytorch-cpu"\n  url = "{index}"\n  explicit = true\n'
        '  [tool.uv.sources]\n  torch = {{index = "pytorch-cpu"}}',
        "uv lock",
        "https://docs.astral.sh/uv/guides/integration/pytorch/",
    ),
)

# https://pip.pypa.io/en/stable/topics/secure-installs/
HASHED_REQUIREMENTS = (
    "SLUGFIT_TORCH has no effect: the requirements come with hashes, and pip installs only the\n"
    "files that they name. Make them again with the CPU wheels, for example:\n"
    "  pip-compile --generate-hashes --extra-index-url {index}\n"
    "with `torch==VERSION+cpu` in its input."
)

# https://docs.nvidia.com/cuda/cuda-installation-guide-linux/#pip-wheels
CUDA_LIBRARIES = ("cublas", "cudnn")
"""Which no other package requires: xgboost needs nvidia-nccl, and may have it
(https://xgboost.readthedocs.io/en/stable/install.html)."""

CUDA_SERIES = ("", "-cu11", "-cu12", "-cu13", "-cu14")
"""What follows in the names of their distributions: the series of CUDA, or nothing."""
