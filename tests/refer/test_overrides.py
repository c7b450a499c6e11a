"""Overrides: each for its distribution, in its versions, with a reason."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from slugfit.catalog.compilers import COMPILERS, Compiler
from slugfit.catalog.overrides import OVERRIDES, SCRIPTS, Override, release_numbers
from slugfit.plan.make import make_plan
from slugfit.refer.overrides import applying_overrides
from slugfit.report.reasons import decision_sentence
from slugfit.settings.config import read_config
from trees import SITE, distribution, plant, slug

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


CASES = {
    ("twisted", "26.10.0"): ("twisted/test/__init__.py", "twisted/test/proto_helpers.py"),
    ("twisted", "8.0"): ("twisted/test/__init__.py", "twisted/test/proto_helpers.py"),
    ("twisted", "27.0.0"): (),
    ("twisted", "7.9"): (),
    ("other", "26.10.0"): (),
}


@pytest.mark.parametrize(("dist", "keeps"), CASES.items(), ids=map(" ".join, CASES))
def test_an_override_holds_in_its_versions(
    tmp_path: Path, dist: tuple[str, str], keeps: tuple[str, ...]
) -> None:
    files = dict.fromkeys(
        ("twisted/__init__.py", "twisted/test/test_x.py", *CASES["twisted", "8.0"]), ""
    )
    plant(tmp_path, slug(distribution(*dist, files)))
    made = make_plan(tmp_path, read_config({}))
    kept = {os.path.relpath(item.path, SITE) for item in made.decisions if item.action == "keep"}
    assert {name for name in kept if "/test/" in name} == set(keeps)


def test_every_override_has_a_case_inside_and_outside_of_its_versions() -> None:
    assert {override.distribution for override in SCRIPTS} == {"scipy"}  # the cases below
    for override in OVERRIDES:
        versions = [
            release_numbers(version) for name, version in CASES if name == override.distribution
        ]
        assert any(override.since <= version < override.until for version in versions)
        assert any(version >= override.until for version in versions)
        assert override.since < override.until
        assert override.reason


DATA = "tests/data/boost.npz"
WRITES = "import os\nx = os.path.join(os.path.dirname(__file__), '..', 'tests', 'data', 'x.txt')\n"


@pytest.mark.parametrize(
    ("dist", "files", "stays"),
    [
        (("scipy", "1.15.3"), {"_precompute/a.py": WRITES}, ()),
        (("scipy", "0.19"), {"_precompute/a.py": WRITES}, ()),
        (("scipy", "0.18.1"), {"_precompute/a.py": WRITES}, (DATA,)),
        (("scipy", "2.0.0"), {"_precompute/a.py": WRITES}, (DATA,)),
        (("other", "1.15.3"), {"_precompute/a.py": WRITES}, (DATA,)),
        (("scipy", "1.15.3"), {"_precomputed/a.py": WRITES}, (DATA,)),
        (("scipy", "1.15.3"), {"_precompute/a.py": WRITES, "other/b.py": WRITES}, (DATA,)),
        (
            ("scipy", "1.15.3"),
            {"_precompute/a.py": "import scipy.special.tests.x"},
            ("tests/__init__.py", "tests/x.py"),
        ),
    ],
)
def test_what_developers_run_needs_no_files(
    tmp_path: Path, dist: tuple[str, str], files: Mapping[str, str], stays: tuple[str, ...]
) -> None:
    package = dict.fromkeys(("__init__.py", "tests/__init__.py", "tests/x.py", DATA), "")
    found = {f"scipy/special/{name}": text for name, text in {**package, **files}.items()}
    plant(tmp_path, slug(distribution(*dist, {"scipy/__init__.py": "", **found})))
    made = make_plan(tmp_path, read_config({}))
    kept = {
        item.path.removeprefix(f"{SITE}/scipy/special/")
        for item in made.decisions
        if item.action == "keep"
    }
    assert sorted(name for name in kept if name.startswith("tests/")) == sorted(stays)


def test_a_folder_means_all_in_it(tmp_path: Path) -> None:
    files = {"pkg/a/x.py": "", "pkg/a/b/y.py": "", "pkg/ab.py": ""}
    plant(tmp_path, slug(distribution("pkg", "1.5", files)))
    made = make_plan(tmp_path, read_config({}))
    override = Override("pkg", (1,), (2,), ("pkg/a/",), "a reason", "a source")
    found = [path for path, _ in applying_overrides(made.owners.distributions, [override])]
    assert found == [f"{SITE}/pkg/a/b/y.py", f"{SITE}/pkg/a/x.py"]


@pytest.mark.parametrize(
    ("version", "numbers"),
    [
        ("1.2.3", (1, 2, 3)),
        ("2.5.0+cpu", (2, 5, 0)),
        ("1!2", (1,)),
        ("rc1", ()),
        ("4.0rc1", (4, 0)),
    ],
)
def test_the_numbers_of_a_version(version: str, numbers: tuple[int, ...]) -> None:
    assert release_numbers(version) == numbers


@pytest.mark.parametrize("compiler", COMPILERS, ids=lambda compiler: compiler.distribution)
def test_headers_stay_where_a_distribution_compiles(tmp_path: Path, compiler: Compiler) -> None:
    for number, (version, action) in enumerate(
        ((compiler.since, "keep"), (compiler.until, "remove"), ((0,), "remove"))
    ):
        files = {
            "other/x.h": "",
            "other/fast.abi3.so": "",
            **distribution(compiler.distribution, ".".join(map(str, version)), {}),
        }
        root = plant(tmp_path / str(number), slug(files))
        made = make_plan(root, read_config({}))
        (header,) = [item for item in made.decisions if item.path.endswith("x.h")]
        assert header.action == action
        assert (compiler.reason in decision_sentence(header)) == (action == "keep")
