from __future__ import annotations

import pytest

from slugfit.advise import SWAPS, USELESS_VARIABLES, Advice, Swap, swaps
from slugfit.measure import Bytes


def advice(*variables: str, **sizes: int) -> list[Advice]:
    """Advice for distributions of these compressed sizes, each in version 1.0."""
    kept = {name.replace("_", "-"): Bytes(3 * size, size) for name, size in sizes.items()}
    versions = dict.fromkeys(kept, "1.0")
    kept["(app)"] = kept["(python)"] = Bytes(10, 5)
    return list(swaps(versions, kept, frozenset(variables)))


@pytest.mark.parametrize("swap", SWAPS, ids=lambda swap: swap.distribution)
def test_a_swap_is_advised_with_the_line_to_write(swap: Swap) -> None:
    (found,) = advice(**{swap.distribution: 1000})
    assert found.what == f"{swap.distribution} -> {swap.instead}: {swap.because}."
    assert "VERSION" not in found.line
    assert found.line.startswith(swap.instead)
    assert found.saves == int(1000 * (1 - swap.keeps))
    assert 0 < found.saves < 1000


@pytest.mark.parametrize("swap", SWAPS, ids=lambda swap: swap.distribution)
def test_what_is_already_there_is_not_advised(swap: Swap) -> None:
    assert advice(**{swap.distribution: 1000, swap.instead: 10}) == []
    assert advice(**{swap.instead: 1000}) == []


def test_the_most_valuable_advice_comes_first() -> None:
    found = advice("TF_DISABLE_MKL", tensorflow=100, torch=5000, nvidia_cublas_cu12=1000)
    assert [item.saves for item in found] == sorted((item.saves for item in found), reverse=True)
    assert [item.what.split()[0] for item in found] == [
        "torch",
        "1",
        "tensorflow",
        "TF_DISABLE_MKL",
    ]


GPU = ("nvidia-cublas-cu12", "triton", "pytorch-triton", "cupy-cuda12x", "jax-cuda12-plugin")
NO_GPU = ("tritonclient", "tensorflow-io-gcs-filesystem", "nvidia", "cupy", "jax", "my-nvidia-x")


@pytest.mark.parametrize("name", GPU)
def test_what_only_serves_a_gpu_is_named(name: str) -> None:
    (found,) = advice(**{name: 700})
    assert found.what == f"1 distributions only serve a GPU: {name}."
    assert found.saves == 700


@pytest.mark.parametrize("name", NO_GPU)
def test_what_only_sounds_like_it_is_not(name: str) -> None:
    assert advice(**{name: 700}) == []


def test_all_that_serves_a_gpu_is_one_step() -> None:
    (found,) = advice(**dict.fromkeys(GPU, 10))
    assert found.saves == 10 * len(GPU)
    assert ", ".join(sorted(GPU)) in found.what


@pytest.mark.parametrize("variable", USELESS_VARIABLES)
def test_a_variable_that_does_nothing_is_told_where_it_would_be_read(variable: str) -> None:
    reader, instead = USELESS_VARIABLES[variable]
    assert advice(variable) == advice(variable, numpy=5) == []
    found = advice(variable, **{reader: 5})[-1]
    assert found == Advice(f"{variable} does nothing: {instead} does.", f"{variable}: unset it", 0)
    assert all(variable not in item.what for item in advice("PORT", **{reader: 5}))


def test_a_slim_app_needs_no_advice() -> None:
    assert advice(flask=5, onnxruntime=50) == []
