"""A plan as a transaction: what is moved, what is written anew, which folders go."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from pythons import settings
from slugfit.apply import new_files
from slugfit.apply.change import change_of, weigh_change
from slugfit.apply.record import record_digest
from slugfit.apply.transaction import transaction
from slugfit.base.errors import TreeError
from slugfit.elf.tail import Tail, removable_tail
from slugfit.elf.truncate import write_truncated
from slugfit.pipeline import slim_tree
from slugfit.plan.decision import Decision
from slugfit.plan.make import make_plan
from slugfit.scan.tree import Entry, Tree
from trees import SITE, Folder, distribution, plant, slug, snapshot

PACKAGE = distribution(
    "pkg",
    "1.0",
    {
        "pkg/__init__.py": "",
        "pkg/empty": Folder(),
        "pkg/tests/__init__.py": "",
        "pkg/tests/data/a/b.txt": "",
        "pkg/stub.py": "",
        "pkg/stub.pyi": "",
    },
)


def test_a_plan_becomes_removals_a_record_and_emptied_folders(tmp_path: Path) -> None:
    plant(tmp_path, slug(PACKAGE))
    (tmp_path / SITE / "pkg/tests/data").chmod(0o2750)
    planned = make_plan(tmp_path, settings())
    change = change_of(planned)
    assert change.removed == tuple(
        f"{SITE}/pkg/{name}" for name in ("stub.pyi", "tests/__init__.py", "tests/data/a/b.txt")
    )
    assert change.written == (f"{SITE}/pkg-1.0.dist-info/RECORD",)
    assert [(path[len(SITE) :], mode) for path, mode in change.emptied] == [
        ("/pkg/tests/data/a", (tmp_path / SITE / "pkg/tests/data/a").stat().st_mode & 0o7777),
        ("/pkg/tests/data", 0o2750),
        ("/pkg/tests", (tmp_path / SITE / "pkg/tests").stat().st_mode & 0o7777),
    ]


def test_nothing_to_do_is_an_empty_change(tmp_path: Path) -> None:
    plant(tmp_path, slug(distribution("pkg", "1.0", {"pkg/__init__.py": ""})))
    planned = make_plan(tmp_path, settings())
    change = change_of(planned)
    assert (change.removed, change.written, change.emptied) == ((), (), ())
    assert change.does_nothing


def test_a_record_that_goes_itself_is_not_written(tmp_path: Path) -> None:
    plant(tmp_path, slug(PACKAGE))
    planned = make_plan(tmp_path, settings(REMOVE="pkg-1.0.dist-info/"))
    change = change_of(planned)
    assert f"{SITE}/pkg-1.0.dist-info/RECORD" in change.removed
    assert not change.written


def test_a_folder_that_cannot_be_removed_is_not_tried(tmp_path: Path) -> None:
    plant(tmp_path, slug(PACKAGE))
    planned = make_plan(tmp_path, settings())
    locked = f"{SITE}/pkg/tests/data"
    entries = tuple(
        Entry(entry.path, entry.kind, entry.size, entry.mode, entry.mtime_ns, entry.path != locked)
        for entry in planned.tree.entries
    )
    gone = Decision(f"{locked}/a/b.txt", "pkg", "remove", "tests", 0, 0)
    change = change_of(replace(planned, tree=Tree(tmp_path, entries, ()), decisions=(gone,)))
    # `a` goes; `data` is empty then, but its own folder does not let it go.
    assert [path for path, _ in change.emptied] == [f"{locked}/a"]


@pytest.fixture
def library() -> Path:
    """Some real file with a tail that can go."""
    folder = Path(sys.base_prefix, "lib")
    for file in (Path(sys.executable).resolve(), *sorted(folder.glob("**/*.so*"))):
        if file.is_file() and removable_tail(file) is not None:
            return file
    pytest.skip("every library here is stripped already")


def test_a_cut_library_and_its_record_agree(tmp_path: Path, library: Path) -> None:
    site = distribution("pkg", "1.0", {"pkg/__init__.py": "", "pkg/core.so": ""})
    plant(tmp_path, slug(site))
    place = tmp_path / SITE / "pkg/core.so"
    shutil.copy(library, place)
    place.chmod(0o555)
    before = snapshot(tmp_path)
    planned = make_plan(tmp_path, settings())
    change = change_of(planned)
    with transaction(tmp_path) as opened:
        opened.apply(change)
        record = (tmp_path / SITE / "pkg-1.0.dist-info/RECORD").read_text()
        row = next(line for line in record.splitlines() if line.startswith("pkg/core.so"))
        size = place.stat().st_size
        assert row == ",".join(["pkg/core.so", *map(str, record_digest(place))])
        assert size < library.stat().st_size
        assert place.stat().st_mode & 0o7777 == 0o555
        decision = next(item for item in planned.decisions if item.action == "cut")
        assert size == decision.size - decision.saves
    assert snapshot(tmp_path) == before


def test_sizes_are_the_same_before_and_after_the_change(tmp_path: Path, library: Path) -> None:
    """Also where a RECORD changes for a cut file alone: its new hash is not in a plan."""
    site = distribution("pkg", "1.0", {"pkg/__init__.py": "", "pkg/core.so": ""})
    plant(tmp_path, slug(site))
    shutil.copy(library, tmp_path / SITE / "pkg/core.so")
    planned = make_plan(tmp_path, settings())
    change = change_of(planned)
    assert change.written == (f"{SITE}/pkg-1.0.dist-info/RECORD", f"{SITE}/pkg/core.so")
    sizes = weigh_change(planned, change).sizes
    with transaction(tmp_path) as opened:
        opened.apply(change)
        assert weigh_change(planned, change, opened.old).sizes == sizes
    assert weigh_change(planned, change).sizes == sizes


def test_a_cut_file_is_written_once(
    tmp_path: Path, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = distribution("pkg", "1.0", {"pkg/__init__.py": "", "pkg/core.so": ""})
    plant(tmp_path, slug(site))
    shutil.copy(library, tmp_path / SITE / "pkg/core.so")
    cut: list[Path] = []

    def write(source: Path, target: Path, tail: Tail) -> None:
        cut.append(source)
        write_truncated(source, target, tail)

    monkeypatch.setattr(new_files, "write_truncated", write)
    assert not slim_tree(tmp_path, settings()).undone
    assert cut == [tmp_path / SITE / "pkg/core.so"]


def test_a_record_that_changed_since_it_was_read_undoes_everything(tmp_path: Path) -> None:
    plant(tmp_path, slug(PACKAGE))
    change = change_of(make_plan(tmp_path, settings()))
    with (tmp_path / SITE / "pkg-1.0.dist-info/RECORD").open("a") as record:
        record.write("new.py,,\n")
    before = snapshot(tmp_path)
    with pytest.raises(TreeError, match="put back"), transaction(tmp_path) as opened:
        opened.apply(change)
    assert snapshot(tmp_path) == before


def test_a_record_that_became_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    plant(tmp_path, slug(PACKAGE))
    planned = make_plan(tmp_path, settings())
    record = tmp_path / SITE / "pkg-1.0.dist-info/RECORD"
    record.unlink()
    with pytest.raises(TreeError, match="RECORD could not be read"):
        change_of(planned)
    os.mkfifo(record)
    with pytest.raises(TreeError, match="is not a file"):
        change_of(planned)
