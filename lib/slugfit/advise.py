"""ADVICE: what would save more than any rule, as data, and the lines of requirements to change."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slugfit.models.keys import lines

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from slugfit.measure import Bytes
    from slugfit.models.orders import Order
    from slugfit.models.weights import ModelFile


@dataclass(frozen=True, slots=True)
class Swap:
    """A distribution that has a smaller one in its place.

    ``keeps`` is the share of its size that the other one needs, measured on wheels; 0 if the
    distribution can go without one.
    """

    distribution: str
    instead: str
    line: str
    keeps: float
    because: str


SWAPS = (
    Swap(
        "tensorflow",
        "tensorflow-cpu",
        "tensorflow-cpu==VERSION",
        0.45,
        "the same TensorFlow without GPU code; a dyno has no GPU",
    ),
    Swap(
        "opencv-python",
        "opencv-python-headless",
        "opencv-python-headless==VERSION",
        0.8,
        "the same OpenCV without windows, which a dyno cannot show",
    ),
    Swap(
        "opencv-contrib-python",
        "opencv-contrib-python-headless",
        "opencv-contrib-python-headless==VERSION",
        0.8,
        "the same OpenCV without windows, which a dyno cannot show",
    ),
    Swap(
        "torch",
        "onnxruntime",
        "onnxruntime (export the model with torch.onnx first)",
        0.15,
        "running a trained model needs no training framework",
    ),
    Swap(
        "pyspark",
        "pyspark-client",
        "pyspark-client==VERSION",
        0.02,
        "talks to a Spark server; a dyno cannot be one",
    ),
)

GPU_PREFIXES = ("nvidia-", "cupy-cuda", "jax-cuda")
"""Distributions that only serve a GPU, by the beginning of their names."""

GPU_NAMES = frozenset({"triton", "pytorch-triton"})
"""The same by their whole names: tritonclient talks to a server and needs no GPU."""

USELESS_VARIABLES = {
    "TF_DISABLE_MKL": ("tensorflow", "TensorFlow's wheels do not read it; TF_ENABLE_ONEDNN_OPTS=0"),
    "TRANSFORMERS_CACHE": ("transformers", "it is deprecated; HF_HOME"),
}
"""Config vars that people set and that do nothing, by what would read them and what does."""


@dataclass(frozen=True, slots=True)
class Advice:
    """One next step: what, the exact line or command, and about how many bytes (compressed).

    A ``line`` of several lines is to be copied as it stands.
    """

    what: str
    line: str
    saves: int


def swaps(
    versions: Mapping[str, str], kept: Mapping[str, Bytes], variables: Collection[str]
) -> Iterator[Advice]:
    """Advice for the installed distributions, the most valuable first; variables last."""
    found = [*_swaps(versions, kept), *_gpu(versions, kept)]
    yield from sorted(found, key=lambda advice: -advice.saves)
    for variable, (reader, instead) in USELESS_VARIABLES.items():
        if variable in variables and any(name.startswith(reader) for name in versions):
            yield Advice(f"{variable} does nothing: {instead} does.", f"{variable}: unset it", 0)


def _swaps(versions: Mapping[str, str], kept: Mapping[str, Bytes]) -> Iterator[Advice]:
    for swap in SWAPS:
        size = kept.get(swap.distribution)
        if size is not None and swap.instead not in versions:
            line = swap.line.replace("VERSION", versions[swap.distribution])
            saves = int(size.compressed * (1 - swap.keeps))
            what = f"{swap.distribution} -> {swap.instead}: {swap.because}."
            yield Advice(what, line, saves)


def _gpu(versions: Mapping[str, str], kept: Mapping[str, Bytes]) -> Iterator[Advice]:
    names = [
        name
        for name in versions
        if (name in GPU_NAMES or name.startswith(GPU_PREFIXES)) and name in kept
    ]
    if names:
        saves = sum(kept[name].compressed for name in names)
        what = f"{len(names)} distributions only serve a GPU: {', '.join(sorted(names))}."
        yield Advice(what, "torch: set SLUGFIT_TORCH=cpu, or use the CPU wheels' index", saves)


def models(
    files: Iterable[ModelFile], wanted: Iterable[Order], app: Bytes, *, over: bool
) -> Iterator[Advice]:
    """Advice for model files in the slug; ``over`` says whether it is over its limit.

    ``wanted`` are the models of pyproject.toml, ``app`` the size of the app's own files.
    """
    known = {order.path: order for order in wanted}
    for file in files:
        saves = file.size * app.compressed // max(app.uncompressed, 1)
        name = f"{file.path} ({file.size / 1_000_000:.1f} MB)"
        order = known.get(file.path)
        if order is None:
            way = "with these lines in pyproject.toml each process fetches it when it starts."
            if over:
                what = f"The slug is too large, and {name} is a model file in it; {way}"
            else:
                what = f"{name} is a model file in the slug; {way}"
            yield Advice(what, lines(file.path, file.sha256), saves)
        elif order.when == "boot":
            what = f'{name} is in the app\'s source, although its model says when = "boot".'
            yield Advice(what, f"git rm --cached {shlex.quote(file.path)}", saves)
        elif over:
            what = (
                f"The slug is too large, and {name} is a model in it; with this in pyproject.toml "
                "each process fetches it when it starts."
            )
            yield Advice(what, 'when = "boot"', saves)
