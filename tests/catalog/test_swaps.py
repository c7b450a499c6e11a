"""Each swap against the index: both are there, and the smaller one is as small as is said."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import pytest

from slugfit.catalog.swaps import SWAPS, Swap

if TYPE_CHECKING:
    from pathlib import Path

SDISTS = ("pyspark",)
"""Released without wheels: to look at a source, pip would fetch it."""
WHEELS = [swap for swap in SWAPS if "+" not in swap.measured and swap.distribution not in SDISTS]
"""Those whose wheels are on the usual index; PyTorch's without CUDA have their own."""
PLATFORMS = [
    f"--platform={name}_x86_64"
    for name in ("manylinux_2_28", "manylinux_2_27", "manylinux2014", "manylinux1")
]


def wheel_bytes(requirement: str, folder: Path) -> int:
    """The size of the wheel for Linux on x86-64 that pip would install, which is not fetched."""
    version = ("--python-version=3.12", "--implementation=cp", "--abi=cp312", "--abi=abi3")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pip", "install", "--dry-run", "--no-deps", "--quiet"),
            *("--ignore-installed", "--report=-", f"--target={folder}", "--no-cache-dir"),
            "--ignore-requires-python",
            *(*PLATFORMS, *version, "--abi=none", "--only-binary=:all:", requirement),
        ],
        capture_output=True,
        check=True,
        text=True,
    )
    (item,) = json.loads(done.stdout)["install"]
    return _size_of(item["download_info"])


def _size_of(download: dict[str, Any]) -> int:
    parts = urlsplit(download["url"])
    if parts.scheme == "file":
        return os.stat(unquote(parts.path)).st_size
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    asked = kind(parts.netloc, timeout=60)
    with closing(asked):
        asked.request("HEAD", parts.path)
        return int(asked.getresponse().headers["Content-Length"])


@pytest.mark.index
@pytest.mark.parametrize("swap", WHEELS, ids=lambda swap: swap.distribution)
def test_the_index_has_both_and_one_is_smaller(swap: Swap, tmp_path: Path) -> None:
    old, _, new = swap.measured.partition(" and ")
    larger = wheel_bytes(f"{swap.distribution}=={old}", tmp_path)
    smaller = wheel_bytes(f"{swap.instead}=={new or old}", tmp_path)
    assert smaller / larger == pytest.approx(swap.keeps, abs=0.05)


@pytest.mark.index
@pytest.mark.parametrize("name", SDISTS)
def test_the_index_has_both_where_there_are_no_wheels(name: str) -> None:
    (swap,) = (swap for swap in SWAPS if swap.distribution == name)
    for asked in (name, swap.instead):
        done = subprocess.run(
            [sys.executable, "-m", "pip", "index", "versions", asked],
            capture_output=True,
            check=True,
            text=True,
        )
        assert swap.measured in done.stdout.replace(",", " ").split()


@pytest.mark.parametrize("swap", SWAPS, ids=lambda swap: swap.distribution)
def test_what_takes_the_same_version_was_measured_on_one(swap: Swap) -> None:
    assert swap.drop_in == (" and " not in swap.measured)


@pytest.mark.parametrize("swap", SWAPS, ids=lambda swap: swap.distribution)
def test_what_changes_the_program_has_a_condition_and_a_caveat(swap: Swap) -> None:
    assert swap.drop_in or (swap.condition == "inference only" and swap.caveat)
    assert swap.for_gpu == ("GPU" in swap.because or "CUDA" in swap.because)


@pytest.mark.parametrize(
    ("distribution", "version", "holds"),
    [
        ("xgboost", "3.0.0", True),
        ("xgboost", "2.1.4", False),
        ("xgboost", "", True),
        ("pyspark", "3.5.1", False),
        ("tensorflow", "2.17.0", True),
        ("tensorflow", "1.13.1", False),
        ("torch", "1.0", True),
    ],
)
def test_the_smaller_one_exists_from_a_version_on(
    distribution: str, version: str, *, holds: bool
) -> None:
    (swap,) = (swap for swap in SWAPS if swap.distribution == distribution)
    assert swap.holds_for(version) == holds
