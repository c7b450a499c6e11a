"""Which wheels fit a target, beside the library that pip carries."""

from __future__ import annotations

import pytest
from packaging import tags

from slugfit.forecast.target import Target, wheel_rank


@pytest.mark.parametrize("arch", ["x86_64", "aarch64"])
@pytest.mark.parametrize("python", [(3, 10), (3, 14)])
def test_the_tags_are_those_of_the_library(python: tuple[int, int], arch: str) -> None:
    target = Target(python, arch, (2, 39), "heroku-24")
    platforms = list(target.platforms())
    abi = f"cp{python[0]}{python[1]}"
    expected = [
        *tags.cpython_tags(python, [abi], platforms),
        *tags.compatible_tags(python, abi, platforms),
    ]
    assert list(target.tags()) == list(dict.fromkeys(map(str, expected)))


TAGS = Target((3, 12), "x86_64", (2, 39), "heroku-24").tags()


@pytest.mark.parametrize(
    "name",
    [
        "a-1-cp313-cp313-manylinux_2_17_x86_64.whl",
        "a-1-cp312-cp312t-manylinux_2_17_x86_64.whl",
        "a-1-cp312-cp312-manylinux_2_41_x86_64.whl",
        "a-1-cp312-cp312-musllinux_1_2_x86_64.whl",
        "a-1-cp312-cp312-manylinux_2_17_aarch64.whl",
        "a-1-cp312-cp312-win_amd64.whl",
        "a-1.tar.gz",
        "a.whl",
    ],
)
def test_what_does_not_fit(name: str) -> None:
    assert wheel_rank(name, TAGS) is None


def test_the_best_wheel_is_the_one_that_pip_takes() -> None:
    order = [
        "a-1-cp312-cp312-manylinux_2_28_x86_64.whl",
        "a-1-2-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
        "a-1-1-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
        "a-1-cp312-abi3-manylinux1_x86_64.whl",
        "a-1-cp39-abi3-manylinux_2_28_x86_64.whl",
        "a-1-py3-none-manylinux_2_17_x86_64.whl",
        "a-1-py2.py3-none-any.whl",
    ]
    assert sorted(order, key=lambda name: wheel_rank(name, TAGS) or (9999, 0)) == order
