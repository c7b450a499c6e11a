"""The tests that upstream ships, run against the slimmed tree: the same must pass as before.

Slimming takes the tests away; here they are linked back from the untouched environment, into
another copy of the slimmed tree, and nothing else is.
"""

from __future__ import annotations

import fnmatch
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from corpus import children, environments
from corpus.results import Upstream
from corpus.sets import HERE, WORK

if TYPE_CHECKING:
    from corpus.environments import Environment

MINUTES = 10
"""For one slice, once."""
PINS = (
    *("pytest==9.2.0", "pytest-xdist==3.8.0", "hypothesis==6.170.15"),
    *("iniconfig==2.3.0", "pluggy==1.6.0", "packaging==26.3", "pygments==2.21.0"),
    *("execnet==2.1.2", "sortedcontainers==2.4.0"),
)


@dataclass(frozen=True, slots=True)
class Slice:
    """Some tests of a distribution: paths below site-packages, or below its source archive.

    ``needs`` are other tests that these import, folders or patterns; they are put back too, and
    not run.
    """

    set: str
    distribution: str
    paths: tuple[str, ...]
    archive: bool = False
    needs: tuple[str, ...] = ()


SLICES = (
    Slice(
        "datascience",
        "numpy",
        ("numpy/lib/tests", "numpy/linalg/tests"),
        needs=("numpy/_core/_rational_tests.*.so",),
    ),
    Slice(
        "datascience",
        "scipy",
        ("scipy/stats/tests/test_morestats.py", "scipy/fft/tests"),
        needs=("scipy/stats/tests",),
    ),
    Slice("datascience", "pandas", ("pandas/tests/reshape/merge", "pandas/tests/strings")),
    Slice(
        "datascience",
        "scikit-learn",
        ("sklearn/tree/tests", "sklearn/preprocessing/tests"),
        needs=("sklearn/callback/tests",),
    ),
    Slice(
        "astronomy",
        "astropy",
        ("astropy/units/tests", "astropy/table/tests"),
        needs=(
            *("astropy/tests", "astropy/coordinates/tests", "astropy/utils/metadata/tests"),
            *("astropy/io/ascii/tests", "astropy/io/fits/tests", "astropy/io/votable/tests"),
        ),
    ),
    Slice("astronomy", "networkx", ("networkx/algorithms/tests", "networkx/classes/tests")),
    Slice("astronomy", "h5py", ("h5py/tests",)),
    Slice("services", "jinja2", ("tests",), archive=True),
)


def compare(name: str, before: Environment, slimmed: Environment) -> list[Upstream]:
    """Every slice of the set called ``name``."""
    found = []
    for part in (part for part in SLICES if part.set == name):
        root = before.site if not part.archive else _source(part, before)
        old = _passed(before, root, part)
        copy = _with_tests(before, slimmed, part)
        new = _passed(copy, root if part.archive else copy.site, part)
        shutil.rmtree(copy.slug)
        what = ", ".join(part.paths)
        lost = tuple(sorted(old - new))
        found.append(Upstream(part.distribution, what, len(old), len(new), lost))
    return found


def _with_tests(before: Environment, slimmed: Environment, part: Slice) -> Environment:
    """A copy of the slimmed tree with the slice's tests and the conftest files above them."""
    copy = environments.copy(slimmed, "upstream")
    if not part.archive:
        for path, _ in environments.files(before.site):
            folder, _, name = path.rpartition("/")
            wanted = any(
                f"{path}/".startswith(f"{one}/") or fnmatch.fnmatchcase(path, one)
                for one in part.paths + part.needs
            )
            above = any(one.startswith(f"{folder}/") for one in part.paths)
            if wanted or (above and name in {"conftest.py", "__init__.py"}):
                _link(before.site / path, copy.site / path)
    return copy


def _link(source: Path, target: Path) -> None:
    if not os.path.lexists(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        os.link(source, target, follow_symlinks=False)


def _passed(environment: Environment, root: Path, part: Slice) -> set[str]:
    """The node ids that pass in ``environment``."""
    task = {"pytest": str(_pytest()), "root": str(root), "paths": part.paths}
    with tempfile.TemporaryDirectory(prefix="corpus-") as folder:
        task["answers"] = f"{folder}/passed"
        command = [str(environment.python), "-I", "-B", f"{HERE}/inside_tests.py"]
        ended = children.run(
            [*command, json.dumps(task)], MINUTES * 60, variables={"PYTHONDONTWRITEBYTECODE": "1"}
        )
        try:
            return set(json.loads(Path(folder, "passed").read_text("utf-8")))
        except FileNotFoundError:
            sys.stderr.write(f"{part.distribution}: {ended.out[-2000:]}\n")
            return set()


def _pytest() -> Path:
    """A folder with pytest, apart from every environment."""
    digest = hashlib.sha256(" ".join(PINS).encode()).hexdigest()[:12]
    folder = WORK / f"pytest-{digest}"
    if not folder.is_dir():
        new = folder.with_suffix(".new")
        shutil.rmtree(new, ignore_errors=True)
        environments.install(list(PINS), ["--target", str(new)])
        new.rename(folder)
    return folder


def _source(part: Slice, environment: Environment) -> Path:
    """The source archive of the very version that is installed, unpacked."""
    metadata = next(
        line
        for path in environment.site.glob(f"{part.distribution}-*.dist-info/METADATA")
        for line in path.read_text("utf-8").splitlines()
        if line.startswith("Version: ")
    )
    pin = f"{part.distribution}=={metadata.removeprefix('Version: ')}"
    folder = WORK / "sources" / pin
    if not folder.is_dir():
        with tempfile.TemporaryDirectory(prefix="corpus-") as work:
            command = [sys.executable, "-m", "pip", "download", "--quiet", "--quiet", "--no-deps"]
            command += ["--no-binary", ":all:", "--dest", work, pin]
            subprocess.run(command, check=True)
            with tarfile.open(next(Path(work).glob("*.tar.gz"))) as archive:
                archive.extractall(f"{work}/out")  # noqa: S202 - a pinned release
            folder.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(next(Path(work, "out").iterdir()), folder)
    return folder
