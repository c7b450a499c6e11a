"""A plan as a transaction: what is moved, what is written anew, which folders go."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from pythons import settings
from slugfit import dists, elf, layout, planning, stash, tree
from slugfit.changes import from_plan
from slugfit.plan import Decision
from trees import SITE, Folder, distribution, plant, slug, snapshot

PACKAGE = distribution(
    "pkg",
    "1.0",
    {
        "pkg/__init__.py": "",
        "pkg/empty": Folder(),
        "pkg/tests/__init__.py": "",
        "pkg/tests/data/a/b.txt": "",
        "pkg/stub.pyi": "",
    },
)


def test_a_plan_becomes_removals_a_record_and_emptied_folders(tmp_path: Path) -> None:
    plant(tmp_path, slug(PACKAGE))
    (tmp_path / SITE / "pkg/tests/data").chmod(0o2750)
    planned = planning.make_plan(tmp_path, settings())
    change = from_plan(planned.tree, planned.owners, planned.decisions)
    assert change.removed == tuple(
        f"{SITE}/pkg/{name}" for name in ("stub.pyi", "tests/__init__.py", "tests/data/a/b.txt")
    )
    assert list(change.written) == [f"{SITE}/pkg-1.0.dist-info/RECORD"]
    assert [(path[len(SITE) :], mode) for path, mode in change.emptied] == [
        ("/pkg/tests/data/a", (tmp_path / SITE / "pkg/tests/data/a").stat().st_mode & 0o7777),
        ("/pkg/tests/data", 0o2750),
        ("/pkg/tests", (tmp_path / SITE / "pkg/tests").stat().st_mode & 0o7777),
    ]


def test_nothing_to_do_is_an_empty_change(tmp_path: Path) -> None:
    plant(tmp_path, slug(distribution("pkg", "1.0", {"pkg/__init__.py": ""})))
    planned = planning.make_plan(tmp_path, settings())
    change = from_plan(planned.tree, planned.owners, planned.decisions)
    assert (change.removed, dict(change.written), change.emptied) == ((), {}, ())


def test_a_record_that_goes_itself_is_not_written(tmp_path: Path) -> None:
    plant(tmp_path, slug(PACKAGE))
    planned = planning.make_plan(tmp_path, settings(REMOVE="pkg-1.0.dist-info/"))
    change = from_plan(planned.tree, planned.owners, planned.decisions)
    assert f"{SITE}/pkg-1.0.dist-info/RECORD" in change.removed
    assert not change.written


def test_a_folder_that_cannot_be_removed_is_not_tried(tmp_path: Path) -> None:
    plant(tmp_path, slug(PACKAGE))
    found = tree.scan(tmp_path)
    locked = f"{SITE}/pkg/tests/data"
    entries = tuple(
        tree.Entry(
            entry.path, entry.kind, entry.size, entry.mode, entry.mtime_ns, entry.path != locked
        )
        for entry in found.entries
    )
    found = tree.Tree(tmp_path, entries, ())
    gone = f"{locked}/a/b.txt"
    change = from_plan(
        found,
        dists.read(found, layout.recognise(tmp_path)),
        (Decision(gone, "pkg", "remove", "tests", 0, 0, ""),),
    )
    # `a` goes; `data` is empty then, but its own folder does not let it go.
    assert [path for path, _ in change.emptied] == [f"{locked}/a"]


@pytest.fixture
def library() -> Path:
    """Some real file with a tail that can go."""
    folder = Path(sys.base_prefix, "lib")
    for file in (Path(sys.executable).resolve(), *sorted(folder.glob("**/*.so*"))):
        if file.is_file() and elf.removable_tail(file) is not None:
            return file
    pytest.skip("every library here is stripped already")


def test_a_cut_library_and_its_record_agree(tmp_path: Path, library: Path) -> None:
    site = distribution("pkg", "1.0", {"pkg/__init__.py": "", "pkg/core.so": ""})
    plant(tmp_path, slug(site))
    place = tmp_path / SITE / "pkg/core.so"
    shutil.copy(library, place)
    place.chmod(0o555)
    before = snapshot(tmp_path)
    planned = planning.make_plan(tmp_path, settings())
    change = from_plan(planned.tree, planned.owners, planned.decisions)
    transaction = stash.begin(tmp_path)
    transaction.apply(change)
    record = (tmp_path / SITE / "pkg-1.0.dist-info/RECORD").read_text()
    row = next(line for line in record.splitlines() if line.startswith("pkg/core.so"))
    size = place.stat().st_size
    assert row.startswith("pkg/core.so,sha256=")
    assert row.endswith(f",{size}")
    assert size < library.stat().st_size
    assert place.stat().st_mode & 0o7777 == 0o555
    decision = next(item for item in planned.decisions if item.action == "cut")
    assert size == decision.size - decision.saves
    transaction.roll_back()
    assert snapshot(tmp_path) == before
