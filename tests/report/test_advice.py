from __future__ import annotations

import pytest

from slugfit.catalog.swaps import SWAPS, USELESS_VARIABLES, Swap
from slugfit.measure.sizes import Bytes
from slugfit.models.wanted import WantedModel
from slugfit.report.advice import (
    Advice,
    ModelAdvice,
    SwapAdvice,
    VariableAdvice,
    advise_models,
    advise_swaps,
    advise_unused,
    enough_advice,
)
from slugfit.report.advice_words import advice_line, advice_sentence
from slugfit.report.model_files import ModelFile
from slugfit.report.unused import UnusedTotal, What
from slugfit.settings.config import read_config


def advice(*variables: str, **sizes: int) -> list[Advice]:
    """Advice for distributions of these compressed sizes, each in version 9.0."""
    kept = {name.replace("_", "-"): Bytes(3 * size, size) for name, size in sizes.items()}
    versions = dict.fromkeys(kept, "9.0")
    kept["(app)"] = kept["(python)"] = Bytes(10, 5)
    return list(advise_swaps(versions, kept, frozenset(variables), {}))


@pytest.mark.parametrize("swap", SWAPS, ids=lambda swap: swap.distribution)
def test_a_swap_is_advised_with_the_line_to_write(swap: Swap) -> None:
    (found,) = advice(**{swap.distribution: 1000})
    said = f"{swap.distribution} -> {swap.instead}: {swap.because}. {swap.caveat}"
    assert advice_sentence(found) == said.strip()
    assert "VERSION" not in advice_line(found)
    assert advice_line(found).startswith(swap.instead)
    assert found.saves == int(1000 * (1 - swap.keeps))
    assert 0 < found.saves < 1000


@pytest.mark.parametrize("swap", SWAPS, ids=lambda swap: swap.distribution)
def test_what_is_already_there_is_not_advised(swap: Swap) -> None:
    assert swap not in swaps_of(**{swap.distribution: 1000, swap.instead: 10})
    assert swap not in swaps_of(**{swap.instead: 1000})


def swaps_of(**sizes: int) -> list[Swap]:
    return [item.swap for item in advice(**sizes) if isinstance(item, SwapAdvice)]


def test_a_swap_that_others_undo_is_told_and_is_never_enough() -> None:
    kept = {"opencv-python": Bytes(300, 100), "ultralytics": Bytes(3, 1)}
    versions = {"opencv-python": "4.13.0.92", "ultralytics": "8.3"}
    required = {"opencv-python": ("ultralytics",)}
    (found,) = advise_swaps(versions, kept, frozenset(), required)
    assert advice_sentence(found).endswith(
        " ultralytics requires opencv-python: pip installs both as long as that is so."
    )
    assert enough_advice([found], 10, "compressed") == ()
    (alone,) = advise_swaps(versions, kept, frozenset(), {})
    assert enough_advice([alone], 10, "compressed") == (alone,)
    several = {"opencv-python": ("deepface", "ultralytics")}
    (found,) = advise_swaps(versions, kept, frozenset(), several)
    assert "deepface, ultralytics require opencv-python" in advice_sentence(found)


def test_a_swap_of_another_kind_does_not_care_who_requires_it() -> None:
    required = {"torch": ("torchvision",)}
    kept = {"torch": Bytes(300, 100)}
    (found,) = advise_swaps({"torch": "2.5.1"}, kept, frozenset(), required)
    assert "torchvision" not in advice_sentence(found)
    assert enough_advice([found], 10, "compressed") == (found,)


def test_no_swap_is_advised_for_a_version_that_the_smaller_one_lacks() -> None:
    kept = {"xgboost": Bytes(300, 100)}
    assert list(advise_swaps({"xgboost": "1.7.6"}, kept, frozenset(), {})) == []


