"""SWAPS: distributions that have a smaller one in their place."""

from __future__ import annotations

from dataclasses import dataclass


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

    Measured on their wheels for x86-64; 0 if the distribution can go without another one.
    """
    because: str
    """Why it does the same for the app."""
    source: str
    """Where that is from, a URL."""


SWAPS = (
    Swap(
        "tensorflow",
        "tensorflow-cpu",
        "tensorflow-cpu==VERSION",
        0.45,
        "the same TensorFlow without GPU code; a dyno has no GPU",
        "https://www.tensorflow.org/install/pip#package_location",
    ),
    Swap(
        "opencv-python",
        "opencv-python-headless",
        "opencv-python-headless==VERSION",
        0.8,
        "the same OpenCV without windows, which a dyno cannot show",
        "https://github.com/opencv/opencv-python#installation-and-usage",
    ),
    Swap(
        "opencv-contrib-python",
        "opencv-contrib-python-headless",
        "opencv-contrib-python-headless==VERSION",
        0.8,
        "the same OpenCV without windows, which a dyno cannot show",
        "https://github.com/opencv/opencv-python#installation-and-usage",
    ),
    Swap(
        "torch",
        "onnxruntime",
        "onnxruntime (export the model with torch.onnx first)",
        0.15,
        "running a trained model needs no training framework",
        "https://docs.pytorch.org/docs/stable/onnx.html",
    ),
    Swap(
        "pyspark",
        "pyspark-client",
        "pyspark-client==VERSION",
        0.02,
        "talks to a Spark server; a dyno cannot be one",
        "https://spark.apache.org/docs/latest/api/python/getting_started/install.html",
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
