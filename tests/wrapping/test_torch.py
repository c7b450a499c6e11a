"""torch without CUDA: pip, and a local index whose wheels are named as the real ones are."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from indexes import MANYLINUX, hermetic, served, wheel
from pythons import settings
from slugfit.base.errors import UsageError
from slugfit.catalog.torch_wheels import LOCK_FILES, TORCH_INDEX
from slugfit.settings.config import read_config
from slugfit.wrapping.installed import read_installed
from slugfit.wrapping.prepare import prepare_app
from slugfit.wrapping.torch import gpu_arrived, locked_torch, pinned_torch
from trees import Content, plant

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


CUDA = {"2.8.0": "-cu12", "2.9.0": "-cu12", "2.10.0": "", "2.11.0": "-cu13"}
"""PyPI's versions of torch, and the series of the libraries that they require."""
CPU = ("2.8.0", "2.9.0")
LIBRARIES = ("cublas", "cudnn", "nccl")
PURE = "py3-none-any"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    root = tmp_path_factory.mktemp("index")
    simple, cpu = root / "simple", root / "cpu"
    for version, series in CUDA.items():
        names = [f"nvidia-{library}{series}" for library in LIBRARIES]
        requires = [f"{name}==1.0; platform_system == 'Linux'" for name in names]
        wheel(simple / "torch", "torch", version, MANYLINUX, [*requires, "triton==3.0", "filelock"])
        for name in names:
            wheel(simple / name, name, "1.0", "py3-none-manylinux_2_27_x86_64")
    for version in CPU:
        wheel(cpu / "torch", "torch", f"{version}+cpu", MANYLINUX, ["filelock"])
        wheel(cpu / "torchvision", "torchvision", f"{version}+cpu", MANYLINUX, ["torch"])
    wheel(simple / "torchvision", "torchvision", "2.11.0", MANYLINUX, ["torch==2.11.0"])
    for name in ("triton", "filelock"):
        wheel(simple / name, name, "3.0", PURE)
    # The CPU index carries old versions of others, which must not count.
    wheel(cpu / "filelock", "filelock", "99.0", PURE)
    wheel(simple / "sentence-things", "sentence-things", "1.0", PURE, ["torch>=2.8"])
    wheel(simple / "boost", "boost", "1.0", PURE, ["nvidia-nccl-cu12"])
    with served(root) as url:
        yield url