def test_the_most_valuable_advice_comes_first() -> None:
    found = advice("TF_DISABLE_MKL", tensorflow=100, torch=5000, nvidia_cublas_cu12=1000)
    assert [item.saves for item in found] == sorted((item.saves for item in found), reverse=True)
    assert [advice_sentence(item).split()[0] for item in found] == [
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
    assert advice_sentence(found) == f"1 distributions only serve a GPU: {name}."
    assert found.saves == 700


@pytest.mark.parametrize("name", NO_GPU)
def test_what_only_sounds_like_it_is_not(name: str) -> None:
    assert advice(**{name: 700}) == []


def test_all_that_serves_a_gpu_is_one_step() -> None:
    (found,) = advice(**dict.fromkeys(GPU, 10))
    assert found.saves == 10 * len(GPU)
    assert ", ".join(sorted(GPU)) in advice_sentence(found)


@pytest.mark.parametrize("variable", USELESS_VARIABLES)
def test_a_variable_that_does_nothing_is_told_where_it_would_be_read(variable: str) -> None:
    reader, instead = USELESS_VARIABLES[variable]
    assert advice(variable) == advice(variable, numpy=5) == []
    found = advice(variable, **{reader: 5})[-1]
    assert found == VariableAdvice(variable, instead)
    assert advice_sentence(found) == f"{variable} does nothing: {instead} does."
    assert advice_line(found) == f"{variable}: unset it"
    assert all(variable not in advice_sentence(item) for item in advice("PORT", **{reader: 5}))


def test_a_slim_app_needs_no_advice() -> None:
    assert advice(flask=5, onnxruntime=50) == []


FILE = ModelFile("models/face net.onnx", 40_000_000, "0f" * 32)
OWN = Bytes(100_000_000, 90_000_000)


def model_advice(*, over: bool, when: str = "") -> list[ModelAdvice]:
    """Advice for FILE; with ``when`` it is a model of pyproject.toml."""
    wanted = [WantedModel(FILE.path, "https://models.example/a", FILE.sha256, when)] if when else []
    return list(advise_models([FILE], wanted, OWN, over=over))


@pytest.mark.parametrize("over", [False, True])
def test_a_model_file_is_named_with_its_bytes_and_the_lines_to_write(over: bool) -> None:  # noqa: FBT001
    (found,) = model_advice(over=over)
    name = "models/face net.onnx (40.0 MB) is a model file in"
    assert advice_sentence(found).startswith(
        f"The slug is too large, and {name} it" if over else name
    )
    assert found.saves == 36_000_000
    assert advice_line(found) == (
        "[[tool.slugfit.models]]\n"
        'url = "https://YOUR-STORAGE/face%20net.onnx"\n'
        f'sha256 = "{FILE.sha256}"\n'
        'path = "models/face net.onnx"\n'
        'when = "boot"'
    )
    (order,) = read_config({}, advice_line(found)).models
    assert (order.path, order.sha256, order.when) == (FILE.path, FILE.sha256, "boot")


def test_a_model_that_is_put_into_the_slug_is_named_where_the_slug_is_too_large() -> None:
    assert model_advice(over=False, when="build") == []
    (found,) = model_advice(over=True, when="build")
    assert advice_line(found) == 'when = "boot"'


@pytest.mark.parametrize("over", [False, True])
def test_a_model_for_boot_has_no_place_in_the_source(over: bool) -> None:  # noqa: FBT001
    (found,) = model_advice(over=over, when="boot")
    assert advice_line(found) == "git rm --cached 'models/face net.onnx'"


def test_an_app_without_bytes_has_no_advice_to_divide_by() -> None:
    assert [item.saves for item in advise_models([FILE], [], Bytes(0, 0), over=True)] == [0]


def unused(name: str, size: int, *, goes: bool = False, what: What = "packages") -> UnusedTotal:
    return UnusedTotal(
        name, "1.0", what, 1, Bytes(size, size), requested=False, required_by=(), goes=goes
    )


def test_what_is_never_reached_and_stays_is_advised() -> None:
    services = unused("botocore", 12, what="service data")
    totals = [unused("sympy", 20), services, unused("x", 9, goes=True)]
    (found,) = advise_unused(totals)
    assert found.saves == 32
    assert advice_sentence(found) == "The app never reaches sympy, services of botocore."
    assert advice_line(found) == "SLUGFIT_LEVEL=unused"
    assert list(advise_unused([unused("x", 9, goes=True)])) == []


def test_of_many_names_a_few_are_shown() -> None:
    (found,) = advise_unused([unused(f"n{at}", 1) for at in range(8)])
    assert advice_sentence(found) == "The app never reaches n0, n1, n2, n3, n4, n5 and 2 more."
