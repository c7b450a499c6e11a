"""SWAPS: distributions that have a smaller one in their place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Condition = Literal["no GPU", "no windows", "inference only", "client only"]
"""When a swap can be made: the machine has no GPU, the app opens no windows, it runs models and
trains none, it talks to a server elsewhere."""


@dataclass(frozen=True, slots=True)
class Swap:
    """A distribution that has a smaller one in its place."""

    distribution: str
    """The larger one, by its normalised name."""
    instead: str
    """The smaller one."""
    line: str
    """What to write into requirements.txt; VERSION stands for the installed version."""
    keeps: float
    """Which share of the larger one's size the smaller one has, 0 to 1.

    Measured on the wheels of ``measured``; a test holds it to what the index has.
    """
    measured: str
    """Versions of both, for Linux on x86-64: one if they are the same."""
    because: str
    """Why it does the same for the app."""
    source: str
    """Where that is from, a URL."""
    caveat: str = ""
    """What it does not do, a sentence; "" if nothing that a dyno could do is missing."""
    condition: Condition = "no GPU"
    """What has to be so of the app or its machine."""
    since: tuple[int, ...] = ()
    """The first version of the larger one that the smaller one exists for; () for all."""

    @property
    def for_gpu(self) -> bool:
        """Whether what goes is GPU code."""
        return self.condition == "no GPU"

    def holds_for(self, version: str) -> bool:
        """Whether the smaller one exists for a version of the larger one; "" is the newest."""
        parts = [int(part) for part in re.findall(r"\d+", version)[: len(self.since)]]
        return not version or tuple(parts) >= self.since

    @property
    def drop_in(self) -> bool:
        """Whether the app imports it as it did, from the same version."""
        return "VERSION" in self.line


_NO_WINDOWS = "the same OpenCV without windows, which a dyno cannot show"
_OPENCV = "https://github.com/opencv/opencv-python#installation-and-usage"

SWAPS = (
    Swap(
        "tensorflow",
        "tensorflow-cpu",
        "tensorflow-cpu==VERSION",
        0.45,
        "2.20.0",
        "the same TensorFlow without GPU code; a dyno has no GPU",
        "https://www.tensorflow.org/install/pip#package_location",
        since=(1, 15),
    ),
    Swap(
        "tensorflow-cpu",
        "ai-edge-litert",
        "ai-edge-litert (convert the model to .tflite first)",
        0.08,
        "2.20.0 and 2.2.0",
        "running a trained model needs no training framework",
        "https://www.tensorflow.org/lite/models/convert",
        "It only runs models, and some operations cannot be converted.",
        condition="inference only",
    ),
    Swap(
        "opencv-python",
        "opencv-python-headless",
        "opencv-python-headless==VERSION",
        0.8,
        "4.13.0.92",
        _NO_WINDOWS,
        _OPENCV,
        condition="no windows",
    ),
    Swap(
        "opencv-contrib-python",
        "opencv-contrib-python-headless",
        "opencv-contrib-python-headless==VERSION",
        0.8,
        "4.14.0.94",
        _NO_WINDOWS,
        _OPENCV,
        condition="no windows",
    ),
    Swap(
        "torch",
        "onnxruntime",
        "onnxruntime (export the model with torch.onnx first)",
        0.15,
        "2.5.1+cpu and 1.23.2",
        "running a trained model needs no training framework",
        "https://docs.pytorch.org/docs/stable/onnx.html",
        "It only runs models.",
        condition="inference only",
    ),
    Swap(
        "onnxruntime-gpu",
        "onnxruntime",
        "onnxruntime==VERSION",
        0.09,
        "1.31.1",
        "the same runtime without CUDA; a dyno has no GPU",
        "https://onnxruntime.ai/docs/install/#python-installs",
    ),
    Swap(
        "xgboost",
        "xgboost-cpu",
        "xgboost-cpu==VERSION",
        0.1,
        "3.4.1",
        "the same XGBoost without GPU code; a dyno has no GPU",
        "https://xgboost.readthedocs.io/en/stable/install.html",
        "It is on the index from version 3.0 on.",
        since=(3,),
    ),
    Swap(
        "faiss-gpu",
        "faiss-cpu",
        "faiss-cpu==VERSION",
        0.14,
        "1.15.1",
        "the same Faiss without CUDA; a dyno has no GPU",
        "https://github.com/facebookresearch/faiss/blob/main/INSTALL.md",
    ),
    Swap(
        "paddlepaddle-gpu",
        "paddlepaddle",
        "paddlepaddle==VERSION",
        0.17,
        "2.6.2",
        "the same PaddlePaddle without CUDA; a dyno has no GPU",
        "https://github.com/PaddlePaddle/Paddle#installation",
    ),
    Swap(
        "pyspark",
        "pyspark-client",
        "pyspark-client==VERSION",
        0.02,
        "4.0.1",
        "talks to a Spark server; a dyno cannot be one",
        "https://spark.apache.org/docs/latest/api/python/getting_started/install.html",
        "It needs such a server, and is on the index from version 4.0 on.",
        condition="client only",
        since=(4,),
    ),
)

GPU_PREFIXES = (
    "nvidia-",  # https://docs.nvidia.com/cuda/cuda-installation-guide-linux/
    "cupy-cuda",  # https://docs.cupy.dev/en/stable/install.html
    "jax-cuda",  # https://docs.jax.dev/en/latest/installation.html
)
"""Distributions that only serve a GPU, by the beginning of their names."""

GPU_NAMES = frozenset(
    {
        "triton",  # https://triton-lang.org/main/getting-started/installation.html
        "pytorch-triton",  # https://download.pytorch.org/whl/pytorch-triton/
    }
)
"""The same by their whole names: tritonclient talks to a server and needs no GPU."""

USELESS_VARIABLES = {
    # https://github.com/tensorflow/tensorflow/blob/v2.8.0/tensorflow/core/util/util.cc
    "TF_DISABLE_MKL": ("tensorflow", "TensorFlow's wheels do not read it; TF_ENABLE_ONEDNN_OPTS=0"),
    # https://huggingface.co/docs/transformers/installation#cache-directory
    "TRANSFORMERS_CACHE": ("transformers", "it is deprecated; HF_HOME"),
}
"""Config vars that people set and that do nothing, by what would read them and what does."""