def resolved(app: Path, url: str, requirements: str) -> dict[str, str] | str:
    """What pip would install with the files that the app gets; its complaint if it cannot."""
    plant(app, {"requirements.txt": requirements})
    prepared = prepare_app(app, settings(TORCH=f"{url}/cpu"))
    plant(app, dict(prepared.files))
    done = subprocess.run(
        [sys.executable, "-m", "pip", "install", "-r", "requirements.txt", "--dry-run",
         "--ignore-installed", "--no-cache-dir", "--report", "report.json"],
        cwd=app,
        env=hermetic(app, PIP_INDEX_URL=f"{url}/simple/", **prepared.variables),
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    if done.returncode:
        return done.stdout
    found = json.loads((app / "report.json").read_text())["install"]
    return {item["metadata"]["name"]: item["metadata"]["version"] for item in found}


RESOLVED = {
    "any": ("torch\n", {"torch": "2.9.0+cpu", "filelock": "3.0"}),
    "a version": ("torch==2.8.0\n", {"torch": "2.8.0+cpu", "filelock": "3.0"}),
    "a range": ("torch>=2.8,<2.9\n", {"torch": "2.8.0+cpu", "filelock": "3.0"}),
    "a package that needs it": (
        "sentence-things\n",
        {"sentence-things": "1.0", "torch": "2.9.0+cpu", "filelock": "3.0"},
    ),
    "its companion": (
        "torchvision\n",
        {"torchvision": "2.9.0+cpu", "torch": "2.9.0+cpu", "filelock": "3.0"},
    ),
    "a companion that may have its library": (
        "boost\ntorch\n",
        {"boost": "1.0", "nvidia-nccl-cu12": "1.0", "torch": "2.9.0+cpu", "filelock": "3.0"},
    ),
    "none": ("filelock\n", {"filelock": "3.0"}),
}


@pytest.mark.parametrize(("requirements", "expected"), RESOLVED.values(), ids=RESOLVED)
def test_no_cuda_arrives(
    tmp_path: Path, index: str, requirements: str, expected: dict[str, str]
) -> None:
    assert resolved(tmp_path, index, requirements) == expected


@pytest.mark.parametrize("version", ["2.10.0", "2.11.0"])
def test_a_version_that_only_cuda_has_is_refused(tmp_path: Path, index: str, version: str) -> None:
    complaint = resolved(tmp_path, index, f"torch=={version}\n")
    assert isinstance(complaint, str)
    # The name in pip's words is what the build log explains.
    assert re.search(r"The user requested \(constraint\) nvidia-cu(blas|dnn)\S*<0", complaint)


# Lock files


PINNED: dict[str, tuple[str, tuple[str, ...]]] = {
    "uv": ('[[package]]\nname = "torch"\nversion = "2.9.0"\n', ("2.9.0",)),
    "Pipenv": ('"torch": {"hashes": ["a"], "index": "pypi", "version": "==2.9.0"}', ("2.9.0",)),
    "the CPU's": ('name = "torch"\nversion = "2.9.0+cpu"\n', ()),
    "the Mac's and the CPU's": (
        'name = "torch"\nversion = "2.9.0"\n\nname = "torch"\nversion = "2.9.0+cpu"\n',
        (),
    ),
    "another package": ('name = "torchmetrics"\nversion = "1.0"\n', ()),
    "something that requires it": ('{ name = "torch" },\nversion = "2.9.0"\n', ()),
    "none": ("", ()),
}


@pytest.mark.parametrize(("text", "versions"), PINNED.values(), ids=PINNED)
def test_what_a_lock_file_pins(text: str, versions: Sequence[str]) -> None:
    assert pinned_torch(text) == versions


def test_no_credentials_are_shown() -> None:
    url = "https://user:canary@index.example/cpu?token=canary"
    for lock in LOCK_FILES:
        told = locked_torch(lock, ("2.9.0",), url)
        assert "canary" not in told
        assert lock.then in told
        assert "{" not in told.replace("{version", "").replace("{index", "").replace("{ ", "")


# What was installed


def site(*folders: str, **metadata: str) -> dict[str, Content]:
    top = ".heroku/python/lib/python3.12/site-packages"
    files: dict[str, Content] = {f"{top}/{name}.dist-info/METADATA": "" for name in folders}
    for name, text in metadata.items():
        files[f"{top}/{name}-1.0.dist-info/METADATA"] = text
    return files


def test_what_serves_a_gpu_is_named_with_who_wants_it(tmp_path: Path) -> None:
    wants = "Requires-Dist: nvidia.NCCL_cu12 ; platform_system == 'Linux'\n\nRequires-Dist: triton"
    extra = "Requires-Dist: triton ; extra == 'gpu'\n"
    files = site("nvidia_nccl_cu12-2.27", "torch-2.9.0+cpu", xgboost=wants, other=extra)
    found = read_installed(plant(tmp_path, files))
    told = gpu_arrived(found, TORCH_INDEX)
    assert "installed (1):\n- nvidia-nccl-cu12 (wanted by xgboost)\n" in told
    assert "torch does not need them" in told


def test_a_torch_with_cuda_is_told_with_the_lines_to_write(tmp_path: Path) -> None:
    found = read_installed(plant(tmp_path, site("torch-2.9.0+cu128", "triton-3.5")))
    told = gpu_arrived(found, "https://a:b@index.example/cpu")
    assert "--extra-index-url https://index.example/cpu" in told
    assert "torch==2.9.0+cpu" in told


@pytest.mark.parametrize("folder", ["torch-2.9.0+cpu", "tritonclient-2.0", "nvidia-1.0"])
def test_nothing_is_told_without_them(tmp_path: Path, folder: str) -> None:
    assert gpu_arrived(read_installed(plant(tmp_path, site(folder))), TORCH_INDEX) == ""


# The setting


VALUES = {
    "": "",
    "cpu": TORCH_INDEX,
    "CPU": TORCH_INDEX,
    "https://index.example/whl/cpu/": "https://index.example/whl/cpu",
    "file:///wheels": "file:///wheels",
}


@pytest.mark.parametrize(("value", "url"), VALUES.items())
def test_values_of_the_setting(value: str, url: str) -> None:
    assert settings(TORCH=value).torch == url


@pytest.mark.parametrize(
    "value", ["cuda", "cu128", "/wheels", "https://a b", "ftp://index.example"]
)
def test_wrong_values_of_the_setting(value: str) -> None:
    with pytest.raises(UsageError, match="it accepts unset, cpu, or the URL of an index"):
        read_config({"SLUGFIT_TORCH": value})
