"""Slugs that are packed, small as they are, and the start of a process that unpacks them."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from pythons import settings
from slugfit.base.clock import Clock
from slugfit.base.paths import UNPACK_PROFILE
from slugfit.measure.sampling import Weighing
from slugfit.measure.weigh import measure_sizes
from slugfit.packing import making, units
from slugfit.packing.pack import Packer, pack_tree
from slugfit.plan.make import make_plan
from slugfit.settings.current_run import Run

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pytest

    from slugfit.measure.sizes import Sizes
    from slugfit.packing.outcome import Packing

STAND_IN = Path(__file__).parent
"""A folder with a program ``zstd`` for PATH."""
START = f'. "${{HOME}}/{UNPACK_PROFILE}"; echo started'
"""What starts a process: the profile scripts, then the command."""


def pack_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pack also what is small, with a program ``zstd`` in any case."""
    monkeypatch.setattr(units, "SMALLEST", 1)
    monkeypatch.setattr(making, "LEAST", -(10**6))
    if shutil.which("zstd") is None:
        monkeypatch.setenv("PATH", f"{STAND_IN}:{os.environ['PATH']}")


def packer(root: Path, run: Run | None = None, **values: str) -> Packer:
    """What packs the slug at ``root`` as it is."""
    config = settings(**{"PACK": "on", "LEVEL": "measure", **values})
    plan = make_plan(root, config)
    weighing = Weighing(sites=plan.layout.site_packages)
    sizes = measure_sizes(plan.tree, plan.decisions, weighing=weighing)
    return Packer(plan, sizes, config, run or Run(), Clock())


def packed(root: Path, run: Run | None = None, **values: str) -> tuple[Packing, Sizes]:
    """Pack the slug at ``root`` as it is."""
    return pack_tree(packer(root, run, **values))


def start(
    home: Path, *before: str, path: Path | None = None, variables: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Start a process of the slug at ``home``: programs in ``path`` come first."""
    done = launch(home, *before, path=path, variables=variables)
    out, err = done.communicate(timeout=60)
    return subprocess.CompletedProcess(done.args, done.returncode, out, err)


def launch(
    home: Path, *before: str, path: Path | None = None, variables: Mapping[str, str] | None = None
) -> subprocess.Popen[str]:
    """The same, not waited for; in a process group of its own."""
    paths = [os.environ["PATH"]] if path is None else [str(path), os.environ["PATH"]]
    return subprocess.Popen(
        [*before, "bash", "-c", START],
        env={"HOME": str(home), "PATH": ":".join(paths), **(variables or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="surrogateescape",
        start_new_session=True,
    )
