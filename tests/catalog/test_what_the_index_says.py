"""Tables about distributions against the index: who requires whom, and who has no wheel."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from slugfit.catalog.requirers import REQUIRES_OPENCV, REQUIRES_TENSORFLOW, REQUIRES_TORCH
from slugfit.catalog.source_builds import SOURCE_BUILDS

if TYPE_CHECKING:
    from pathlib import Path

PLATFORMS = [
    *(f"--platform=manylinux_2_{number}_x86_64" for number in (35, 31, 28, 27, 17, 12, 5)),
    *("--platform=manylinux2014_x86_64", "--platform=manylinux1_x86_64"),
]
ABIS = [f"--abi={name}" for name in ("cp312", "abi3", "none")]
REQUIRERS = [
    *((name, last, "torch") for name, last in REQUIRES_TORCH.items()),
    *((name, last, "tensorflow") for name, last in REQUIRES_TENSORFLOW.items()),
    *(
        (name, last, wanted)
        for wanted, names in REQUIRES_OPENCV.items()
        for name, last in names.items()
    ),
]


def asked(requirement: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--no-deps", "--quiet"]
    command += ["--ignore-installed", "--report=-", f"--target={folder}", "--no-cache-dir"]
    command += ["--ignore-requires-python", "--only-binary=:all:", "--python-version=3.12"]
    command += ["--implementation=cp", *PLATFORMS, *ABIS, requirement]
    return subprocess.run(command, capture_output=True, check=False, text=True)


@pytest.mark.index
@pytest.mark.parametrize(("name", "last", "wanted"), REQUIRERS)
def test_it_requires_that_by_its_name(name: str, last: str, wanted: str, tmp_path: Path) -> None:
    done = asked(f"{name}=={last}" if last else name, tmp_path)
    assert done.returncode == 0, done.stderr
    (item,) = json.loads(done.stdout)["install"]
    needs = [line for line in item["metadata"]["requires_dist"] if "extra ==" not in line]
    # torch by way of torchvision counts as well.
    accepted = (wanted, "torchvision") if wanted == "torch" else (wanted,)
    assert any(
        line.replace("(", " ").split(">")[0].split()[0].startswith(accepted) for line in needs
    )


@pytest.mark.index
@pytest.mark.parametrize("name", SOURCE_BUILDS)
def test_it_has_no_wheel(name: str, tmp_path: Path) -> None:
    done = asked(name, tmp_path)
    assert done.returncode != 0
    assert "No matching distribution" in done.stderr
