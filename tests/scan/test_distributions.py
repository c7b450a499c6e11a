from __future__ import annotations

import csv
import importlib.metadata
import io
import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slugfit.scan.bytecode import source_of
from slugfit.scan.distributions import (
    Distribution,
    EntryPoint,
    normalise_name,
    parse_entry_points,
    record_rows,
)
from slugfit.scan.owners import APP, PYTHON, UNOWNED, Owners, read_owners
from slugfit.scan.tree import scan_tree
from trees import SITE, Content, Link, distribution, layout_of, plant, slug

if TYPE_CHECKING:
    from pathlib import Path


def read(root: Path, planted: dict[str, Content]) -> Owners:
    plant(root, planted)
    return read_owners(scan_tree(root), layout_of(root))


def read_one(root: Path, files: dict[str, Content], **metadata: str | bytes) -> Distribution:
    """The one distribution ``x`` with ``files``; metadata files by name (METADATA, RECORD…)."""
    info = {f"x-1.0.dist-info/{name}": text for name, text in metadata.items()}
    (found,) = read(root, slug({**files, **info})).distributions
    return found


def in_site(found: Distribution) -> set[str]:
    return {os.path.relpath(path, SITE) for path in found.files}


INFO = "x-1.0.dist-info/RECORD"
# RECORD, the files below site-packages that it names, how many faults are told.
RECORDS: dict[str, tuple[str | bytes, set[str], int]] = {
    "as pip writes it": (f"x/a.py,sha256=abc,1\n{INFO},,\n", {"x/a.py", INFO}, 0),
    "DOS lines": (f"x/a.py,,\r\n{INFO},,\r\n", {"x/a.py", INFO}, 0),
    "old Macintosh lines": (f"x/a.py,,\r{INFO},,\r", {"x/a.py", INFO}, 0),
    "empty": ("", set(), 0),
    "empty lines and fields": ("\n\n,,\nx/a.py\n\n", {"x/a.py"}, 0),
    "quotes": ('"x/a.py",,\n"x/a ""b"".py",,\n', {"x/a.py", 'x/a "b".py'}, 0),
    "a comma": ('"x/a,b.py",,\n', {"x/a,b.py"}, 0),
    "a newline": ('"x/a\nb.py",,\nx/a.py,,\n', {"x/a\nb.py", "x/a.py"}, 0),
    "a carriage return": ('"x/a\rb.py",,\n', {"x/a\rb.py"}, 0),
    "undecodable": (b"x/\xff.py,,\nx/a.py,,\n", {"x/\udcff.py", "x/a.py"}, 0),
    "files that are not there": ("x/b.py,,\nx,,\nx/a.py,,\n", {"x", "x/a.py"}, 0),
    "the same twice": ("x/a.py,,\n./x//a.py,,\n", {"x/a.py"}, 0),
    "climbing out": ("../../../../../../etc/passwd,,\nx/a.py,,\n", {"x/a.py"}, 1),
    "absolute": ("/etc/passwd,,\nx/a.py,,\n", {"x/a.py"}, 1),
    "climbing out and in": (
        "../../../../../app.py,,\nx/a.py,,\n",
        {"x/a.py", "../../../../../app.py"},
        0,
    ),
    "a line of ten million bytes": ("x/a.py,,\n" + "y" * 10_000_000 + ",,\n", {"x/a.py"}, 1),
    "no end to a quote": ('x/a.py,,\n"x/b.py,,\n', {"x/a.py"}, 0),
    "garbage": (bytes(range(1, 256)), set(), 0),
}
FILES: dict[str, Content] = {
    "x/a.py": "",
    'x/a "b".py': "",
    "x/a,b.py": "",
    "x/a\nb.py": "",
    "x/a\rb.py": "",
    "x/\udcff.py": "",
}


