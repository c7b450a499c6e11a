"""GPU code on a machine without a GPU: hits and near-misses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from doctor_apps import findings, places

if TYPE_CHECKING:
    from pathlib import Path

    from trees import Content

CPU = "https://download.pytorch.org/whl/cpu"
RULES = ("torch-cuda", "torch-index", "gpu-package", "gpu-variant")


@pytest.mark.parametrize(
    ("requirements", "found"),
    {
        "flask==3.0.0": "",
        "torch==2.5.1": "torch-cuda",
        "torch": "torch-cuda",
        "torch==2.5.1+cu121": "torch-cuda",
        "torch==2.5.1+cpu": "torch-index",
        "flask\ntorch==2.5.1+cpu\ntorchvision==0.20.1+cpu": "torch-index",
        "--index-url https://index.example/simple\ntorch==2.5.1+cpu": "",
        "--find-links wheels\ntorch==2.5.1+cpu": "",
        f"--extra-index-url {CPU}\\\n\ntorch": "",
        f"--index-url {CPU}\ntorch==2.5.1": "",
        f"-f {CPU}/torch_stable.html\ntorch==1.9.0+cpu": "",
        f"torch @ {CPU}/torch-2.5.1%2Bcpu-cp312-cp312-linux_x86_64.whl": "",
        f"{CPU}/torch-2.5.1%2Bcpu-cp312-cp312-linux_x86_64.whl": "",
        "https://w.example/torch-2.5.1%2Bcu121-cp312-cp312-linux_x86_64.whl": "torch-cuda",
        'torch==2.5.1; sys_platform == "darwin"': "",
        "ultralytics": "torch-cuda",
        "torchmetrics": "",
        "nvidia-cublas-cu12==12.8.4.1": "gpu-package",
        "nvidia-ml-py": "gpu-package",
        "triton": "gpu-package",
        "tritonclient": "",
        "cupy-cuda12x": "gpu-package",
        "tensorflow==2.17.0": "gpu-variant",
        "tensorflow-cpu==2.17.0": "",
        "tensorflow==1.13.1": "",
        "tensorflow-hub": "",
        "onnxruntime-gpu": "gpu-variant",
        "onnxruntime": "",
        "jax[cuda12]": "gpu-variant",
        "jax[k8s]": "",
        "xgboost==3.1.0": "gpu-variant",
        "xgboost==1.7.6": "",
    }.items(),
)
def test_requirements(tmp_path: Path, requirements: str, found: str) -> None:
    told = findings(tmp_path, {"requirements.txt": requirements + "\n"}, *RULES)
    assert [item.rule for item in told] == ([found] if found else [])


def test_a_base_with_cuda_has_a_gpu(tmp_path: Path) -> None:
    tree = {"requirements.txt": "torch\n", "Dockerfile": "FROM nvidia/cuda:12.4.0-runtime\n"}
    assert findings(tmp_path, tree, *RULES) == []


def test_the_setting_that_brings_cpu_wheels_is_seen(tmp_path: Path) -> None:
    tree = {"requirements.txt": "torch\n", "app.json": '{"env": {"SLUGFIT_TORCH": "cpu"}}'}
    assert findings(tmp_path, tree, *RULES) == []


@pytest.mark.parametrize(
    "beside",
    [
        {"Dockerfile": f"FROM a\nRUN pip install -r requirements.txt --extra-index-url {CPU}\n"},
        {"app.json": '{"env": {"PIP_FIND_LINKS": "wheels"}}'},
        {"app.json": '{"env": {"SLUGFIT_TORCH": "cpu"}}'},
    ],
)
def test_another_place_may_have_the_version(tmp_path: Path, beside: dict[str, Content]) -> None:
    tree: dict[str, Content] = {"requirements.txt": "torch==2.5.1+cpu\n", **beside}
    assert findings(tmp_path, tree, *RULES) == []


@pytest.mark.parametrize(
    ("run", "found"),
    {
        "RUN pip install torch": ["torch-cuda Dockerfile:2"],
        "RUN apt-get update && \\\n    pip install --no-cache-dir torch==2.4.1 flask": [
            "torch-cuda Dockerfile:2"
        ],
        f"RUN pip install torch --index-url {CPU}": [],
        "RUN pip install torchmetrics": [],
        f"ENV PIP_EXTRA_INDEX_URL={CPU}\nRUN pip install torch": [],
        "RUN echo torch": [],
    }.items(),
)
def test_dockerfiles(tmp_path: Path, run: str, found: list[str]) -> None:
    tree = {"Dockerfile": f"FROM python:3.12-slim\n{run}\n"}
    assert places(findings(tmp_path, tree, *RULES)) == found