@pytest.mark.parametrize(("text", "files", "faults"), RECORDS.values(), ids=RECORDS)
def test_a_record_names_the_files_of_its_distribution(
    tmp_path: Path, text: str | bytes, files: set[str], faults: int
) -> None:
    plant(tmp_path, {"app.py": ""})
    record = text.encode() if isinstance(text, str) else text
    found = read_one(tmp_path, FILES, RECORD=record, METADATA="Name: x\nVersion: 1.0\n")
    assert in_site(found) == files
    assert len(found.faults) == faults


def test_what_a_record_says_outside_the_tree_is_told_and_not_believed(tmp_path: Path) -> None:
    found = read_one(tmp_path, {}, RECORD="../../../../../../up,,\n")
    assert found.files == frozenset()
    assert found.faults == ("RECORD names '../../../../../../up', which leaves the tree; ignored",)


@pytest.mark.parametrize("kind", ["missing", "link", "folder", "pipe"])
def test_a_record_that_is_no_file_is_a_fault(tmp_path: Path, kind: str) -> None:
    plant(tmp_path, {f"{SITE}/x-1.0.dist-info/METADATA": ""})
    place = tmp_path / SITE / INFO
    if kind == "link":
        (tmp_path / "list").write_text("x/a.py,,\n")
        place.symlink_to(tmp_path / "list")
    elif kind == "folder":
        place.mkdir()
    elif kind == "pipe":
        os.mkfifo(place)
    found = read_one(tmp_path, {"x/a.py": ""})
    assert found.files == frozenset()
    assert found.faults == ("RECORD is missing; its files are guessed from their places",)


def test_metadata_larger_than_memory_is_not_read(tmp_path: Path) -> None:
    plant(tmp_path, slug({INFO: "", "x-1.0.dist-info/METADATA": "", "x/a.py": ""}))
    for name in ("RECORD", "METADATA"):
        os.truncate(tmp_path / SITE / "x-1.0.dist-info" / name, 1 << 40)
    (found,) = read_owners(scan_tree(tmp_path), layout_of(tmp_path)).distributions
    assert (found.name, found.version, found.files) == ("x", "1.0", frozenset())


@given(st.binary(max_size=300))
def test_no_record_is_too_strange(text: bytes) -> None:
    faults: list[str] = []
    for row in record_rows(text.decode("utf-8", "surrogateescape"), faults):
        assert row[0]
    assert len(faults) <= 1


@given(st.lists(st.text(st.characters(exclude_characters="\0"), min_size=1), max_size=5))
def test_a_record_that_was_written_is_read_back(names: list[str]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows([name, "", ""] for name in names)
    assert [row[0] for row in record_rows(text.getvalue(), [])] == names


# METADATA, and the name and version that it gives to x-1.0.dist-info.
METADATA = {
    "as it should be": (
        "Metadata-Version: 2.1\nName: Some.Thing\nVersion: 2.0\n",
        "some-thing",
        "2.0",
    ),
    "DOS lines": ("Name: A\r\nVersion: 2\r\n\r\nVersion: 3\r\n", "a", "2"),
    "in small letters": ("name: a\nversion: 2\n", "a", "2"),
    "only in the description": ("Summary: s\n\nName: a\nVersion: 2\n", "x", "1.0"),
    "no colon": ("Name a\nVersion 2\n", "x", "1.0"),
    "empty values": ("Name:\nVersion:   \n", "x", "1.0"),
    "empty": ("", "x", "1.0"),
    "garbage": (bytes(range(256)), "x", "1.0"),
}


@pytest.mark.parametrize(("text", "name", "version"), METADATA.values(), ids=METADATA)
def test_metadata_names_the_distribution_and_else_its_folder_does(
    tmp_path: Path, text: str | bytes, name: str, version: str
) -> None:
    found = read_one(tmp_path, {}, METADATA=text, RECORD="")
    assert (found.name, found.version) == (name, version)


FOLDERS = {
    "x-1.0.dist-info": ("x", "1.0"),
    "Some_Thing.Else-1.0+cpu.dist-info": ("some-thing-else", "1.0+cpu"),
    "x-1.0.egg-info": ("x", "1.0"),
    "x-1.0-py3.11.egg-info": ("x", "1.0"),
    "x y-1.dist-info": ("x y", "1"),
}


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_is_enough_to_know_a_distribution(tmp_path: Path, folder: str) -> None:
    (found,) = read(tmp_path, slug({f"{folder}/RECORD": ""})).distributions
    assert (found.name, found.version) == FOLDERS[folder]
    assert found.info == f"{SITE}/{folder}"
    assert found.site == SITE


def test_what_only_looks_like_a_distribution_is_none(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        slug(
            {
                "dist-info/RECORD": "",
                "x-1.0.dist-infos/RECORD": "",
                "p/x-1.0.dist-info/RECORD": "",
                "x-1.0.dist-info": "a file",
                "y-1.0.dist-info": Link("p/x-1.0.dist-info"),
            }
        ),
    )
    assert found.distributions == ()
    assert found.names() == frozenset()


@pytest.mark.parametrize(
    ("name", "normal"), [("A", "a"), ("a_b.c-d", "a-b-c-d"), ("a-_.b", "a-b"), ("", "")]
)
def test_names_are_compared_as_indexes_do(name: str, normal: str) -> None:
    assert normalise_name(name) == normal


# entry_points.txt, the (group, name, module) in it, how many faults are told.
ENTRY_POINTS: dict[str, tuple[str, list[tuple[str, str, str]], int]] = {
    "a script": ("[console_scripts]\nrun = p.cli:main\n", [("console_scripts", "run", "p.cli")], 0),
    "no attribute": ("[g]\na = p.m\n", [("g", "a", "p.m")], 0),
    "extras": ("[g]\na = p.m:f [x,y]\nb = p.n [z]\n", [("g", "a", "p.m"), ("g", "b", "p.n")], 0),
    "no spaces, DOS lines": ("[g]\r\na=p.m:f\r\n", [("g", "a", "p.m")], 0),
    "strange names": ("[g]\na:b c = p\n%(x)s = q\n", [("g", "a:b c", "p"), ("g", "%(x)s", "q")], 0),
    "indented": ("  [g]\n  a = p\n    b = q\n", [("g", "a", "p"), ("g", "b", "q")], 0),
    "comments": ("# c\n[g]\n# a = p\n\nb = q\n", [("g", "b", "q")], 0),
    "a group twice": ("[g]\na = p\n[h]\n[g]\na = q\n", [("g", "a", "p"), ("g", "a", "q")], 0),
    "before any group": ("a = p\n[g]\nb = q\n", [("g", "b", "q")], 1),
    "no equals sign": ("[g]\nnonsense\nb = q\n", [("g", "b", "q")], 1),
    "a group that does not end": ("[g]\na = p\n[h\nb = q\n", [("g", "a", "p"), ("g", "b", "q")], 1),
    "no module": ("[g]\na =\nb = :f\n", [], 0),
    "empty": ("", [], 0),
    "garbage": ("\x00\x01\udcff", [], 1),
}


@pytest.mark.parametrize(("text", "points", "faults"), ENTRY_POINTS.values(), ids=ENTRY_POINTS)
def test_entry_points_are_read_line_by_line(
    text: str, points: list[tuple[str, str, str]], faults: int
) -> None:
    told: list[str] = []
    assert list(parse_entry_points(text, told)) == [EntryPoint(*point) for point in points]
    assert len(told) == faults


def test_entry_points_are_those_that_python_itself_finds(tmp_path: Path) -> None:
    text = ENTRY_POINTS["indented"][0] + ENTRY_POINTS["extras"][0] + ENTRY_POINTS["comments"][0]
    found = read_one(tmp_path, {}, METADATA="Name: x\n", RECORD="", **{"entry_points.txt": text})
    python = importlib.metadata.PathDistribution(tmp_path / SITE / "x-1.0.dist-info")
    assert sorted((item.group, item.name, item.module) for item in found.entry_points) == sorted(
        (item.group, item.name, item.module) for item in python.entry_points
    )


def owners(root: Path, planted: dict[str, Content]) -> dict[str, str]:
    found = read(root, planted).by_path
    return {os.path.relpath(path, SITE): owner for path, owner in found.items()}


def test_every_file_has_an_owner(tmp_path: Path) -> None:
    x = distribution("x", "1.0", {"x/__init__.py": "", "x.py": "", "../../../bin/x-tool": ""})
    found = owners(tmp_path, slug({**x, "stray.py": ""}, app_py=""))
    assert found["x/__init__.py"] == found["x.py"] == found["x-1.0.dist-info/RECORD"] == "x"
    assert found["../../../bin/x-tool"] == "x"
    assert found["../../../bin/placeholder"] == found["../os.py"] == PYTHON
    assert found["../../../../../app.py"] == APP
    assert found["stray.py"] == UNOWNED


def test_a_shared_folder_has_the_owners_of_its_files(tmp_path: Path) -> None:
    one = distribution("google-one", "1.0", {"google/one/__init__.py": "", "google/one/a.py": ""})
    two = distribution("google-two", "1.0", {"google/two/b.py": "", "google/shared.py": ""})
    stray = {
        "google/one/new.py": "",
        "google/one/deep/new.py": "",
        "google/two/new.py": "",
        "google/__pycache__/shared.cpython-311.pyc": "",
        "google/two/__pycache__/b.cpython-311.pyc": "",
        "google/three/new.py": "",
    }
    found = owners(tmp_path, slug({**one, **two, **stray}))
    assert {path: found[path] for path in stray} == {
        "google/one/new.py": "google-one",
        "google/one/deep/new.py": "google-one",
        "google/two/new.py": "google-two",
        "google/__pycache__/shared.cpython-311.pyc": "google-two",
        "google/two/__pycache__/b.cpython-311.pyc": "google-two",
        "google/three/new.py": "google-two",
    }


def test_files_of_a_distribution_without_record_are_nobodys(tmp_path: Path) -> None:
    found = owners(tmp_path, slug({"y-1.0.dist-info/METADATA": "Name: y\n", "y/a.py": ""}))
    assert found["y/a.py"] == UNOWNED
    assert found["y-1.0.dist-info/METADATA"] == "y"


def test_a_target_folder_has_distributions_too(tmp_path: Path) -> None:
    found = read(tmp_path, distribution("x", "1.0", {"x/a.py": "", "bin/x": ""}))
    assert found.names() == {"x"}
    assert found.by_path["x/a.py"] == found.by_path["bin/x"] == "x"


SOURCES = {
    "p/__pycache__/m.cpython-311.pyc": "p/m.py",
    "p/__pycache__/m.cpython-311.opt-1.pyc": "p/m.py",
    "p/__pycache__/m.cpython-311-pytest-7.4.0.pyc": "p/m.py",
    "p/__pycache__/m.cpython-314t.pyc": "p/m.py",
    "p/__pycache__/m.cpython-314t.opt-2.pyc": "p/m.py",
    "p/__pycache__/m.pypy39.pyc": "p/m.py",
    "__pycache__/m.cpython-311.pyc": "m.py",
    "p/__pycache__/a\nb.cpython-311.pyc": "p/a\nb.py",
    "p/m.pyc": "p/m.py",
    "p/m.pyo": "p/m.py",
    "p/__pycache__/m.pyc": None,
    "p/__pycache__/m.cpython-311.txt": None,
    "p/m.py": None,
    "p/pyc": None,
}


@pytest.mark.parametrize("path", SOURCES, ids=ascii)
def test_bytecode_has_a_source(path: str) -> None:
    assert source_of(path) == SOURCES[path]
